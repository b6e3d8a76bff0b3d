/** The clock of program and transport streams: 90 kHz, modulo 2³³ (ISO/IEC 13818-1 2.4.3.7). */

import { clockStep } from "../../containers/mpeg-ps/pes.ts";

/** Times of the stream that are further from where the pictures before end are those of another recording. */
const GAP_MICROSECONDS = 10e6;

/** A step of the stream's clock, forward or back, in microseconds. @param ticks 90 kHz, modulo 2³³ */
export function clockMicroseconds(ticks: number): number {
  return clockStep(ticks) / 0.09;
}

/** When segments begin: by the stream's clock where it has one, through its wraps, gaps and new starts; else by counting pictures. */
export class PictureClock {
  /** Where the pictures so far end. */
  private endMicroseconds = 0;
  /** A time of the stream and when it is shown. */
  private known: { time: number; microseconds: number } | undefined;

  /**
   * @param time  of the first mark in the segment, 90 kHz modulo 2³³; undefined where there is none
   * @param place from where the pictures before end to the segment's first picture, in time
   */
  start(time: number | undefined, place: number): number {
    if (time === undefined) return Math.round(this.endMicroseconds + place);
    const { known, endMicroseconds } = this;
    let start = endMicroseconds;
    if (known !== undefined) {
      const told = known.microseconds + clockMicroseconds(time - known.time);
      // A damaged time may lie before the start.
      if (Math.abs(told - endMicroseconds) <= GAP_MICROSECONDS) start = Math.max(0, told);
    }
    this.known = { time, microseconds: start };
    this.endMicroseconds = start;
    return Math.round(start);
  }

  pass(durationMicroseconds: number): void {
    this.endMicroseconds += durationMicroseconds;
  }
}
