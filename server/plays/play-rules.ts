/**
 * How much of one video a viewer may fetch, and where (API.md "Rules of a play"), as pure functions over states and a time. Times are
 * milliseconds of the server's clock; no viewer's word is taken for any of them.
 */

import type { Timeline } from "../timeline.ts";
import { hasNumber, withRun } from "./ranges.ts";
import { SEEK_BURST, unlockedMilliseconds, type VideoShare } from "./video-share.ts";

/** Media time that may be fetched before the first second has passed, once for a viewer. */
export const HEAD_START_SECONDS = 30;
/** Media time that each seek adds, and how far ahead of the play's position a request may begin. */
export const SEEK_SECONDS = 10;
/** Media seconds that each second behind a CM adds: the fastest that the player plays. Which speed it says to play at would bind nobody. */
export const PLAY_SPEED = 2;
/** One more seek each this many seconds. */
export const SEEK_REFILL_SECONDS = 10;

/** Of one video in one play. */
export interface VideoState {
  /** How often the play came to this video before; each time its secret is another. */
  visit: number;
  /** When the CM before it ends, or ended; null until its clock runs. */
  cmEndsAt: number | null;
  /** Time behind the CMs of earlier visits. */
  earlierMilliseconds: number;
  /** The segment that the play stands at: the one after the last that was sent, or the target of a seek. */
  position: number;
  /** Whether its secret was released in this play. */
  delivered: boolean;
  /** Seconds that the player told to have shown. */
  shownSeconds: number;
}

export function openVideo(): VideoState {
  return { visit: 0, cmEndsAt: null, earlierMilliseconds: 0, position: 0, delivered: false, shownSeconds: 0 };
}

/** The next visit of a video begins with its CM: time and secret of the last one end. */
export function visitAgain(state: VideoState, now: number): VideoState {
  return { ...state, visit: state.visit + 1, cmEndsAt: null, earlierMilliseconds: elapsedMilliseconds(state, now) };
}

/** Time behind the CM, of all visits in this play. */
export function elapsedMilliseconds({ cmEndsAt, earlierMilliseconds }: VideoState, now: number): number {
  return earlierMilliseconds + (cmEndsAt === null ? 0 : Math.max(0, now - cmEndsAt));
}

/** Media seconds that a viewer may have fetched of each track by now, in all plays of the video. */
export function allowanceSeconds(share: VideoShare, now: number): number {
  return (unlockedMilliseconds(share, now) / 1000) * PLAY_SPEED + HEAD_START_SECONDS + share.seeks * SEEK_SECONDS;
}

export type UnitsAnswer =
  | {
      kind: "units";
      state: VideoState;
      share: VideoShare;
      /** Segments to be sent, in order. */
      numbers: number[];
      /** Where it goes on: behind the last of them, and behind segments that are not this viewer's. */
      end: number;
    }
  /** Nothing may be sent yet. */
  | { kind: "wait"; seconds: number };

/** Whether a segment is this viewer's at all (entitlement.ts). */
export type IsOwn = (segment: number) => boolean;
const ALL_OWN: IsOwn = () => true;

/**
 * Releases segments from `from` on, one after another, at most `most`, until the allowance of a track is used up. Segments that were
 * released before cost nothing; those that are not the viewer's are passed over, and cost nothing either.
 *
 * @param from at least 0 and less than the number of segments
 * @param cmSeconds until the CM's end, for the wait that is told
 */
export function releaseUnits(
  state: VideoState,
  share: VideoShare,
  timeline: Timeline,
  from: number,
  most: number,
  now: number,
  cmSeconds: number,
  isOwn = ALL_OWN,
): UnitsAnswer {
  const allowance = allowanceSeconds(share, now) * 1000;
  const used: Record<number, number> = { ...share.used };
  const numbers: number[] = [];
  let { released } = share;
  let [start, end] = [from, from];
  for (; end < timeline.length && numbers.length < most; end++) {
    if (!isOwn(end)) {
      released = withRun(released, start, end);
      start = end + 1;
      continue;
    }
    const segment = timeline.at(end);
    if (segment === undefined) break;
    if (!hasNumber(share.released, end)) {
      const wanted = (used[segment.lane] ?? 0) + segment.durationMilliseconds;
      if (wanted > allowance) {
        if (numbers.length === 0)
          return { kind: "wait", seconds: cmSeconds + (wanted - allowance) / 1000 / PLAY_SPEED };
        break;
      }
      used[segment.lane] = wanted;
    }
    numbers.push(end);
  }
  released = withRun(released, start, end);
  return {
    kind: "units",
    state: { ...state, position: Math.max(state.position, end) },
    share: { ...share, released, used },
    numbers,
    end,
  };
}

/** Whether a request may begin at `from` without a seek: over what was released, right behind it, or shortly ahead of the position. */
export function mayBeginAt(
  state: VideoState,
  share: VideoShare,
  timeline: Timeline,
  from: number,
  isOwn = ALL_OWN,
): boolean {
  let before = from - 1;
  while (before >= 0 && !isOwn(before)) before--;
  if (from <= state.position || hasNumber(share.released, from) || hasNumber(share.released, before)) return true;
  const position = timeline.at(state.position);
  const wanted = timeline.at(from);
  return (
    position !== undefined &&
    wanted !== undefined &&
    wanted.startMilliseconds <= position.startMilliseconds + SEEK_SECONDS * 1000
  );
}

export type SeekAnswer = { kind: "moved"; state: VideoState; share: VideoShare } | { kind: "wait"; seconds: number };

/** Moves the position: for one token of the viewer's, or for nothing to what was released before. */
export function seekTo(state: VideoState, share: VideoShare, segment: number, now: number): SeekAnswer {
  const moved = { ...state, position: segment };
  if (hasNumber(share.released, segment)) return { kind: "moved", state: moved, share };
  const refill = Math.max(0, now - share.seekTokensAt) / 1000 / SEEK_REFILL_SECONDS;
  const tokens = Math.min(SEEK_BURST, share.seekTokens + refill);
  if (tokens < 1) return { kind: "wait", seconds: (1 - tokens) * SEEK_REFILL_SECONDS };
  const seekTokensAt = Math.max(now, share.seekTokensAt); // a clock set back gives no token twice
  return {
    kind: "moved",
    state: moved,
    share: { ...share, seeks: share.seeks + 1, seekTokens: tokens - 1, seekTokensAt },
  };
}
