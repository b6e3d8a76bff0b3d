/** The videos that a viewer picks in the library for one playlist; kept until the tab is closed. */
import { useSyncExternalStore } from "react";
import type { LibraryVideo } from "../../shared/api/library.ts";

export type Picked = Pick<LibraryVideo, "mainId" | "title">;

const KEY = "cmix-picked";
const listeners = new Set<() => void>();
let picked: readonly Picked[] = stored();

function stored(): Picked[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    if (Array.isArray(found)) return found.filter((one) => typeof one?.mainId === "string");
  } catch {
    // Storage is refused in some private windows.
  }
  return [];
}

function keep(next: readonly Picked[]): void {
  picked = next;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Kept for this page only.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const usePicked = (): readonly Picked[] => useSyncExternalStore(subscribe, () => picked);

export const isPicked = (list: readonly Picked[], mainId: string): boolean => list.some((one) => one.mainId === mainId);

/** Puts a video behind the others, or takes it out. */
export function togglePicked({ mainId, title }: Picked): void {
  keep(isPicked(picked, mainId) ? picked.filter((one) => one.mainId !== mainId) : [...picked, { mainId, title }]);
}

export const forgetPicked = (): void => keep([]);
