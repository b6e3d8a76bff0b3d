/** The service's time: the system's where that goes on evenly, and never a jump. */

/** The system's two. */
export interface SystemClock {
  /** Milliseconds since 1970. */
  wall(): number;
  /** Milliseconds that are never set back. */
  monotonic(): number;
}

export const SYSTEM_CLOCK: SystemClock = { wall: Date.now, monotonic: () => performance.now() };

/** Share of the time that passes by which it runs faster or slower while it follows the system's. */
const FOLLOWING = 0.05;

/**
 * A clock that takes the system's time once and goes on by a monotonic one, so that setting the system's clock neither ends a CM nor keeps
 * it for an hour. It then follows the system's time slowly.
 *
 * @param least milliseconds since 1970 that it begins with at least: where the system's was set back meanwhile, it goes on from there
 * @returns a function that tells milliseconds since 1970
 */
export function steadyClock({ wall, monotonic }: SystemClock, least = 0): () => number {
  let time = Math.max(wall(), least);
  let last = monotonic();
  return (): number => {
    const now = monotonic();
    const passed = Math.max(0, now - last);
    last = now;
    time += passed;
    const behind = wall() - time;
    const most = passed * FOLLOWING;
    time += Math.min(most, Math.max(-most, behind));
    return Math.floor(time);
  };
}
