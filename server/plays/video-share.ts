/**
 * What all plays of one viewer have in common of a video: however many are open side by side, they may fetch no more together than one
 * play could. Pure; times are milliseconds of the server's clock.
 */
import type { Ranges } from "./ranges.ts";

/** Seeks that may follow one another at once. */
export const SEEK_BURST = 8;
/** A visit that nobody ended is over after so long: its play is forgotten by then. */
const VISIT_MOST_MILLISECONDS = 24 * 3600 * 1000;

export interface VideoShare {
  /** Segments that were sent, in whichever play. */
  released: Ranges;
  /** Milliseconds of them by lane. */
  used: Readonly<Record<number, number>>;
  seeks: number;
  /** Token bucket: what was left in it at that time. */
  seekTokens: number;
  seekTokensAt: number;
  /** Time behind the CMs of visits that are over; what passed in several at once counts once. */
  earlierMilliseconds: number;
  /** Visits whose CM was sent whole, and when it ends or ended. By {@link visitKey}. */
  visits: Readonly<Record<string, number>>;
}

export const visitKey = (playId: string, video: number): string => `${playId} ${video}`;

export function openShare(now: number): VideoShare {
  return {
    released: [],
    used: {},
    seeks: 0,
    seekTokens: SEEK_BURST,
    seekTokensAt: now,
    earlierMilliseconds: 0,
    visits: {},
  };
}

/** Time that the viewer's CMs unlocked: the union of all visits. */
export function unlockedMilliseconds({ earlierMilliseconds, visits }: VideoShare, now: number): number {
  return earlierMilliseconds + Math.max(0, now - Math.min(...Object.values(visits)));
}

/** The time behind a CM that was sent whole begins to count, at its end and not before `now`. */
export function beginVisit(share: VideoShare, key: string, cmEndsAt: number, now: number): VideoShare {
  let current = share;
  for (const [other, since] of Object.entries(share.visits))
    if (now - since > VISIT_MOST_MILLISECONDS) current = endVisit(current, other, since + VISIT_MOST_MILLISECONDS);
  return { ...current, visits: { ...current.visits, [key]: Math.max(cmEndsAt, now) } };
}

/** Its time counts as earlier time from here on, as far as no other visit covers it. */
export function endVisit(share: VideoShare, key: string, now: number): VideoShare {
  const { [key]: since, ...visits } = share.visits;
  if (since === undefined) return share;
  // Visits that began later are counted from their own beginning on.
  const until = Math.min(now, ...Object.values(visits));
  const isFirst = Object.values(visits).every((other) => since <= other);
  const covered = isFirst ? Math.max(0, until - since) : 0;
  return { ...share, visits, earlierMilliseconds: share.earlierMilliseconds + covered };
}
