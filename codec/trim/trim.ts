/** A part of a video by its times. */
import type { ByteSource } from "../bytes/bytes.ts";
import { InputError } from "../errors.ts";

/** Times of the presentation, the whole of which begins at 0. */
export interface Trim {
  fromMicroseconds: number;
  /** Infinity: to the end. */
  toMicroseconds: number;
}

/** A part of a file as a file of its own. */
export interface TrimmedSource {
  source: ByteSource;
  /** What it really is: it begins and ends with key pictures. */
  taken: Trim;
}

/** Times of key pictures are rounded; one that is this little behind a time counts as being there. */
export const NEAR_MICROSECONDS = 1000;

/** @throws {@link InputError} nothing of the video lies between the two times */
export function checkTrim({ fromMicroseconds, toMicroseconds }: Trim, durationMicroseconds: number): void {
  if (fromMicroseconds < durationMicroseconds && fromMicroseconds < toMicroseconds) return;
  const seconds = (microseconds: number): string => `${microseconds / 1e6} s`;
  throw new InputError(
    `nothing lies between ${seconds(fromMicroseconds)} and ${seconds(toMicroseconds)} of a video of ${seconds(durationMicroseconds)}: choose other times`,
    { reason: "trim" },
  );
}
