import { type RefObject, useCallback, useSyncExternalStore } from "react";

export interface FullScreen {
  can: boolean;
  isFull: boolean;
  toggle(): void;
}

/** Not in TypeScript's library: phones have it, and only in full screen. */
type LockableOrientation = ScreenOrientation & { lock?(orientation: "landscape" | "portrait"): Promise<void> };

function subscribe(listener: () => void): () => void {
  document.addEventListener("fullscreenchange", listener);
  return () => document.removeEventListener("fullscreenchange", listener);
}

/** Shows an element over the whole screen, on phones turned as its picture is, and back. iPhones cannot: `can` is false there. */
export function useFullScreen(element: RefObject<HTMLElement | null>): FullScreen {
  const isFull = useSyncExternalStore(subscribe, () => document.fullscreenElement !== null);
  const toggle = useCallback(() => {
    // The browser refuses without a key or click, and says so itself.
    if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => {});
    else if (element.current !== null) void enter(element.current).catch(() => {});
  }, [element]);
  return { isFull, toggle, can: document.fullscreenEnabled === true };
}

async function enter(element: HTMLElement): Promise<void> {
  await element.requestFullscreen?.();
  const stage = element.querySelector(".stage") ?? element;
  const isUpright = Number(getComputedStyle(stage).getPropertyValue("--ratio")) < 1;
  // Computers refuse; the browser undoes it at the end of full screen.
  await (screen.orientation as LockableOrientation | undefined)?.lock?.(isUpright ? "portrait" : "landscape");
}
