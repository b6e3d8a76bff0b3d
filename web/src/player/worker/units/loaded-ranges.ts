/** Of which of a video the slave is here, for the seek bar. Pure. */
import type { IndexEntry } from "../../../../../codec/index.ts";
import type { LoadedRange } from "../../protocol/play-api.ts";

/** @param has whether a segment's unit is here @returns in their order, none touching another */
export function loadedRanges(index: readonly IndexEntry[], has: (number: number) => boolean): LoadedRange[] {
  const ranges: [number, number][] = [];
  let isOpen = false;
  for (const { number, structure, startMilliseconds, durationMilliseconds } of index) {
    if (structure) continue;
    const last = ranges.at(-1);
    const [start, end] = [startMilliseconds / 1000, (startMilliseconds + durationMilliseconds) / 1000];
    if (!has(number)) isOpen = false;
    else if (last === undefined || (!isOpen && start > last[1])) ranges.push([start, end]);
    else last[1] = Math.max(last[1], end);
    if (has(number)) isOpen = true;
  }
  return ranges;
}
