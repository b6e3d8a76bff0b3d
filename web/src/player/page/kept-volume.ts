/** The volume as the viewer left it, in this browser. */
import { keepValues, keptValues } from "../../shared/files/kept-values.ts";

export interface Volume {
  volume: number;
  muted: boolean;
}

const KEY = "cmix-volume";

export function keptVolume(): Volume {
  const { volume, muted } = keptValues(KEY);
  if (typeof volume === "number" && volume >= 0 && volume <= 1) return { volume, muted: muted === true };
  return { volume: 1, muted: false };
}

export const keepVolume = (volume: Volume): void => keepValues(KEY, volume);
