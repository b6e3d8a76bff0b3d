/** S5: setting the system's clock neither ends a CM nor keeps it. */
import { describe, expect, it } from "vitest";
import { steadyClock } from "../../server/steady-clock.ts";

const HOUR = 3600_000;

function clocks() {
  const real = { wall: 1_000_000_000_000, monotonic: 5000.25 };
  const now = steadyClock(
    () => real.wall,
    () => real.monotonic,
  );
  const pass = (milliseconds: number) => {
    real.wall += milliseconds;
    real.monotonic += milliseconds;
  };
  return { real, now, pass };
}

describe("the service's clock", () => {
  it("is the system's while nobody sets that", () => {
    const { real, now, pass } = clocks();
    for (let i = 0; i < 1000; i++) {
      pass(i / 7);
      expect(Math.abs(now() - real.wall)).toBeLessThanOrEqual(1);
    }
  });

  it.each([-HOUR, HOUR])("neither jumps nor stops when the system's is set by %d ms during a CM of 30 s", (step) => {
    const { real, now, pass } = clocks();
    pass(10_000);
    const start = now();
    real.wall += step;
    const seen = [start];
    for (let i = 0; i < 300; i++) {
      pass(100);
      seen.push(now());
    }
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(Math.abs((seen.at(-1) ?? 0) - start - 30_000)).toBeLessThanOrEqual(30_000 * 0.05 + 1);
    // A day later it tells the system's time again.
    for (let i = 0; i < 24 * 60; i++) {
      pass(60_000);
      now();
    }
    expect(Math.abs(now() - real.wall)).toBeLessThanOrEqual(1);
  });
});
