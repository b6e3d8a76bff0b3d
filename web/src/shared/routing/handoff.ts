/** Hands files to Watch from wherever they came: the Studio, a launch by the system, a page with a drop zone. */
import { useSyncExternalStore } from "react";
import { navigate } from "./router.tsx";

let waiting: readonly Blob[] | undefined;
const listeners = new Set<() => void>();

/** Opens mains in Watch, one or a playlist. */
export function openInWatch(files: Blob | readonly Blob[]): void {
  navigate("/watch");
  waiting = files instanceof Blob ? [files] : files;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The files handed over last; they stay until others take their place, so that Watch shows them again when it is come back to. */
export const useHandedOver = (): readonly Blob[] | undefined => useSyncExternalStore(subscribe, () => waiting);
