import { useEffect, useSyncExternalStore } from "react";
import { type ShelfItem, type ShelfState, shelf } from "../../shelf/page/shelf.ts";

export function useShelf(): ShelfState {
  useEffect(() => void shelf.start(), []);
  return useSyncExternalStore(shelf.subscribe, shelf.snapshot);
}

export const itemOf = ({ items }: ShelfState, mainId: string): ShelfItem | undefined =>
  items.find(({ main }) => main.mainId === mainId);
