/** Whose the units of the layer `restricted` are. FORMAT.md 4.1. */
import type { Restriction } from "../format/header.ts";

/** Times in slave heads are rounded to this. */
const ROUNDED_MICROSECONDS = 1000;

/**
 * The parts that a unit of the layer `restricted` belongs to: only who may see all of them gets it.
 *
 * @param restrictions the slave header's
 * @param startMilliseconds as the unit's head says
 * @param durationMilliseconds 0 of a start unit
 * @returns at least one where there are any: a unit beside all parts belongs to the nearest
 */
export function partsOfUnit<Part extends Pick<Restriction, "startMicroseconds" | "endMicroseconds">>(
  restrictions: readonly Part[],
  startMilliseconds: number,
  durationMilliseconds: number,
): Part[] {
  const start = startMilliseconds * 1000;
  const end = start + Math.max(durationMilliseconds * 1000, 2 * ROUNDED_MICROSECONDS);
  const overlap = (part: Part): number => Math.min(end, part.endMicroseconds) - Math.max(start, part.startMicroseconds);
  const within = restrictions.filter((part) => overlap(part) > ROUNDED_MICROSECONDS);
  if (within.length > 0) return within;
  const nearest = Math.max(...restrictions.map(overlap));
  return restrictions.filter((part) => overlap(part) === nearest);
}
