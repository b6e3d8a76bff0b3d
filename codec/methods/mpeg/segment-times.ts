/** Times inside of a segment of method `mpeg`: of its pictures and its sound, by its container's words (FORMAT.md 11.7). */
import { pesTimeBefore } from "../../containers/mpeg-ps/pes.ts";
import type { TimeMark } from "./mpeg-decoder.ts";
import type { OpenedMpegSegment } from "./segment-bytes.ts";
import type { RunLengths } from "./segment-planner.ts";
import { clockMicroseconds } from "./stream-clock.ts";

/** Times of one segment are not further apart; others are those of another recording, or damaged. */
const NEAR_MICROSECONDS = 10e6;

/** What a segment's container tells. */
export interface SegmentLayout {
  /** The segment of the source; its video may be zeros. */
  bytes: Uint8Array;
  /** When its pictures are shown, where what was decoded before goes on in it. */
  marks: readonly TimeMark[];
  /** The same for a decoder that begins with it: without a clock the segment's start is all that is known. */
  firstMarks: readonly TimeMark[];
  /** When a time of its container's clock is, near the segment's start; undefined for another recording's, and where there is no clock. */
  timeOf(ticks: number): number | undefined;
}

/**
 * The layout of an opened segment, whose video is not there.
 *
 * @param startMicroseconds of the segment's head
 */
export function layOut({ container, runs, videoBytes }: OpenedMpegSegment, startMicroseconds: number): SegmentLayout {
  const bytes = new Uint8Array(container.length + videoBytes);
  let [at, taken] = [0, 0];
  for (const [i, length] of runs.entries()) {
    if (i % 2 === 0) {
      bytes.set(container.subarray(taken, taken + length), at);
      taken += length;
    }
    at += length;
  }
  return readLayout(bytes, runs, startMicroseconds);
}

/** @param bytes of a segment; @param runs container and video in turns, the container first */
export function readLayout(bytes: Uint8Array, runs: RunLengths, startMicroseconds: number): SegmentLayout {
  const found: { offset: number; ticks: number }[] = [];
  let [at, video] = [0, 0];
  for (const [i, length] of runs.entries()) {
    if (i % 2 === 1) {
      const ticks = length === 0 ? undefined : pesTimeBefore(bytes, at);
      if (ticks !== undefined) found.push({ offset: video, ticks });
      video += length;
    }
    at += length;
  }
  const first = found[0];
  const timeOf = (ticks: number): number | undefined => {
    if (first === undefined) return undefined;
    const since = clockMicroseconds(ticks - first.ticks);
    return Math.abs(since) <= NEAR_MICROSECONDS ? startMicroseconds + since : undefined;
  };
  const marks = found.flatMap(({ offset, ticks }) => {
    const timeMicroseconds = timeOf(ticks);
    return timeMicroseconds === undefined ? [] : [{ offset, timeMicroseconds }];
  });
  const firstMarks = marks.length > 0 ? marks : [{ offset: 0, timeMicroseconds: startMicroseconds }];
  return { bytes, marks, firstMarks, timeOf };
}
