/** Parts by what is seen of a video, in the place of what is hidden. */
import { AREA_PRESETS, subtractArea } from "./areas.ts";
import type { Area, RestrictedPart } from "./part.ts";

/** A week: more than any video. */
const END_MICROSECONDS = 7 * 24 * 3600 * 1e6;

/**
 * The reverse rule (restriction patent, R6): what the parts cover is seen, and all else is hidden. The sound is as it is within a part
 * that covers the whole picture, or none of it.
 *
 * @param hidden how that which is not covered is hidden, and from whom
 * @param endMicroseconds of the video; behind any where it is not known
 * @returns in their order
 */
export function reverseOf(
  parts: readonly Pick<RestrictedPart, "startMicroseconds" | "endMicroseconds" | "areas">[],
  hidden: Pick<RestrictedPart, "treatment" | "sound" | "viewers">,
  endMicroseconds = END_MICROSECONDS,
): RestrictedPart[] {
  const whole: Area = { ...AREA_PRESETS.whole.area };
  const turns = parts.flatMap(({ startMicroseconds, endMicroseconds }) => [startMicroseconds, endMicroseconds]);
  const times = [...new Set([0, ...turns, endMicroseconds])]
    .filter((time) => time >= 0 && time <= endMicroseconds)
    .sort((a, b) => a - b);
  return times.slice(0, -1).flatMap((startMicroseconds, i): RestrictedPart[] => {
    const seen = parts.filter(
      (part) => part.startMicroseconds <= startMicroseconds && part.endMicroseconds > startMicroseconds,
    );
    const areas = seen.reduce<Area[]>(
      (left, part) => part.areas.reduce((rest, area) => rest.flatMap((one) => subtractArea(one, area)), left),
      [whole],
    );
    const isHeard = areas.length === 0 || seen.some((part) => part.areas.length === 0);
    const sound = isHeard ? "keep" : hidden.sound;
    if (areas.length === 0 && sound === "keep") return [];
    return [{ ...hidden, sound, areas, startMicroseconds, endMicroseconds: times[i + 1] as number }];
  });
}
