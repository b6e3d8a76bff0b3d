/** The videos of one play, in their order. Pure. */
import type { MainFacts } from "../protocol/play-api.ts";

/** A main: a file, or the address of one. */
export type MainSource = Blob | string;

export interface PlaylistItem {
  /** Names the main towards the worker, in the order in which they were asked for; a main may be in a list twice. */
  key: number;
  source: MainSource;
  facts: MainFacts;
  /** The service knows the main, and that it is as it was divided. */
  isVerified: boolean;
}

/** A main that could not be opened. */
export interface MissingItem {
  key: number;
  source: MainSource;
  error: Error;
}

/** As many as a service takes for one play (server/API.md, "A play"). */
export const PLAYLIST_MOST = 50;

/** @returns the list with one item more: behind those that were asked for before it */
export function withItem(items: readonly PlaylistItem[], item: PlaylistItem): PlaylistItem[] {
  const next = items.findIndex(({ key }) => key > item.key);
  return next < 0 ? [...items, item] : items.toSpliced(next, 0, item);
}

/** @returns the list with one item moved by `by` places, at most to its end */
export function movedItem<T>(items: readonly T[], index: number, by: number): T[] {
  const moved = [...items];
  const [item] = moved.splice(index, 1);
  if (item !== undefined) moved.splice(Math.max(0, index + by), 0, item);
  return moved;
}
