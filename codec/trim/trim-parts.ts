/** Parts that not everybody sees, of a part of a video. */
import type { RestrictedPart } from "../restriction/part.ts";
import type { Trim } from "./trim.ts";

/** The parts within a part of the video, whose times begin with it. */
export function trimParts(
  parts: readonly RestrictedPart[],
  { fromMicroseconds, toMicroseconds }: Trim,
): RestrictedPart[] {
  return parts.flatMap((part) => {
    const startMicroseconds = Math.max(part.startMicroseconds, fromMicroseconds) - fromMicroseconds;
    const endMicroseconds = Math.min(part.endMicroseconds, toMicroseconds) - fromMicroseconds;
    return startMicroseconds < endMicroseconds ? [{ ...part, startMicroseconds, endMicroseconds }] : [];
  });
}
