/** The service's time: the system's where that goes on evenly, and never a jump. */

/** Share of the time that passes by which it runs faster or slower while it follows the system's. */
const FOLLOWING = 0.05;

/**
 * A clock that takes the system's time once and goes on by a monotonic one, so that setting the system's clock neither ends a CM nor keeps
 * it for an hour. It then follows the system's time slowly.
 *
 * @param wall milliseconds since 1970, the system's
 * @param monotonic milliseconds that are never set back
 * @returns a function that tells milliseconds since 1970
 */
export function steadyClock(wall: () => number = Date.now, monotonic: () => number = () => performance.now()) {
  let time = wall();
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
