/** The videos of one play, in their order. Pure. */
import type { MainFacts } from "../workers/play-api.ts";

/** A main: a file, or the address of one. */
export type MainSource = Blob | string;

export interface PlaylistItem {
  /** Names the main towards the worker; a main may be in a list twice. */
  key: number;
  facts: MainFacts;
}

/** As many as a service takes for one play (server/API.md, "A play"). */
export const PLAYLIST_MOST = 50;

/** @returns the list with one item moved by `by` places, at most to its end */
export function movedItem<T>(items: readonly T[], index: number, by: number): T[] {
  const moved = [...items];
  const [item] = moved.splice(index, 1);
  if (item !== undefined) moved.splice(Math.max(0, index + by), 0, item);
  return moved;
}
