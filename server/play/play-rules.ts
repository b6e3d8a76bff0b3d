/**
 * The rules of one play (Cmix patent, Fig. 12, claim 8; design: API.md "Rules of a play"), as pure functions over its state and a
 * time. Times are milliseconds of the server's clock; no viewer's word is taken for any of them.
 */
import type { Timeline } from "./timeline.ts";

/** Media time that may be fetched before the first second has passed. */
export const HEAD_START_SECONDS = 30;
/** Media time that each seek adds, and how far ahead of the play's position a request may begin. */
export const SEEK_SECONDS = 10;
/** Media seconds that each second since the CM's end adds. */
export const PLAY_SPEED = 1;
/** Seeks that may follow one another at once. */
export const SEEK_BURST = 8;
/** One more seek each this many seconds. */
export const SEEK_REFILL_SECONDS = 10;

export interface PlayState {
  cmDurationMilliseconds: number;
  /** When the CM's bytes were first asked for. */
  cmStartedAt: number | null;
  /** The segment that the play stands at: the one after the last that was sent, or the target of a seek. */
  position: number;
  /** One bit a segment, least significant first: released to this play. */
  released: Uint8Array;
  seeks: number;
  /** Token bucket: what was left in it at that time. */
  seekTokens: number;
  seekTokensAt: number;
}

export function openPlay(cmDurationMilliseconds: number, segments: number, now: number): PlayState {
  return {
    cmDurationMilliseconds,
    cmStartedAt: null,
    position: 0,
    released: new Uint8Array(Math.ceil(segments / 8)),
    seeks: 0,
    seekTokens: SEEK_BURST,
    seekTokensAt: now,
  };
}

/** The first request for the CM starts its clock; later ones change nothing. */
export function startCm(state: PlayState, now: number): PlayState {
  return state.cmStartedAt === null ? { ...state, cmStartedAt: now } : state;
}

/** Seconds until the CM's end; 0 when it has passed. A CM that has not started has all of its time before it. */
export function secondsToCmEnd(state: PlayState, now: number): number {
  const end = (state.cmStartedAt ?? now) + state.cmDurationMilliseconds;
  return Math.max(0, (end - now) / 1000);
}

/** Media seconds that the play may have fetched of each track by now. */
export function allowanceSeconds(state: PlayState, now: number): number {
  const elapsed =
    state.cmStartedAt === null ? 0 : Math.max(0, (now - state.cmStartedAt - state.cmDurationMilliseconds) / 1000);
  return elapsed * PLAY_SPEED + HEAD_START_SECONDS + state.seeks * SEEK_SECONDS;
}

export function isReleased(state: PlayState, segment: number): boolean {
  return ((state.released[segment >> 3] ?? 0) & (1 << (segment & 7))) !== 0;
}

/** Milliseconds of distinct released segments, by lane. */
function releasedMilliseconds(state: PlayState, timeline: Timeline): Map<number, number> {
  const used = new Map<number, number>();
  timeline.forEach(({ lane, durationMilliseconds }, segment) => {
    if (isReleased(state, segment)) used.set(lane, (used.get(lane) ?? 0) + durationMilliseconds);
  });
  return used;
}

export type UnitsAnswer =
  | { kind: "units"; state: PlayState /** Segments `from` to `end` - 1. */; end: number }
  /** Nothing may be sent yet. */
  | { kind: "wait"; seconds: number }
  /** `from` lies too far ahead of the play's position: a seek must come first. */
  | { kind: "ahead" };

/**
 * Releases segments from `from` on, one after another, at most `most`, until the allowance of a track is used up. Segments that were
 * released before cost nothing.
 *
 * @param from at least 0 and less than the number of segments
 */
export function releaseUnits(
  state: PlayState,
  timeline: Timeline,
  from: number,
  most: number,
  now: number,
): UnitsAnswer {
  if (!mayBeginAt(state, timeline, from)) return { kind: "ahead" };
  const allowance = allowanceSeconds(state, now) * 1000;
  const used = releasedMilliseconds(state, timeline);
  const released = state.released.slice();
  let end = from;
  for (; end < timeline.length && end - from < most; end++) {
    if (isReleased(state, end)) continue;
    const segment = timeline[end];
    if (segment === undefined) break;
    const wanted = (used.get(segment.lane) ?? 0) + segment.durationMilliseconds;
    if (wanted > allowance) {
      if (end === from)
        return { kind: "wait", seconds: secondsToCmEnd(state, now) + (wanted - allowance) / 1000 / PLAY_SPEED };
      break;
    }
    used.set(segment.lane, wanted);
    released[end >> 3] = (released[end >> 3] ?? 0) | (1 << (end & 7));
  }
  return { kind: "units", state: { ...state, released, position: Math.max(state.position, end) }, end };
}

/** A request may go over what was released, carry on behind it, or begin shortly ahead of the position. */
function mayBeginAt(state: PlayState, timeline: Timeline, from: number): boolean {
  if (from <= state.position || isReleased(state, from) || isReleased(state, from - 1)) return true;
  const position = timeline[state.position];
  const wanted = timeline[from];
  return (
    position !== undefined &&
    wanted !== undefined &&
    wanted.startMilliseconds <= position.startMilliseconds + SEEK_SECONDS * 1000
  );
}

export type SeekAnswer = { kind: "moved"; state: PlayState } | { kind: "wait"; seconds: number };

/** Moves the position, for one token. */
export function seekTo(state: PlayState, segment: number, now: number): SeekAnswer {
  const refill = Math.max(0, now - state.seekTokensAt) / 1000 / SEEK_REFILL_SECONDS;
  const tokens = Math.min(SEEK_BURST, state.seekTokens + refill);
  if (tokens < 1) return { kind: "wait", seconds: (1 - tokens) * SEEK_REFILL_SECONDS };
  const seekTokensAt = Math.max(now, state.seekTokensAt); // a clock set back gives no token twice
  return {
    kind: "moved",
    state: { ...state, position: segment, seeks: state.seeks + 1, seekTokens: tokens - 1, seekTokensAt },
  };
}
