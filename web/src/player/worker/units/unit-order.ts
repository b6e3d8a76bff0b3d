/** Which units of a source file are fetched first, and how far ahead. */
import type { IndexEntry } from "../../../../../codec/index.ts";

/** Media time fetched ahead; the service's head start is 30 s, and this leaves the rest for seeks (server/plays/play-rules.ts). */
const AHEAD_SECONDS = 10;
/** More structure at either end than this is read when it is needed. */
const FIRST_SEGMENTS_MAX = 32;

/** Segments the demuxer reads before all others: the structure at the file's end (`moov`, cues) and at its start. */
export function structureFirst(entries: readonly IndexEntry[]): number[] {
  const firstMedia = entries.findIndex((entry) => !entry.structure);
  const lastMedia = entries.findLastIndex((entry) => !entry.structure);
  const numbersOf = (some: readonly IndexEntry[]) => some.slice(0, FIRST_SEGMENTS_MAX).map(({ number }) => number);
  return [...numbersOf(entries.slice(lastMedia + 1)), ...numbersOf(entries.slice(0, Math.max(0, firstMedia)))];
}

/** Where to stop running ahead of a segment: segments may be long, and a seek takes from what the service allows, too. */
export function aheadEnds(entries: readonly IndexEntry[]): (newest: number) => number {
  const places = new Map(entries.map(({ number }, place) => [number, place]));
  return (newest) => {
    const place = places.get(newest);
    if (place === undefined) return newest + 1;
    const limit = (entries[place]?.startMilliseconds ?? 0) + AHEAD_SECONDS * 1000;
    let last = place;
    while ((entries[last + 1]?.startMilliseconds ?? Number.POSITIVE_INFINITY) < limit) last += 1;
    return (entries[last]?.number ?? newest) + 1;
  };
}
