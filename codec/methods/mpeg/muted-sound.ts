/** Sound of a file that is muted where it stands: each frame becomes a silent one of as many bytes. */
import { concatBytes } from "../../bytes/bytes.ts";
import type { MpegContainer } from "../../containers/demuxer.ts";
import type { AudioTrack } from "../../format/header.ts";
import { type Silencer, silencerOf } from "../../restriction/silence.ts";
import { type PlacedFrame, SegmentSound, soundPayloads } from "./segment-sound.ts";
import type { SegmentLayout } from "./segment-times.ts";

/** Bytes of the file that become others: `bytes`, then zeros. */
export interface Overwrite {
  offset: number;
  size: number;
  bytes: Uint8Array;
}

/** ADTS (ISO/IEC 14496-3 1.A.2) without a checksum. */
const ADTS_BYTES = 7;

/**
 * A silent frame of as many bytes; undefined where silence takes more.
 *
 * @param headBytes of the frame, before what is coded: ADTS
 */
function silentFrame(frame: Uint8Array, headBytes: number, silence: Silencer): Uint8Array | undefined {
  if (headBytes === 0) return silence(frame);
  const silent = concatBytes(frame.subarray(0, ADTS_BYTES), silence(frame.subarray(headBytes)));
  if (silent.length > frame.length) return undefined;
  silent[1] = (silent[1] ?? 0) | 1; // protection_absent
  return concatBytes(silent, new Uint8Array(frame.length - silent.length));
}

/** Follows one sound from segment to segment. */
export class SoundMuter {
  private readonly reader: SegmentSound;
  private readonly silence: Silencer;
  /** Where the sound's bytes stand in the file, those of frames that have not come yet. */
  private pieces: { at: number; offset: number; size: number }[] = [];
  private length = 0;

  /**
   * @param isMuted whether a frame is
   * @throws {@link UnsupportedError} there is no silence for its coding
   */
  constructor(
    private readonly container: MpegContainer,
    private readonly track: AudioTrack,
    private readonly isMuted: (frame: PlacedFrame) => boolean,
  ) {
    this.reader = new SegmentSound(container, track);
    this.silence = silencerOf(track);
  }

  /** What of muted frames is whole by now. @param start of the segment in the file */
  push(start: number, layout: SegmentLayout): Overwrite[] {
    const { bytes } = layout;
    for (const { payload } of soundPayloads(this.container, this.track, bytes)) {
      const offset = start + payload.byteOffset - bytes.byteOffset;
      this.pieces.push({ at: this.length, offset, size: payload.length });
      this.length += payload.length;
    }
    return this.muted(this.reader.push(layout));
  }

  end(): Overwrite[] {
    return this.muted(this.reader.end());
  }

  private muted(frames: readonly PlacedFrame[]): Overwrite[] {
    const found: Overwrite[] = [];
    for (const frame of frames) {
      this.pieces = this.pieces.filter(({ at, size }) => at + size > frame.at);
      if (!this.isMuted(frame)) continue;
      const { bytes, headBytes } = frame;
      const silent = silentFrame(bytes, headBytes, this.silence);
      if (silent === undefined) continue;
      const end = frame.at + bytes.length;
      for (const { at, offset, size } of this.pieces) {
        const [from, to] = [Math.max(at, frame.at), Math.min(at + size, end)];
        if (from >= to) continue;
        const part = silent.subarray(from - frame.at, to - frame.at);
        const used = part.findLastIndex((byte) => byte !== 0) + 1;
        found.push({ offset: offset + from - at, size: part.length, bytes: part.slice(0, used) });
      }
    }
    return found;
  }
}
