/** A provider's conditions on a video: how often and when it may be played (Cmix page 2), and beside which CMs (patent [0163]). Pure. */

export interface VideoConditions {
  /** Plays in all; null: as many as one likes. */
  plays: number | null;
  playsPerViewer: number | null;
  /** Milliseconds since 1970. */
  fromAt: number | null;
  untilAt: number | null;
  /** Kinds of CM; empty: all. */
  kindsAllowed: string[];
  kindsExcluded: string[];
}

export const NO_CONDITIONS: VideoConditions = {
  plays: null,
  playsPerViewer: null,
  fromAt: null,
  untilAt: null,
  kindsAllowed: [],
  kindsExcluded: [],
};

export type LimitFault = "not_yet" | "no_longer" | "plays_used_up" | "viewer_plays_used_up";

/** What keeps a viewer from playing a video now; undefined: nothing. */
export function limitFault(
  { plays, playsPerViewer, fromAt, untilAt }: VideoConditions,
  played: { all: number; ofViewer: number },
  now: number,
): LimitFault | undefined {
  if (fromAt !== null && now < fromAt) return "not_yet";
  if (untilAt !== null && now >= untilAt) return "no_longer";
  if (plays !== null && played.all >= plays) return "plays_used_up";
  return playsPerViewer !== null && played.ofViewer >= playsPerViewer ? "viewer_plays_used_up" : undefined;
}
