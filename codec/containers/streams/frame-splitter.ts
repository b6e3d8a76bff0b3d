/** Frames of sound out of a stream that comes in pieces: PES packets hold any number of them, whole or in part. */
import { concatBytes } from "../../bytes/bytes.ts";
import { FRAME_HEAD_BYTES, type FrameHead, findFrame, readFrameHead, type SoundCoding } from "./sound-frames.ts";

/** A frame with what its PES head tells of it. */
export interface FoundFrame {
  head: FrameHead;
  bytes: Uint8Array;
  /** Where it begins in the stream's bytes. */
  at: number;
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
      const frame = { head, bytes: this.rest.subarray(0, head.bytes), at: this.at, time: this.timeHere() };
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
