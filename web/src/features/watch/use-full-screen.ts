import { type RefObject, useCallback, useSyncExternalStore } from "react";

export interface FullScreen {
  can: boolean;
  isFull: boolean;
  toggle(): void;
}

function subscribe(listener: () => void): () => void {
  document.addEventListener("fullscreenchange", listener);
  return () => document.removeEventListener("fullscreenchange", listener);
}

/** Shows an element over the whole screen and back. iPhones cannot: `can` is false there. */
export function useFullScreen(element: RefObject<HTMLElement | null>): FullScreen {
  const isFull = useSyncExternalStore(subscribe, () => document.fullscreenElement !== null);
  const toggle = useCallback(() => {
    // The browser refuses without a key or click, and says so itself.
    if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => {});
    else void element.current?.requestFullscreen?.().catch(() => {});
  }, [element]);
  return { isFull, toggle, can: document.fullscreenEnabled === true };
}
