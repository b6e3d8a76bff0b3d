/** Where the viewer was in a video, in this browser. */
import { keepValues, keptValues } from "../../shared/files/kept-values.ts";

const KEY = "cmix-places";
/** The oldest are forgotten. */
const PLACES_MOST = 200;
/** So near to the start or the end there is nothing to go back to. */
const EDGE_SECONDS = 10;

/** @returns media seconds; undefined where the video begins at its start */
export function keptPlace(mainId: string): number | undefined {
  const seconds = keptValues(KEY)[mainId];
  return typeof seconds === "number" && seconds >= EDGE_SECONDS ? seconds : undefined;
}

/** @param seconds media time; one at the video's start or end is forgotten */
export function keepPlace(mainId: string, seconds: number, durationSeconds: number): void {
  const { [mainId]: old, ...others } = keptValues(KEY);
  const isInside = seconds >= EDGE_SECONDS && seconds <= durationSeconds - EDGE_SECONDS;
  if (!isInside && old === undefined) return;
  const places = Object.entries(others).slice(1 - PLACES_MOST);
  keepValues(KEY, Object.fromEntries(isInside ? [...places, [mainId, Math.floor(seconds)]] : places));
}
