/** How the viewer wants captions to look, in this browser. */
import type { CSSProperties } from "react";
import { keepValues, keptValues } from "../../shared/files/kept-values.ts";
import { Store } from "../../shared/store.ts";

export const CAPTION_SIZES = { small: 0.75, normal: 1, large: 1.5 } as const;
/** On black: each has a contrast above 7 to 1. */
export const CAPTION_COLOURS = { white: "#fff", yellow: "#ffe45c", cyan: "#7fe7ff" } as const;

export interface CaptionLook {
  size: keyof typeof CAPTION_SIZES;
  colour: keyof typeof CAPTION_COLOURS;
}

const KEY = "cmix-caption-look";

function keptLook(): CaptionLook {
  const { size, colour } = keptValues(KEY);
  return {
    size: typeof size === "string" && Object.hasOwn(CAPTION_SIZES, size) ? (size as CaptionLook["size"]) : "normal",
    colour:
      typeof colour === "string" && Object.hasOwn(CAPTION_COLOURS, colour)
        ? (colour as CaptionLook["colour"])
        : "white",
  };
}

export const captionLook = new Store<CaptionLook>(keptLook());

export function changeCaptionLook(change: Partial<CaptionLook>): void {
  const look = { ...captionLook.snapshot(), ...change };
  keepValues(KEY, look);
  captionLook.set(look);
}

export const captionStyle = ({ size, colour }: CaptionLook): CSSProperties =>
  ({ "--caption-size": CAPTION_SIZES[size], color: CAPTION_COLOURS[colour] }) as CSSProperties;
