import { isSmall } from "../video/small-window.ts";

const LEAST_PIXELS = 40;

/** Whether nothing of an element's window is seen; a video in a browser's small window is, whatever its page. */
export const isHidden = (element: HTMLElement): boolean =>
  element.ownerDocument.hidden && !(element instanceof HTMLVideoElement && isSmall(element));

/** Whether a picture can be seen: its page is, and no style takes it away. What lies over it, or that it was scrolled out of sight, is not looked for. */
export function isOnScreen(element: HTMLElement): boolean {
  if (element instanceof HTMLVideoElement && isSmall(element)) return true;
  if (isHidden(element)) return false;
  const { width, height } = element.getBoundingClientRect();
  if (width < LEAST_PIXELS || height < LEAST_PIXELS) return false;
  // Safari before 17.4 has no checkVisibility.
  return element.checkVisibility?.({ checkOpacity: true, checkVisibilityCSS: true }) ?? true;
}
