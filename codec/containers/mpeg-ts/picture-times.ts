/** Presentation times of a transport stream's pictures, out of their PES heads (ISO/IEC 13818-1 2.4.3.7): 90 kHz, modulo 2³³. */
import { clockStep } from "../mpeg-ps/pes.ts";
import type { CodedSample } from "../source-index.ts";

const CLOCK_MICROSECONDS = 1e6 / 90_000;
/** Times are counted modulo this. */
const CLOCK_WRAP = 2 ** 33;
/** A first time this far before the film's is before it, not 26 hours behind. */
const BEFORE_FIRST = 90_000 * 3600;
/** No picture is shown so far from the one before it in the file, but for gaps; times beyond are held against the next ones. */
const DOUBT_MICROSECONDS = 10e6;
/** Times that go forward by more are those of another programme or of a recording put behind. */
const FORWARD_MICROSECONDS = 600e6;
/** Pictures that wait for their neighbours' times, at most. */
const HELD_MAX = 64;

/** @param time 90 kHz; @param nearMicroseconds since `firstTime`, within 13 hours @returns microseconds since `firstTime` */
export function unwrapped(time: number, firstTime: number, nearMicroseconds: number): number {
  const near = nearMicroseconds / CLOCK_MICROSECONDS;
  return (near + clockStep(time - firstTime - near)) * CLOCK_MICROSECONDS;
}

/** The same where nothing near is known: from an hour before `firstTime` on. */
export function unwrappedFirst(time: number, firstTime: number): number {
  const since = (((time - firstTime + BEFORE_FIRST) % CLOCK_WRAP) + CLOCK_WRAP) % CLOCK_WRAP;
  return (since - BEFORE_FIRST) * CLOCK_MICROSECONDS;
}

interface Held {
  sample: CodedSample;
  /** As the stream has it; absent where it tells none. */
  time: number | undefined;
  isSecond: boolean;
}

/**
 * Gives each picture its time in microseconds since the film's first: of a picture that tells none a picture's duration after the one
 * before. Where times jump, the neighbours decide whether that is so, or one head is damaged.
 */
export class PictureTimes {
  /** Of the newest picture that has its time. */
  private newest = 0;
  private shift = 0;
  private isFirst = true;
  private readonly held: Held[] = [];

  constructor(
    private readonly firstTime: number,
    private readonly stepMicroseconds: number,
  ) {}

  /** Told of every picture in the file's order. The sample's time is not a number until it is known. */
  add(sample: CodedSample, time: number | undefined, isSecond: boolean): void {
    sample.timeMicroseconds = Number.NaN;
    this.held.push({ sample, time, isSecond });
    this.settle(false);
  }

  /** No picture follows: all of them have their times then. */
  end(): void {
    this.settle(true);
  }

  private settle(isEnd: boolean): void {
    for (let head = this.held[0]; head !== undefined; head = this.held[0]) {
      const isSure = isEnd || this.held.length > HELD_MAX;
      const time = head.isSecond ? this.newest : this.timeOf(head.time, isSure);
      if (time === undefined) return;
      head.sample.timeMicroseconds = time;
      this.newest = time;
      this.isFirst &&= head.time === undefined;
      this.held.shift();
    }
  }

  /** Of the oldest held picture; undefined where its neighbours have to be known first. */
  private timeOf(raw: number | undefined, isSure: boolean): number | undefined {
    const { newest, isFirst, firstTime } = this;
    if (raw === undefined) return isFirst ? newest : newest + this.stepMicroseconds;
    const time = isFirst ? unwrappedFirst(raw, firstTime) : unwrapped(raw, firstTime, newest - this.shift) + this.shift;
    if (!isFirst && Math.abs(time - newest) <= DOUBT_MICROSECONDS) return time;
    const next = this.held
      .slice(1)
      .filter((one) => one.time !== undefined && !one.isSecond)
      .map((one) => unwrapped(one.time as number, firstTime, time - this.shift) + this.shift);
    const [second, third] = next;
    if (isFirst) {
      if (second !== undefined && isNear(second, time)) return time;
      if (third === undefined && !isSure) return undefined;
      const isForged = second !== undefined && third !== undefined && isNear(second, third);
      return isForged ? unwrappedFirst(this.rawOf(1), firstTime) - this.stepMicroseconds : time;
    }
    if (second === undefined && !isSure) return undefined;
    const isForged =
      second !== undefined && isNear(second, newest) && Math.abs(second - newest) < Math.abs(second - time);
    if (isForged) return newest + this.stepMicroseconds;
    const jump = time - newest;
    if (jump >= 0 && jump <= FORWARD_MICROSECONDS) return time;
    this.shift += this.stepMicroseconds - jump;
    return newest + this.stepMicroseconds;
  }

  /** What the stream says of the held pictures with a time, by their number. */
  private rawOf(number: number): number {
    return this.held.filter(({ time, isSecond }) => time !== undefined && !isSecond)[number]?.time ?? this.firstTime;
  }
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= DOUBT_MICROSECONDS;
