/** What the ledger has entries of, and what each says. */

/** Who got which CM before which slave, without a person: one for each video of a play, made when its secret was first released. */
export interface Delivery {
  playId: string;
  /** From 1, in the play's list. */
  video: number;
  slaveId: string;
  mainId: string;
  cmId: string;
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

/** A delivery as its entry tells it; of the first video without its number, as before plays had several. */
export function deliveryBody({ playId, video, slaveId, mainId, cmId }: Omit<Delivery, "releasedAt">): string {
  return JSON.stringify({ playId, ...(video > 1 && { video }), slaveId, mainId, cmId });
}

/** An event as its entry tells it. */
export function eventBody({ playId, eventId, kind, number, mainId, cmId, seconds }: CountedEvent): string {
  return JSON.stringify({ playId, eventId, kind, number, ...(mainId === "" ? { cmId } : { mainId, seconds }) });
}
