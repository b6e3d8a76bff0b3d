import { expect, it } from "vitest";
import { PictureClock } from "../../codec/methods/mpeg/stream-clock.ts";

it("D4 a damaged time before the first one does not take pictures before the start", () => {
  const clock = new PictureClock();
  expect(clock.start(900_000, 0)).toBe(0);
  clock.pass(400_000);
  expect(clock.start(900_000 - 90_000, 0)).toBe(0);
  clock.pass(400_000);
  expect(clock.start(900_000 - 54_000, 0)).toBe(400_000);
});
