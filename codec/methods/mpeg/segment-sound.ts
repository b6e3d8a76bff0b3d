/** Sound of method `mpeg`: frames out of the segments of a program or transport stream, with their times (FORMAT.md 11.7). */
import type { MpegContainer } from "../../containers/demuxer.ts";
import { programSounds } from "../../containers/mpeg-ps/program-sound.ts";
import { sectorPayloads } from "../../containers/mpeg-ps/sectors.ts";
import {
  isTransportForm,
  packetFormIn,
  readPacket,
  type TransportForm,
  walkPackets,
} from "../../containers/mpeg-ts/transport-packets.ts";
import type { SoundFrame } from "../../containers/source-index.ts";
import { type FoundFrame, FrameSplitter } from "../../containers/streams/frame-splitter.ts";
import { soundCodingOf } from "../../containers/streams/sound-frames.ts";
import type { AudioTrack } from "../../format/header.ts";
import type { SegmentLayout } from "./segment-times.ts";

/** RFC 6381 has no name for it. */
export const LPCM = "lpcm-dvd";
/** Frames that follow each other meet exactly: what the stream's clock is off by less is its rounding. */
const EXACT_MICROSECONDS = 1000;

/** Reads one sound out of segments that follow each other, from any of them on. */
export class SegmentSound {
  private readonly splitter: FrameSplitter | undefined;
  /** When the next frame is due; undefined before the first. */
  private due: number | undefined;
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
  push({ bytes, timeOf }: SegmentLayout): SoundFrame[] {
    this.timeOf = timeOf;
    const { container } = this;
    if (isTransportForm(container)) return this.ofTransport(bytes, container);
    return this.ofProgram(container === "cdxa" ? sectorPayloads(bytes) : bytes);
  }

  /** What is left at the stream's end. */
  end(): SoundFrame[] {
    return this.timed(this.splitter?.end() ?? []);
  }

  private ofProgram(bytes: Uint8Array): SoundFrame[] {
    const frames: SoundFrame[] = [];
    for (const { pid, kind, payload, time } of programSounds(bytes)) {
      if (pid !== this.track.pid) continue;
      if (kind === "lpcm") frames.push(...this.timed([this.lpcm(payload, time)]));
      else frames.push(...this.timed(this.splitter?.push(payload, time) ?? []));
    }
    return frames;
  }

  private ofTransport(bytes: Uint8Array, container: TransportForm): SoundFrame[] {
    const frames: SoundFrame[] = [];
    walkPackets(bytes, 0, packetFormIn(container), true, (sync, end) => {
      const packet = readPacket(bytes, sync);
      if (packet === undefined || packet.pid !== this.track.pid || packet.payload >= end) return;
      const payload = bytes.subarray(packet.payload, end);
      frames.push(...this.timed(this.splitter?.push(payload, packet.time) ?? []));
    });
    return frames;
  }

  private lpcm(bytes: Uint8Array, time: number | undefined): FoundFrame {
    const { codec, sampleRate, channels, description } = this.track;
    const samples = Math.floor((8 * bytes.length) / (channels * (description?.[0] ?? 16)));
    const head = { bytes: bytes.length, headBytes: 0, codec, sampleRate, channels, samples, isAddition: false };
    return { head, bytes, time };
  }

  private timed(found: readonly FoundFrame[]): SoundFrame[] {
    const frames: SoundFrame[] = [];
    for (const { head, bytes, time } of found) {
      const told = time === undefined ? undefined : this.timeOf(time);
      if (told !== undefined && Math.abs(told - (this.due ?? Number.POSITIVE_INFINITY)) > EXACT_MICROSECONDS)
        this.due = told;
      if (this.due === undefined) continue;
      const durationMicroseconds = (1e6 * head.samples) / head.sampleRate;
      frames.push({ timeMicroseconds: this.due, durationMicroseconds, headBytes: head.headBytes, bytes });
      this.due += durationMicroseconds;
    }
    return frames;
  }
}
