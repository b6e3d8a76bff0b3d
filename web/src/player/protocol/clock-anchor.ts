/** The page's clock, for its worker. */

/** A clock's state at one moment, to go on with in another thread. */
export interface ClockAnchor {
  mediaSeconds: number;
  /** Milliseconds of {@link epochMilliseconds}. */
  atMilliseconds: number;
  running: boolean;
  /** Media seconds for each second. */
  rate: number;
}

/** The same time in a page and in its workers, unlike `performance.now()`, which starts with each. */
export function epochMilliseconds(): number {
  return performance.timeOrigin + performance.now();
}

export function timeOfAnchor(anchor: ClockAnchor, nowMilliseconds: number): number {
  if (!anchor.running) return anchor.mediaSeconds;
  return anchor.mediaSeconds + ((nowMilliseconds - anchor.atMilliseconds) / 1000) * anchor.rate;
}
