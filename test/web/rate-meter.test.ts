import { expect, it } from "vitest";
import { startRateMeter } from "../../web/src/division/page/rate-meter.ts";

it("says nothing before it knows enough, then the rate of the last while", () => {
  const meter = startRateMeter(0);
  meter.add(200, 4);
  expect(meter.rate()).toBeUndefined();
  expect(meter.secondsLeft(200, 0.1)).toBeUndefined();
  for (let second = 1; second <= 20; second++) meter.add(second * 1000, second * 20);
  expect(meter.rate()).toBeCloseTo(20, 6);
  for (let second = 21; second <= 40; second++) meter.add(second * 1000, 400 + (second - 20) * 50);
  expect(meter.rate()).toBeCloseTo(50, 6);
});

it("expects the rest to take as long as the part that is done", () => {
  const meter = startRateMeter(1000);
  expect(meter.secondsLeft(11_000, 0.25)).toBeCloseTo(30, 6);
  expect(meter.secondsLeft(11_000, 1)).toBe(0);
  expect(meter.secondsLeft(11_000, 0)).toBeUndefined();
});
