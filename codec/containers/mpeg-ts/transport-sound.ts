/** Sound of a transport stream: its frames, out of PES packets that hold any number of them, whole or in part. */
import { concatBytes } from "../../bytes/bytes.ts";
import type { SoundFrame, SoundReader } from "../source-index.ts";
import { type FoundFrame, FrameSplitter } from "../streams/frame-splitter.ts";
import type { SoundCoding } from "../streams/sound-frames.ts";
import { unwrapped, unwrappedFirst } from "./picture-times.ts";
import { type MappedStream, Programme } from "./programme.ts";
import { type PacketForm, readPacket, walkPackets } from "./transport-packets.ts";

/** A sound may begin anew so far from where the sound before it ended: a gap, not another recording. */
const GAP_MICROSECONDS = 10e6;
const NEAR_MICROSECONDS = 1e6;

/** Reads one of the sounds of a stream that comes in parts of any size, from any packet on. */
export class TransportSound implements SoundReader {
  private readonly programme = new Programme();
  private splitter: FrameSplitter;
  private rest: Uint8Array = new Uint8Array();
  /** When the next frame is due; undefined before the first. */
  private due: number | undefined;
  private shift = 0;
  private pid: number;

  /** @param firstTime the film's, 90 kHz: from it times count */
  constructor(
    private readonly stream: MappedStream & { coding: SoundCoding },
    private readonly form: PacketForm,
    private readonly firstTime: number,
  ) {
    this.pid = stream.pid;
    this.splitter = new FrameSplitter(stream.coding);
  }

  push(bytes: Uint8Array, shiftMicroseconds: number): SoundFrame[] {
    return this.read(bytes, shiftMicroseconds, false);
  }

  end(): SoundFrame[] {
    const last = this.read(new Uint8Array(), this.shift, true);
    return [...last, ...this.timed(this.splitter.end(), this.shift)];
  }

  private read(bytes: Uint8Array, filmShift: number, isLast: boolean): SoundFrame[] {
    const joined = this.rest.length === 0 ? bytes : concatBytes(this.rest, bytes);
    const frames: SoundFrame[] = [];
    const done = walkPackets(joined, 0, this.form, isLast, (sync, end) => {
      const packet = readPacket(joined, sync);
      if (packet === undefined || packet.payload >= end) return;
      const payload = joined.subarray(packet.payload, end);
      if (packet.pid === this.pid) frames.push(...this.timed(this.splitter.push(payload, packet.time), filmShift));
      else if (this.programme.push(packet.pid, payload, packet.starts)) this.follow();
    });
    this.rest = joined.slice(done);
    return frames;
  }

  /** A map may give the sound another PID. */
  private follow(): void {
    const { sounds } = this.programme;
    const alike = sounds.filter(({ coding }) => coding === this.stream.coding);
    if (alike.length === 0 || sounds.some(({ pid }) => pid === this.pid)) return;
    this.pid = (alike.find(({ language }) => language === this.stream.language) ?? alike[0])?.pid as number;
    this.splitter = new FrameSplitter(this.stream.coding);
  }

  private timed(found: FoundFrame[], filmShift: number): SoundFrame[] {
    const frames: SoundFrame[] = [];
    for (const { head, bytes, time } of found) {
      if (time !== undefined) this.due = this.timeOf(time, filmShift);
      if (this.due === undefined) continue;
      const durationMicroseconds = (1e6 * head.samples) / head.sampleRate;
      frames.push({ timeMicroseconds: this.due, durationMicroseconds, headBytes: head.headBytes, bytes });
      this.due += durationMicroseconds;
    }
    return frames;
  }

  /** Where another recording was put behind, its sound comes before or after its pictures: it goes on where the sound before ended. */
  private timeOf(raw: number, filmShift: number): number {
    const { due, firstTime } = this;
    if (due === undefined) {
      this.shift = filmShift;
      return unwrappedFirst(raw, firstTime) + filmShift;
    }
    const time = unwrapped(raw, firstTime, due - this.shift);
    for (const [shift, reach] of [
      [this.shift, NEAR_MICROSECONDS],
      [filmShift, NEAR_MICROSECONDS],
      [filmShift, GAP_MICROSECONDS],
    ] as const) {
      if (Math.abs(time + shift - due) > reach) continue;
      this.shift = shift;
      return time + shift;
    }
    this.shift = due - time;
    return due;
  }
}
