import { type MouseEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";

import type { PlayerSnapshot } from "../../player/page/snapshot.ts";
import { showsCm } from "../../player/page/state.ts";

/** Without a pointer's move, a touch or a key for so long, the controls hide. */
const REST_MILLISECONDS = 3000;

/** Not where there is something to press, or the viewer has paused. */
export const mayRest = ({ state, unblock }: PlayerSnapshot): boolean =>
  unblock === undefined && (showsCm(state) || state === "playing" || state === "buffering");

export interface Rest {
  isResting: boolean;
  /** For the element: a touch of hidden controls shows them, and presses none. */
  handlers: {
    onPointerDownCapture(event: PointerEvent): void;
    onClickCapture(event: MouseEvent): void;
  };
}

/** Whether the viewer only watches. An open menu keeps the controls. */
export function useRest(element: RefObject<HTMLElement | null>, mayRest: boolean): Rest {
  const [isResting, setResting] = useState(false);
  const resting = useRef(false);
  const wokeByTouch = useRef(false);
  resting.current = isResting;

  useEffect(() => {
    const box = element.current;
    if (box === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = "";
    const rest = () => {
      if (box.querySelector("[role=menu], dialog[open]") === null) setResting(true);
      else stir();
    };
    const stir = () => {
      setResting(false);
      clearTimeout(timer);
      if (mayRest) timer = setTimeout(rest, REST_MILLISECONDS);
    };
    // Browsers tell of a pointer that lies still, too, where what is under it changes.
    const move = ({ screenX, screenY }: globalThis.PointerEvent) => {
      const place = `${screenX} ${screenY}`;
      if (place !== last) stir();
      last = place;
    };
    stir();
    box.addEventListener("pointermove", move);
    box.addEventListener("pointerdown", stir);
    box.addEventListener("focusin", stir);
    addEventListener("keydown", stir);
    return () => {
      clearTimeout(timer);
      box.removeEventListener("pointermove", move);
      box.removeEventListener("pointerdown", stir);
      box.removeEventListener("focusin", stir);
      removeEventListener("keydown", stir);
    };
  }, [element, mayRest]);

  return {
    isResting,
    handlers: {
      onPointerDownCapture: ({ pointerType }) => {
        wokeByTouch.current = resting.current && pointerType === "touch";
      },
      onClickCapture: (event) => {
        if (!wokeByTouch.current) return;
        wokeByTouch.current = false;
        event.preventDefault();
        event.stopPropagation();
      },
    },
  };
}
