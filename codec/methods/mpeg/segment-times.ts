/** Times inside of a segment of method `mpeg`: of its pictures and its sound, by its container's words (FORMAT.md 11.7). */
import { pesTimeBefore } from "../../containers/mpeg-ps/pes.ts";
import type { TimeMark } from "./mpeg-decoder.ts";
import type { OpenedMpegSegment } from "./segment-bytes.ts";
import { clockMicroseconds } from "./stream-clock.ts";

/** Times of one segment are not further apart; others are those of another recording, or damaged. */
const NEAR_MICROSECONDS = 10e6;

/** A segment of the source with zeros for its video. */
export interface SegmentLayout {
  bytes: Uint8Array;
  /** When its pictures are shown. */
  marks: TimeMark[];
  /** When a time of its container's clock is, near the segment's start; undefined for another recording's, and where there is no clock. */
  timeOf(ticks: number): number | undefined;
}

/**
 * What a segment's container tells.
 *
 * @param startMicroseconds of the segment's head
 */
export function layOut(
  { container, runs, videoBytes }: Pick<OpenedMpegSegment, "container" | "runs" | "videoBytes">,
  startMicroseconds: number,
): SegmentLayout {
  const bytes = new Uint8Array(container.length + videoBytes);
  const found: { offset: number; ticks: number }[] = [];
  let at = 0;
  let [taken, video] = [0, 0];
  for (const [i, length] of runs.entries()) {
    if (i % 2 === 0) {
      bytes.set(container.subarray(taken, taken + length), at);
      taken += length;
    } else {
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
  return { bytes, marks, timeOf };
}
