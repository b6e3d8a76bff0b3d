/** What a click, a tap, and two of them on the picture do. Extras for pointers: keys and controls do the same for everyone. */
import { type MouseEvent, type PointerEvent, useRef } from "react";
import type { Player } from "../../player/page/player.ts";
import { showsCm, showsVideo } from "../../player/page/state.ts";
import { visitSponsor } from "./cm-line.tsx";

const STEP_SECONDS = 10;
/** Two taps within this are one gesture. */
const DOUBLE_MILLISECONDS = 350;
/** From either side of the picture; in between, two taps do nothing. */
const SIDE_SHARE = 0.4;

export interface PictureGestures {
  onPointerDown(event: PointerEvent): void;
  onClick(event: MouseEvent): void;
  onDoubleClick(): void;
}

export function usePictureGestures(player: Player, toggleFullScreen: () => void): PictureGestures {
  const pointer = useRef("mouse");
  const lastTap = useRef(Number.NEGATIVE_INFINITY);
  const tap = ({ timeStamp, nativeEvent, currentTarget }: MouseEvent) => {
    const isSecond = timeStamp - lastTap.current < DOUBLE_MILLISECONDS;
    lastTap.current = isSecond ? Number.NEGATIVE_INFINITY : timeStamp;
    if (!isSecond) return;
    const share = nativeEvent.offsetX / currentTarget.clientWidth;
    if (share < SIDE_SHARE) player.step(-STEP_SECONDS);
    else if (share > 1 - SIDE_SHARE) player.step(STEP_SECONDS);
  };
  return {
    onPointerDown: ({ pointerType }) => {
      pointer.current = pointerType;
    },
    onClick: (event) => {
      const { state } = player.snapshot();
      if (showsCm(state)) {
        if (!visitSponsor(player)) player.explainCm();
      } else if (!showsVideo(state)) return;
      else if (pointer.current === "touch") tap(event);
      else if (state === "paused") player.resume();
      else player.pause();
    },
    // Its two clicks have paused and gone on.
    onDoubleClick: () => {
      if (pointer.current !== "touch" && showsVideo(player.snapshot().state)) toggleFullScreen();
    },
  };
}
