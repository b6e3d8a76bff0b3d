import type { DivideSettings, SourceFacts } from "../protocol/divide-api.ts";

/** Of a part, where the poster is taken from if no picture within it is chosen. */
const PART_SHARE = 0.1;

/** Where the poster is taken, in seconds of the source; 0: the usual picture of the whole. */
export function posterPlace({ thumbnails, trim }: DivideSettings, { durationSeconds }: SourceFacts): number {
  const { startSeconds, pictureSeconds = startSeconds } = thumbnails;
  if (trim === undefined) return pictureSeconds;
  const { fromSeconds, toSeconds = durationSeconds } = trim;
  const isInside = pictureSeconds > 0 && pictureSeconds >= fromSeconds && pictureSeconds <= toSeconds;
  return isInside ? pictureSeconds : fromSeconds + (Math.min(toSeconds, durationSeconds) - fromSeconds) * PART_SHARE;
}
