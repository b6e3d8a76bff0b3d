/** What has a time in a video, such as parts that not everybody sees, of a part of the video. */
import type { Trim } from "./trim.ts";

/** Those within a part of the video; their times begin with it. */
export function trimParts<Part extends { startMicroseconds: number; endMicroseconds: number }>(
  parts: readonly Part[],
  { fromMicroseconds, toMicroseconds }: Trim,
): Part[] {
  return parts.flatMap((part) => {
    const startMicroseconds = Math.max(part.startMicroseconds, fromMicroseconds) - fromMicroseconds;
    const endMicroseconds = Math.min(part.endMicroseconds, toMicroseconds) - fromMicroseconds;
    return startMicroseconds < endMicroseconds ? [{ ...part, startMicroseconds, endMicroseconds }] : [];
  });
}
