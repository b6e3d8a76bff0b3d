/** How fast a job goes and how long it will take. Pure; times in milliseconds. */

/** The rate shown is that of this last while. */
const WINDOW_MILLISECONDS = 4000;
/** Before this much has passed nothing is said: the first numbers would jump. */
const SETTLE_MILLISECONDS = 400;

export interface RateMeter {
  add(nowMilliseconds: number, count: number): void;
  /** Counted a second; undefined while too little is known. */
  rate(): number | undefined;
  /** @param share of the job that is done, 0 to 1 */
  secondsLeft(nowMilliseconds: number, share: number): number | undefined;
}

/** @param done what was done before: it took none of the time */
export function startRateMeter(startMilliseconds: number, done = { count: 0, share: 0 }): RateMeter {
  let marks: { at: number; count: number }[] = [{ at: startMilliseconds, count: done.count }];
  return {
    add(at, count) {
      marks.push({ at, count });
      // One mark older than the window stays, to measure from.
      const firstInside = marks.findIndex((mark) => mark.at >= at - WINDOW_MILLISECONDS);
      if (firstInside > 1) marks = marks.slice(firstInside - 1);
    },
    rate() {
      const [first, last] = [marks[0], marks.at(-1)];
      if (first === undefined || last === undefined || last.at - first.at < SETTLE_MILLISECONDS) return undefined;
      return ((last.count - first.count) / (last.at - first.at)) * 1000;
    },
    secondsLeft(now, share) {
      const elapsed = now - startMilliseconds;
      const since = share - done.share;
      if (elapsed < SETTLE_MILLISECONDS || since <= 0) return undefined;
      return ((elapsed / since) * (1 - share)) / 1000;
    },
  };
}
