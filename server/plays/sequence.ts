/**
 * The sequence CM 1, video 1, CM 2, video 2, ..., CM n+1 as a state machine (Cmix patent [0220]-[0227], Fig. 12). Pure: what comes next
 * hangs on where the play stands, on what is asked, and on whether the CM's time has passed on the server's clock.
 *
 * A video to which the viewer comes back begins with its CM once more, whether it was unlocked before or not: Fig. 12 (d) shows CM 1
 * between video 2 and video 1 although CM 1 was seen before.
 */

/** Where a play stands. `number` counts from 1: CM k stands before video k, CM n+1 behind the last video. */
export type Place = { kind: "cm"; number: number } | { kind: "video"; number: number } | { kind: "over" };

export type Move =
  /** Over the end of what is shown, by playing or by fast forward. */
  | { kind: "next" }
  /** Back over its start. */
  | { kind: "back" }
  | { kind: "stop" }
  /** Straight to a video of the list. */
  | { kind: "video"; number: number }
  /** The player goes away without a word, or with a last one. */
  | { kind: "close" };

export type MoveKind = Move["kind"];

export type MoveAnswer =
  | { kind: "at"; place: Place /** The CM that must be shown first next time. */; pendingCm?: number }
  /** A CM cannot be skipped. */
  | { kind: "in-cm" }
  | { kind: "over" };

/** What decides besides the move: a CM that is still owed differs from one whose time has passed. */
export type Situation = "cm" | "cm-passed" | "last-cm" | "last-cm-passed" | "video" | "over";

interface Numbers {
  at: number;
  videos: number;
  /** The video that is wanted, of a move that names one. */
  wanted: number;
}

type Rule = (numbers: Numbers) => MoveAnswer;

const at = (place: Place): MoveAnswer => ({ kind: "at", place });
const atCm = (number: number): MoveAnswer => at({ kind: "cm", number });
const over = (pendingCm?: number): MoveAnswer => ({
  kind: "at",
  place: { kind: "over" },
  ...(pendingCm === undefined ? {} : { pendingCm }),
});

const inCm: Rule = () => ({ kind: "in-cm" });
const isOver: Rule = () => ({ kind: "over" });
const toVideo: Rule = (n) => at({ kind: "video", number: n.at });
const toCmBefore: Rule = (n) => atCm(Math.max(1, n.at - 1));
const toOwnCm: Rule = (n) => atCm(n.at);
const toNextCm: Rule = (n) => atCm(n.at + 1);
const toLastCm: Rule = (n) => atCm(n.videos + 1);
const toWanted: Rule = (n) => atCm(n.wanted);
const toWantedBack: Rule = (n) => (n.wanted <= n.at ? atCm(n.wanted) : { kind: "in-cm" });
const end: Rule = () => over();
const endOwingThis: Rule = (n) => over(n.at);
const endOwingLast: Rule = (n) => over(n.videos + 1);

/** Fig. 12: (a) next, (b) no way forward in a CM, (c) forward, (d) back; [0225] stop; [0227] close. */
export const RULES: Record<Situation, Record<MoveKind, Rule>> = {
  cm: { next: inCm, back: toCmBefore, stop: endOwingThis, video: toWantedBack, close: endOwingThis },
  "cm-passed": { next: toVideo, back: toCmBefore, stop: end, video: toWanted, close: end },
  video: { next: toNextCm, back: toOwnCm, stop: toLastCm, video: toWanted, close: endOwingLast },
  "last-cm": { next: inCm, back: toCmBefore, stop: endOwingThis, video: toWanted, close: endOwingThis },
  "last-cm-passed": { next: end, back: toCmBefore, stop: end, video: toWanted, close: end },
  over: { next: isOver, back: isOver, stop: isOver, video: isOver, close: isOver },
};

/** @param cmPassed whether the time of the CM at `place` has passed */
export function situationOf(place: Place, videos: number, cmPassed: boolean): Situation {
  if (place.kind !== "cm") return place.kind;
  if (place.number <= videos) return cmPassed ? "cm-passed" : "cm";
  return cmPassed ? "last-cm-passed" : "last-cm";
}

/**
 * @param move a video that it names must be one of the list
 * @returns where the play stands afterwards; at the same CM where it stands already, whose clock is then left alone
 */
export function movePlace(place: Place, move: Move, videos: number, cmPassed: boolean): MoveAnswer {
  const rule = RULES[situationOf(place, videos, cmPassed)][move.kind];
  return rule({
    at: place.kind === "over" ? 0 : place.number,
    videos,
    wanted: move.kind === "video" ? move.number : 0,
  });
}
