/** Hands a file to Watch from wherever it came: the Studio, a launch by the system, a page with a drop zone. */
import { useSyncExternalStore } from "react";
import { navigate } from "./router.tsx";

let waiting: Blob | undefined;
const listeners = new Set<() => void>();

/** Opens a main in Watch. */
export function openInWatch(file: Blob): void {
  navigate("/watch");
  waiting = file;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The file handed over last; it stays until another takes its place, so that Watch shows it again when it is come back to. */
export const useHandedOver = (): Blob | undefined => useSyncExternalStore(subscribe, () => waiting);
