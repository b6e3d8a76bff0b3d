/** What poster and teaser of a video are taken from, whatever draws them (Cmix patent [0066], [0107]). */

/** Pixels across, at most. */
export const THUMBNAIL_MOST_WIDTH = 320;
/** Of the duration: where the poster is taken from by default, as the very first pictures are often black; the first that is not dark counts. */
const POSITIONS = [0.1, 0.2, 0.35, 0.5, 0.75];
/** Mean of the channels, of 255. */
const DARK_BELOW = 20;

/** Pictures a second of a teaser. */
export const TEASER_FRAME_RATE = 15;
const TEASER_SECONDS = 5;

/**
 * Whether there is next to nothing to be seen on a picture.
 *
 * @param pixels red, green, blue and opacity
 */
export function isDark(pixels: Uint8Array | Uint8ClampedArray): boolean {
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 4)
    sum += (pixels[at] ?? 0) + (pixels[at + 1] ?? 0) + (pixels[at + 2] ?? 0);
  return sum / ((3 * pixels.length) / 4) < DARK_BELOW;
}

/**
 * The picture at the earliest of the usual places that is not dark; where all are, the first.
 *
 * @param draw the one at a share of the duration
 */
export async function firstBright<P>(
  draw: (share: number) => Promise<{ poster: P; isDark: boolean } | undefined>,
): Promise<P | undefined> {
  let first: P | undefined;
  for (const position of POSITIONS) {
    const drawn = await draw(position);
    if (drawn?.isDark === false) return drawn.poster;
    first ??= drawn?.poster;
  }
  return first;
}

/**
 * What a teaser shows, in seconds.
 *
 * @param wanted where it begins; near the end, it is the last seconds
 * @param first  of what it may show
 * @param end    of what it may show
 * @returns its pictures' `count`, at {@link TEASER_FRAME_RATE}
 */
export function teaserSpan(
  wanted: number,
  first: number,
  end: number,
): { start: number; until: number; count: number } {
  const start = Math.max(first, Math.min(wanted, end - TEASER_SECONDS));
  return {
    start,
    until: Math.min(start + TEASER_SECONDS, Math.max(end, start)),
    count: Math.max(1, Math.floor(Math.min(TEASER_SECONDS, end - start) * TEASER_FRAME_RATE)),
  };
}
