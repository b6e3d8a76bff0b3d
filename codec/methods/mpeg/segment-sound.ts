/** Sound of method `mpeg`: frames out of the segments of a program or transport stream, with their times (FORMAT.md 11.7). */
import type { MpegContainer } from "../../containers/demuxer.ts";
import { programSounds } from "../../containers/mpeg-ps/program-sound.ts";
import { sectorPayloads } from "../../containers/mpeg-ps/sectors.ts";
import { isTransportForm, packetFormIn, readPacket, walkPackets } from "../../containers/mpeg-ts/transport-packets.ts";
import type { SoundFrame } from "../../containers/source-index.ts";
import { type FoundFrame, FrameSplitter } from "../../containers/streams/frame-splitter.ts";
import { soundCodingOf } from "../../containers/streams/sound-frames.ts";
import type { AudioTrack } from "../../format/header.ts";
import type { SegmentLayout } from "./segment-times.ts";

/** RFC 6381 has no name for it. */
export const LPCM = "lpcm-dvd";
/** Frames that follow each other meet exactly: what the stream's clock is off by less is its rounding. */
const EXACT_MICROSECONDS = 1000;

/** A frame, and where it begins in its sound's bytes as the packets carry them. */
export interface PlacedFrame extends SoundFrame {
  at: number;
}

/** What the packets of a segment carry of one sound. @param bytes of a program or transport stream */
export function* soundPayloads(
  container: MpegContainer,
  { pid }: Pick<AudioTrack, "pid">,
  bytes: Uint8Array,
): Generator<{ payload: Uint8Array; time: number | undefined }> {
  if (!isTransportForm(container)) {
    for (const sound of programSounds(container === "cdxa" ? sectorPayloads(bytes) : bytes))
      if (sound.pid === pid) yield sound;
    return;
  }
  const found: { payload: Uint8Array; time: number | undefined }[] = [];
  walkPackets(bytes, 0, packetFormIn(container), true, (sync, end) => {
    const packet = readPacket(bytes, sync);
    if (packet !== undefined && packet.pid === pid && packet.payload < end)
      found.push({ payload: bytes.subarray(packet.payload, end), time: packet.time });
  });
  yield* found;
}

/** Reads one sound out of segments that follow each other, from any of them on. */
export class SegmentSound {
  private readonly splitter: FrameSplitter | undefined;
  /** When the next frame is due; undefined before the first. */
  private due: number | undefined;
  /** Of LPCM, whose packets are its frames. */
  private taken = 0;
  private timeOf: SegmentLayout["timeOf"] = () => undefined;

  /** @param track as the main's header has it, with its `pid` */
  constructor(
    private readonly container: MpegContainer,
    private readonly track: AudioTrack,
  ) {
    const coding = soundCodingOf(track.codec);
    this.splitter = coding && new FrameSplitter(coding);
  }

  /** The frames that end in a segment. */
  push({ bytes, timeOf }: SegmentLayout): PlacedFrame[] {
    this.timeOf = timeOf;
    const frames: PlacedFrame[] = [];
    for (const { payload, time } of soundPayloads(this.container, this.track, bytes))
      frames.push(...this.timed(this.splitter?.push(payload, time) ?? this.lpcm(payload, time)));
    return frames;
  }

  /** What is left at the stream's end. */
  end(): PlacedFrame[] {
    return this.timed(this.splitter?.end() ?? []);
  }

  private lpcm(bytes: Uint8Array, time: number | undefined): FoundFrame[] {
    if (this.track.codec !== LPCM) return [];
    const { codec, sampleRate, channels, description } = this.track;
    const samples = Math.floor((8 * bytes.length) / (channels * (description?.[0] ?? 16)));
    const head = { bytes: bytes.length, headBytes: 0, codec, sampleRate, channels, samples, isAddition: false };
    const at = this.taken;
    this.taken += bytes.length;
    return [{ head, bytes, at, time }];
  }

  private timed(found: readonly FoundFrame[]): PlacedFrame[] {
    const frames: PlacedFrame[] = [];
    for (const { head, bytes, at, time } of found) {
      const told = time === undefined ? undefined : this.timeOf(time);
      if (told !== undefined && Math.abs(told - (this.due ?? Number.POSITIVE_INFINITY)) > EXACT_MICROSECONDS)
        this.due = told;
      if (this.due === undefined) continue;
      const durationMicroseconds = (1e6 * head.samples) / head.sampleRate;
      frames.push({ timeMicroseconds: this.due, durationMicroseconds, headBytes: head.headBytes, bytes, at });
      this.due += durationMicroseconds;
    }
    return frames;
  }
}
