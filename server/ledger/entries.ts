/** What the ledger has entries of, and what each says. */

/**
 * Why nobody pays for a delivery: the viewer had this CM before this video on that day already, had the CM as often as its cap allows, or
 * too many visitors without an account came from one network in an hour.
 */
export const UNBILLED = ["repeat", "cap", "rate"] as const;
export type Unbilled = (typeof UNBILLED)[number];

/** Who got which CM before which slave, without a person: one for each video of a play, made when its secret was first released. */
export interface Delivery {
  playId: string;
  /** From 1, in the play's list. */
  video: number;
  slaveId: string;
  mainId: string;
  cmId: string;
  /** Null where it is paid for. */
  unbilled: Unbilled | null;
  releasedAt: number;
}

/** What a player told and the server's clock found possible. */
export interface CountedEvent {
  playId: string;
  /** The player's own. */
  eventId: string;
  kind: string;
  /** Of the CM or video in the play, from 1. */
  number: number;
  /** Empty for an event of a CM, as `cmId` is for one of a video. */
  mainId: string;
  cmId: string;
  /** Shown of the video in this play so far; 0 for other events. */
  seconds: number;
  at: number;
}

/** A delivery as its entry tells it; of the first video without its number, as before plays had several, and paid for unless it says why not. */
export function deliveryBody({ playId, video, slaveId, mainId, cmId, unbilled }: Omit<Delivery, "releasedAt">): string {
  return JSON.stringify({
    playId,
    ...(video > 1 && { video }),
    slaveId,
    mainId,
    cmId,
    ...(unbilled !== null && { unbilled }),
  });
}

/** An event as its entry tells it. */
export function eventBody({ playId, eventId, kind, number, mainId, cmId, seconds }: CountedEvent): string {
  return JSON.stringify({ playId, eventId, kind, number, ...(mainId === "" ? { cmId } : { mainId, seconds }) });
}
