/** Times inside of a segment of method `mpeg`: of its pictures and its sound, by its container's words (FORMAT.md 11.7). */
import { type PesTimes, pesBefore, readPesTimes } from "../../containers/mpeg-ps/pes.ts";
import type { TimeMark } from "./mpeg-decoder.ts";
import type { OpenedMpegSegment } from "./segment-bytes.ts";
import type { RunLengths } from "./segment-planner.ts";
import { clockMicroseconds } from "./stream-clock.ts";

/** Times of one segment are not further apart; others are those of another recording, or damaged. */
const NEAR_MICROSECONDS = 10e6;

/** A PES packet of the video. */
export interface VideoPacket extends PesTimes {
  /** Of its head in the segment, and of its payload in the segment's video. */
  at: number;
  offset: number;
}

/** What a segment's container tells. */
export interface SegmentLayout {
  /** The segment of the source; its video may be zeros. */
  bytes: Uint8Array;
  packets: readonly VideoPacket[];
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
  const packets: VideoPacket[] = [];
  let [at, video] = [0, 0];
  for (const [i, length] of runs.entries()) {
    if (i % 2 === 1) {
      const head = length === 0 ? undefined : pesBefore(bytes, at);
      if (head !== undefined) packets.push({ at: head, offset: video, ...readPesTimes(bytes, head) });
      video += length;
    }
    at += length;
  }
  const first = packets.find(({ shown }) => shown !== undefined)?.shown;
  const timeOf = (ticks: number): number | undefined => {
    if (first === undefined) return undefined;
    const since = clockMicroseconds(ticks - first);
    return Math.abs(since) <= NEAR_MICROSECONDS ? startMicroseconds + since : undefined;
  };
  const marks = packets.flatMap(({ offset, shown }) => {
    const timeMicroseconds = shown === undefined ? undefined : timeOf(shown);
    return timeMicroseconds === undefined ? [] : [{ offset, timeMicroseconds }];
  });
  const firstMarks = marks.length > 0 ? marks : [{ offset: 0, timeMicroseconds: startMicroseconds }];
  return { bytes, packets, marks, firstMarks, timeOf };
}

/** The video of a segment of the source. @param runs container and video in turns, the container first */
export function videoOf(bytes: Uint8Array, runs: RunLengths): Uint8Array {
  const video = new Uint8Array(runs.reduce((sum, size, i) => sum + (i % 2 === 1 ? size : 0), 0));
  let [at, filled] = [0, 0];
  for (const [i, size] of runs.entries()) {
    if (i % 2 === 1) {
      video.set(bytes.subarray(at, at + size), filled);
      filled += size;
    }
    at += size;
  }
  return video;
}
