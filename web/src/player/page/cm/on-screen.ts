const LEAST_PIXELS = 40;

/** Whether a picture can be seen: its page is, and no style takes it away. What lies over it, or that it was scrolled out of sight, is not looked for. */
export function isOnScreen(element: HTMLElement): boolean {
  if (element.ownerDocument.hidden) return false;
  const { width, height } = element.getBoundingClientRect();
  if (width < LEAST_PIXELS || height < LEAST_PIXELS) return false;
  // Safari before 17.4 has no checkVisibility.
  return element.checkVisibility?.({ checkOpacity: true, checkVisibilityCSS: true }) ?? true;
}
