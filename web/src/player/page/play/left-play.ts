/** The play that a page left open when it was loaded anew in its video: it goes on there, without another CM. For this tab only. */
import { DeliveryError } from "../../../../../codec/page.ts";
import { fetchPlace, type Play, type PlayPlace, type ViewerAttributes } from "../../../shared/api/plays.ts";

export type LeftPlace = Exclude<PlayPlace, { kind: "over" }>;

export interface LeftPlay {
  play: Pick<Play, "playId" | "videos">;
  sentAttributes: ViewerAttributes;
  /** Of the play, in its order. */
  mainIds: readonly string[];
  /** Of the video that was on screen; media seconds. */
  number: number;
  seconds: number;
  /** Where the page's address wanted the video to begin. */
  openedSeconds: number | undefined;
}

const KEY = "cmix-left-play";

/** To be called while the page goes away. */
export function keepLeftPlay(left: LeftPlay): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(left));
  } catch {
    // Storage is refused: the play is over.
  }
}

/** @returns what was left, once, where it is a play of these mains */
function takeLeftPlay(mainIds: readonly string[]): LeftPlay | undefined {
  try {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    const left = text === null ? undefined : (JSON.parse(text) as LeftPlay);
    return left?.mainIds.join() === mainIds.join() ? left : undefined;
  } catch {
    return undefined;
  }
}

/** The play of these mains that this tab left open and that still stands at its video on the service. */
export async function findLeftPlay(
  mainIds: readonly string[],
  signal: AbortSignal,
): Promise<{ left: LeftPlay; place: LeftPlace } | undefined> {
  const left = takeLeftPlay(mainIds);
  if (left === undefined) return undefined;
  try {
    const place = await fetchPlace(left.play.playId, signal);
    return place.kind === "video" && place.number === left.number ? { left, place } : undefined;
  } catch (error) {
    if (error instanceof DeliveryError || signal.aborted) return undefined;
    throw error;
  }
}
