/** Which events of HTMLMediaElement a change of state is. Pure. */
import type { MediaRange, MediaState } from "./media-state.ts";

const HAVE_METADATA = 1;
const HAVE_CURRENT_DATA = 2;
const HAVE_FUTURE_DATA = 3;
const NETWORK_LOADING = 2;

const isMoving = ({ paused, readyState }: MediaState): boolean => !paused && readyState >= HAVE_FUTURE_DATA;

const isSame = (a: readonly MediaRange[], b: readonly MediaRange[]): boolean =>
  a.length === b.length && a.every(([start, end], i) => start === b[i]?.[0] && end === b[i]?.[1]);

/**
 * In the order in which a page expects them. Besides the standard ones: `cmchange` where a commercial begins, ends, or another takes its
 * place, and `cmtimeupdate` while it runs.
 */
export function eventsBetween(before: MediaState, after: MediaState): string[] {
  const crosses = (level: number) => before.readyState < level && after.readyState >= level;
  const waits = !after.paused && !isMoving(after);
  const rules: [name: string, happens: boolean][] = [
    ["emptied", before.readyState > 0 && after.readyState === 0],
    ["loadstart", before.networkState !== NETWORK_LOADING && after.networkState === NETWORK_LOADING],
    ["durationchange", !Object.is(before.duration, after.duration)],
    ["resize", before.videoWidth !== after.videoWidth || before.videoHeight !== after.videoHeight],
    ["loadedmetadata", crosses(HAVE_METADATA)],
    ["loadeddata", crosses(HAVE_CURRENT_DATA)],
    ["volumechange", before.volume !== after.volume || before.muted !== after.muted],
    ["cmchange", before.cm?.number !== after.cm?.number],
    ["ratechange", before.playbackRate !== after.playbackRate],
    ["play", before.paused && !after.paused],
    ["seeking", !before.seeking && after.seeking],
    ["waiting", waits && (before.paused || isMoving(before))],
    ["progress", !isSame(before.buffered, after.buffered)],
    ["seeked", before.seeking && !after.seeking],
    ["canplay", crosses(HAVE_FUTURE_DATA)],
    ["canplaythrough", crosses(HAVE_FUTURE_DATA)],
    ["playing", isMoving(after) && !isMoving(before)],
    ["timeupdate", before.currentTime !== after.currentTime],
    ["cmtimeupdate", after.cm !== undefined && before.cm?.currentTime !== after.cm.currentTime],
    ["pause", !before.paused && after.paused],
    ["ended", !before.ended && after.ended],
    ["error", after.error !== undefined && before.error?.message !== after.error.message],
  ];
  return rules.filter(([, happens]) => happens).map(([name]) => name);
}
