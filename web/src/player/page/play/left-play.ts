/** The play that a page left open when it was loaded anew in its video: it goes on there, without another CM. For this tab only. */
import { DeliveryError } from "../../../../../codec/page.ts";
import { closePlay, fetchPlace, type Play, type PlayPlace, type ViewerAttributes } from "../../../shared/api/plays.ts";

export type LeftPlace = Exclude<PlayPlace, { kind: "over" }>;

export interface LeftPlay {
  play: Pick<Play, "playId" | "videos">;
  sentAttributes: ViewerAttributes;
  /** Of the play, in its order. */
  mainIds: readonly string[];
  /** Of the video that was on screen; media seconds. */
  number: number;
  seconds: number;
}

/** By page: in the embedded one the viewer is another to the service. */
const KEY = `cmix-left-play ${globalThis.location?.pathname ?? ""}`;

/** To be called while the page goes away. */
export function keepLeftPlay(left: LeftPlay): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(left));
  } catch {
    // Storage is refused: the play is over.
  }
}

/** @returns what was left, once */
function takeLeftPlay(): LeftPlay | undefined {
  try {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return text === null ? undefined : (JSON.parse(text) as LeftPlay);
  } catch {
    return undefined;
  }
}

/** Whether this page was here before and was loaded anew, or come back to. */
export function wasHereBefore(): boolean {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return entry?.type === "reload" || entry?.type === "back_forward";
}

/**
 * The play of these mains that this tab left open and that still stands at its video on the service. Any other that was left is closed.
 *
 * @param isHere {@link wasHereBefore}
 */
export async function findLeftPlay(
  mainIds: readonly string[],
  isHere: boolean,
  signal: AbortSignal,
): Promise<{ left: LeftPlay; place: LeftPlace } | undefined> {
  const left = takeLeftPlay();
  if (left === undefined) return undefined;
  if (!isHere || left.mainIds.join() !== mainIds.join()) {
    closePlay(left.play.playId);
    return undefined;
  }
  try {
    const place = await fetchPlace(left.play.playId, signal);
    return place.kind === "video" && place.number === left.number ? { left, place } : undefined;
  } catch (error) {
    if (error instanceof DeliveryError || signal.aborted) return undefined;
    throw error;
  }
}
