import { type RefObject, useEffect } from "react";
import { moveFocus } from "./focus-moves.ts";

/**
 * Moves the focus within the player's window by arrows and Enter ({@link moveFocus}), and keeps it there: what is to be pressed next
 * (`data-takes-focus`) gets it when it appears, unless the viewer is elsewhere on the page; the picture gets it when what had it is gone.
 * Within another site's page that page's focus is left alone.
 */
export function useFocus(root: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = root.current;
    if (element === null) return;
    let held: EventTarget | null = null;
    let next: Element | null = null;
    const hold = ({ target }: FocusEvent) => {
      held = target;
    };
    const keep = () => {
      const picture = element.querySelector<HTMLElement>(".stage");
      const wanted =
        element.querySelector<HTMLElement>(".stage [data-takes-focus]") ??
        element.querySelector<HTMLElement>("[data-takes-focus]");
      const isNew = wanted !== next;
      next = wanted;
      if (parent !== self && !document.hasFocus()) return;
      const { activeElement } = document;
      const isNowhere = activeElement === null || activeElement === document.body;
      const isLost = isNowhere && held instanceof Element && !held.isConnected;
      if (wanted !== null && ((isNew && (isNowhere || activeElement === picture)) || isLost)) focus(wanted);
      else if (isLost && picture !== null) focus(picture);
    };
    // Who goes by pointer wants no frame around the picture.
    const goByPointer = () => {
      element.dataset.by = "pointer";
    };
    const goByKey = (event: KeyboardEvent) => {
      element.dataset.by = "key";
      moveFocus(event);
    };
    keep();
    element.addEventListener("focusin", hold);
    element.addEventListener("pointerdown", goByPointer);
    element.addEventListener("keydown", goByKey);
    const observer = new MutationObserver(keep);
    observer.observe(element, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("focusin", hold);
      element.removeEventListener("pointerdown", goByPointer);
      element.removeEventListener("keydown", goByKey);
    };
  }, [root]);
}

/** Without scrolling the page: the viewer did not ask for it. */
const focus = (element: HTMLElement): void => element.focus({ preventScroll: true });
