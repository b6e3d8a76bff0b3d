/** What a player tells of a play, and whether the server's clock finds it possible. Pure. */
import type { CountedEvent } from "../ledger/entries.ts";
import { CM_EVENTS, type CmEventKind } from "./event-kinds.ts";
import { cmMilliseconds, type Play, type PlayState, withVideo } from "./play.ts";
import { elapsedMilliseconds } from "./play-rules.ts";
import type { EventCounts } from "./store.ts";

/** What was shown is counted in whole seconds, and in steps of at least so many until the video's end. */
const SHOWN_STEP_SECONDS = 5;

export interface PlayEvent {
  /** The player's own, one for each event: told again, it counts once. */
  id: string;
  /** `seconds`: shown of a video in this play so far, by `seconds`. */
  kind: CmEventKind | "seconds";
  /** Of the CM or video in the play, from 1. */
  number: number;
  seconds?: number | undefined;
}

/** `early`: by the server's clock it cannot have happened yet. `unknown`: the play has no such CM or video. */
export type EventFault = "early" | "unknown" | "known";

/** @returns the event to be counted, and the state after it; or why it is not */
export function judgeEvent(
  play: Play,
  event: PlayEvent,
  now: number,
): { counted: CountedEvent; counts: EventCounts; state: PlayState } | EventFault {
  const counted = { playId: play.id, eventId: event.id, kind: event.kind, number: event.number, seconds: 0, at: now };
  if (event.kind === "seconds") {
    const [video, state] = [play.videos[event.number - 1], play.state.videos[event.number - 1]];
    if (video === undefined || state === undefined) return "unknown";
    const seconds = Math.floor(event.seconds ?? 0);
    const end = Math.floor(video.durationMilliseconds / 1000);
    const isEnd = seconds >= end && state.shownSeconds < end;
    if (seconds <= state.shownSeconds || (seconds < state.shownSeconds + SHOWN_STEP_SECONDS && !isEnd)) return "known";
    if (!state.delivered || seconds * 1000 > elapsedMilliseconds(state, now)) return "early";
    const next = withVideo(play.state, event.number, (old) => ({ ...old, shownSeconds: seconds }));
    const { mainId } = video;
    const counts = { mainId, seconds: seconds - state.shownSeconds };
    return { counted: { ...counted, seconds, mainId, cmId: "" }, counts, state: next };
  }
  const cm = play.cms[event.number - 1];
  if (cm === undefined) return "unknown";
  const ran = cmMilliseconds(play, event.number, now);
  const started = ran > 0 || isStarted(play, event.number);
  if (!started || ran < CM_EVENTS[event.kind] * cm.durationMilliseconds) return "early";
  const behind = play.videos[Math.min(event.number, play.videos.length) - 1]; // the last CM goes with the last video
  const counts = { mainId: behind?.mainId ?? "", seconds: 0 };
  return { counted: { ...counted, mainId: "", cmId: cm.cmId }, counts, state: play.state };
}

function isStarted({ state: { place, cmStartedAt } }: Play, number: number): boolean {
  return place.kind !== "over" && place.number === number && cmStartedAt !== null;
}
