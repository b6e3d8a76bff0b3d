/** What of a video's parts concerns a picture, or a packet of sound. */
import type { DrawnMark } from "./draw-mark.ts";
import type { RestrictedPart } from "./part.ts";

/** Times of parts and of pictures may be rounded by this: nobody sees a picture for so short a time. */
const ROUNDED_MICROSECONDS = 1000;

interface Shown {
  timestampMicroseconds: number;
  durationMicroseconds: number;
}

/** The marks that are drawn into a picture. */
export function marksOfPicture(marks: readonly DrawnMark[], picture: Shown): DrawnMark[] {
  return marks.filter((mark) => isDuring(mark, picture));
}

/** Whether a picture is shown for any of this time. */
function isDuring(
  { startMicroseconds, endMicroseconds }: Pick<RestrictedPart, "startMicroseconds" | "endMicroseconds">,
  { timestampMicroseconds: start, durationMicroseconds }: Shown,
): boolean {
  const end = start + Math.max(durationMicroseconds, 2 * ROUNDED_MICROSECONDS);
  return Math.min(end, endMicroseconds) - Math.max(start, startMicroseconds) > ROUNDED_MICROSECONDS;
}

/** The parts that hide something of a picture for any of the time that it is shown, by their order. */
export function partsOfPicture(parts: readonly RestrictedPart[], picture: Shown): RestrictedPart[] {
  return parts.filter((part) => part.areas.length > 0 && isDuring(part, picture));
}

/**
 * The parts that change a packet of sound. Transforms overlap: what a packet holds is heard until the end of the one behind it, so the
 * packet before a part belongs to it too.
 */
export function partsOfPacket(
  parts: readonly RestrictedPart[],
  { timestampMicroseconds: start, durationMicroseconds }: Shown,
): RestrictedPart[] {
  const end = start + 2 * durationMicroseconds;
  return parts.filter(
    ({ sound, startMicroseconds, endMicroseconds }) =>
      sound !== "keep" && start < endMicroseconds && end > startMicroseconds,
  );
}

/** Whether parts change what is heard between two times. */
export const isHiddenSound = (parts: readonly RestrictedPart[], start: number, end: number): boolean =>
  parts.some(
    ({ sound, startMicroseconds, endMicroseconds }) =>
      sound !== "keep" && start < endMicroseconds && end > startMicroseconds,
  );
