/** The speed as the viewer left it, in this browser. */
import { keepValues, keptValues } from "../../shared/files/kept-values.ts";

/** Slowest to fastest; the service lets units go for the last (server/plays/play-rules.ts). */
export const SPEEDS: readonly number[] = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

const KEY = "cmix-speed";

export function keptSpeed(): number {
  const { speed } = keptValues(KEY);
  return typeof speed === "number" && SPEEDS.includes(speed) ? speed : 1;
}

export const keepSpeed = (speed: number): void => keepValues(KEY, { speed });
