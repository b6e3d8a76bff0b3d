/** A play over one or several videos: what is fixed at its start, its state, and what changes it. Pure. */
import { createHmac } from "node:crypto";
import type { CmType } from "../cm/cm-types.ts";
import { openVideo, type VideoState, visitAgain } from "./play-rules.ts";
import { coversFromZero, type Ranges, withRun } from "./ranges.ts";
import { type Move, movePlace, type Place } from "./sequence.ts";

/** Pieces of a CM that are kept in mind; one more that lies apart from them counts as not sent. */
const CM_RUNS_MOST = 32;

export interface PlayVideo {
  mainId: string;
  slaveId: string;
  segments: number;
  durationMilliseconds: number;
}

export interface PlayCm {
  cmId: string;
  type: CmType;
  durationMilliseconds: number;
  bytes: number;
}

export interface Play {
  readonly id: string;
  readonly sessionId: string;
  /** Stands for account or session where counts go by viewer; tells nothing of either. */
  readonly viewer: string;
  readonly createdAt: number;
  /** 32 random bytes, from which each visit of a video has its secret. */
  readonly key: Uint8Array;
  readonly videos: readonly PlayVideo[];
  /** One more than videos; one that may not be shown any more when its turn comes is changed for another. */
  cms: readonly PlayCm[];
  state: PlayState;
}

export interface PlayState {
  place: Place;
  /** How many CMs were come to before: what is sent of one showing is none of another's. */
  showing: number;
  /** When the clock of the CM at, or directly before, the place began: an image's when all of it was sent. */
  cmStartedAt: number | null;
  /** Bytes of that CM that went out in this showing, in answers that came to their end. */
  cmSent: Ranges;
  /** Numbers of the tickets that are good next, for units and for a secret. */
  unitsTicket: number;
  secretTicket: number;
  /** Milliseconds that each CM ran at most, without the one that runs now. */
  cmReached: number[];
  /** When the play was last heard of. */
  seenAt: number;
  videos: VideoState[];
}

export function openState(videos: number, now: number): PlayState {
  return {
    place: { kind: "cm", number: 1 },
    showing: 0,
    cmStartedAt: null,
    cmSent: [],
    unitsTicket: 1,
    secretTicket: 1,
    cmReached: Array.from({ length: videos + 1 }, () => 0),
    seenAt: now,
    videos: Array.from({ length: videos }, openVideo),
  };
}

/** The video that units may be asked of: the one shown, or the one behind the CM shown; undefined behind the last CM. */
export function videoAt({ place }: PlayState): number | undefined {
  return place.kind === "over" ? undefined : place.number;
}

export function cmAt({ cms, state: { place } }: Play): PlayCm | undefined {
  return place.kind === "over" ? undefined : cms[place.number - 1];
}

/** Seconds until the end of the CM at the place; 0 when it has passed. A CM that has not started has all of its time before it. */
export function secondsToCmEnd(play: Play, now: number): number {
  const duration = cmAt(play)?.durationMilliseconds ?? 0;
  return Math.max(0, (play.state.cmStartedAt ?? now) + duration - now) / 1000;
}

export const isImage = ({ type }: PlayCm): boolean => type.startsWith("image/");

/** Starts the CM's clock; where it runs nothing changes, and behind it there is no clock to start. */
export function startCm(play: Play, now: number): PlayState {
  const { state } = play;
  if (state.place.kind !== "cm" || state.cmStartedAt !== null) return state;
  const started = { ...state, cmStartedAt: now };
  const cmEndsAt = now + (cmAt(play)?.durationMilliseconds ?? 0);
  return withVideo(started, state.place.number, (video) => ({ ...video, cmEndsAt }));
}

/** Whether all of the CM at, or directly before, the place went out. */
export function isCmSent(play: Play): boolean {
  return coversFromZero(play.state.cmSent, cmAt(play)?.bytes ?? 0);
}

/** Bytes `start` to `end` - 1 of the CM went out in an answer of showing `showing`; an image that is all there is shown from now on. */
export function sendCm(play: Play, showing: number, start: number, end: number, now: number): PlayState {
  const { state } = play;
  if (state.showing !== showing) return state;
  const cmSent = withRun(state.cmSent, start, end);
  if (cmSent.length > 2 * CM_RUNS_MOST) return state;
  const sent = { ...play, state: { ...state, cmSent } };
  const cm = cmAt(play);
  return cm !== undefined && isImage(cm) && isCmSent(sent) ? startCm(sent, now) : sent.state;
}

/** Another CM in the place of one that may not be shown any more, with a new secret for the video behind it. */
export function changeCm({ cms, state }: Play, cm: PlayCm, now: number): { cms: PlayCm[]; state: PlayState } {
  const number = state.place.kind === "over" ? 0 : state.place.number;
  const cmReached = state.cmReached.map((reached, i) => (i === number - 1 ? 0 : reached));
  const fresh = { ...state, showing: state.showing + 1, cmStartedAt: null, cmSent: [], cmReached };
  return {
    cms: cms.map((old, i) => (i === number - 1 ? cm : old)),
    state: withVideo(fresh, number, (video) => visitAgain(video, now)),
  };
}

export type PlayMove =
  | {
      kind: "at";
      state: PlayState /** The CM, by its place in the list, that must be shown first next time. */;
      pendingCm?: number;
    }
  | { kind: "in-cm"; seconds: number }
  | { kind: "over" };

/** Milliseconds that CM `number` of the play has run at most, by now. */
export function cmMilliseconds(play: Play, number: number, now: number): number {
  const { place, cmStartedAt, cmReached } = play.state;
  const runs = place.kind !== "over" && place.number === number && cmStartedAt !== null;
  const running = runs ? Math.max(0, now - cmStartedAt) : 0;
  return Math.min(play.cms[number - 1]?.durationMilliseconds ?? 0, Math.max(cmReached[number - 1] ?? 0, running));
}

/** Fig. 12, with what goes along: who comes to a CM begins it anew, and the video behind it with a new secret. */
export function movePlay(play: Play, move: Move, now: number): PlayMove {
  const { state, videos } = play;
  const seconds = secondsToCmEnd(play, now);
  const answer = movePlace(state.place, move, videos.length, seconds === 0);
  if (answer.kind === "in-cm") return { kind: "in-cm", seconds };
  if (answer.kind === "over") return answer;
  const { kind: _, place, ...owed } = answer;
  const stays = place.kind === state.place.kind && (place.kind === "over" || place.number === videoAt(state));
  if (stays) return { kind: "at", state, ...owed };
  let next: PlayState = { ...state, place };
  if (place.kind !== "video") {
    // Time behind a CM is the shown video's only while it is shown.
    const left = videoAt(state);
    for (const number of new Set([left, place.kind === "cm" ? place.number : undefined]))
      if (number !== undefined) next = withVideo(next, number, (video) => visitAgain(video, now));
    const cmReached = state.cmReached.map((_, i) => cmMilliseconds(play, i + 1, now));
    next = { ...next, showing: state.showing + 1, cmStartedAt: null, cmSent: [], cmReached };
  }
  return { kind: "at", state: next, ...owed };
}

export function withVideo(state: PlayState, number: number, change: (video: VideoState) => VideoState): PlayState {
  return { ...state, videos: state.videos.map((video, i) => (i === number - 1 ? change(video) : video)) };
}

/** The secret of a video, 32 bytes; another one each time the play comes to it, so that no pad serves twice. */
export function secretOf({ key, state }: Play, video: number): Uint8Array {
  return createHmac("sha256", key)
    .update(`cmix/1 video ${video} visit ${state.videos[video - 1]?.visit ?? 0}`)
    .digest();
}
