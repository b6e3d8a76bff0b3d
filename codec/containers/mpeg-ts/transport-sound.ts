/** Sound of a transport stream: its frames, out of PES packets that hold any number of them, whole or in part. */
import { concatBytes } from "../../bytes/bytes.ts";
import type { SoundFrame, SoundReader } from "../source-index.ts";
import {
  FRAME_HEAD_BYTES,
  type FrameHead,
  findFrame,
  readFrameHead,
  type SoundCoding,
} from "../streams/sound-frames.ts";
import { unwrapped, unwrappedFirst } from "./picture-times.ts";
import { type MappedStream, Programme } from "./programme.ts";
import { type PacketForm, readPacket, walkPackets } from "./transport-packets.ts";

/** A frame with what its PES head tells of it. */
export interface FoundFrame {
  head: FrameHead;
  bytes: Uint8Array;
  /** 90 kHz; of the first frame that begins in a PES packet. */
  time: number | undefined;
}

/** Takes frames from a stream's bytes. Behind bytes that are no frame it goes on at the next two that follow each other. */
export class FrameSplitter {
  private rest: Uint8Array = new Uint8Array();
  /** Where `rest` begins, in the stream. */
  private at = 0;
  private times: { at: number; time: number }[] = [];
  private isLocked = false;
  /** What may still get additions. */
  private open: FoundFrame | undefined;

  constructor(private readonly coding: SoundCoding) {}

  /** @param time of the PES packet that begins with these bytes */
  push(bytes: Uint8Array, time: number | undefined): FoundFrame[] {
    if (time !== undefined) this.times.push({ at: this.at + this.rest.length, time });
    this.rest = this.rest.length === 0 ? bytes : concatBytes(this.rest, bytes);
    return this.take(false);
  }

  /** What is whole at the stream's end. */
  end(): FoundFrame[] {
    const found = this.take(true);
    if (this.open !== undefined) found.push(this.open);
    this.open = undefined;
    return found;
  }

  private take(isEnd: boolean): FoundFrame[] {
    const found: FoundFrame[] = [];
    for (;;) {
      if (!this.isLocked && !this.findNext(isEnd)) break;
      const head = readFrameHead(this.coding, this.rest, 0);
      if (head === undefined) {
        if (this.rest.length < FRAME_HEAD_BYTES) break;
        this.isLocked = false;
        this.drop(1);
        continue;
      }
      if (this.rest.length < head.bytes) break;
      const frame = { head, bytes: this.rest.subarray(0, head.bytes), time: this.timeHere() };
      this.drop(head.bytes);
      if (head.isAddition && this.open !== undefined) {
        this.open.bytes = concatBytes(this.open.bytes, frame.bytes);
        continue;
      }
      if (this.open !== undefined) found.push(this.open);
      this.open = head.codec === "ec-3" ? frame : undefined;
      if (this.open === undefined) found.push(frame);
    }
    return found;
  }

  /** @returns whether a frame begins the rest, and another follows it */
  private findNext(isEnd: boolean): boolean {
    const { rest, coding } = this;
    const at = findFrame(coding, rest, 0);
    if (at < 0) {
      // A head that is not whole may stand at the end.
      this.drop(Math.max(0, rest.length - FRAME_HEAD_BYTES + 1));
      return false;
    }
    this.drop(at);
    const bytes = readFrameHead(coding, this.rest, 0)?.bytes ?? 0;
    this.isLocked = this.rest.length >= bytes + FRAME_HEAD_BYTES || (isEnd && this.rest.length === bytes);
    return this.isLocked;
  }

  private drop(bytes: number): void {
    this.rest = this.rest.subarray(bytes);
    this.at += bytes;
  }

  /** The time that the frame at the rest's start is the first to have. */
  private timeHere(): number | undefined {
    let time: number | undefined;
    while (this.times[0] !== undefined && this.times[0].at <= this.at) time = this.times.shift()?.time;
    return time;
  }
}

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
