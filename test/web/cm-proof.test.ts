import { describe, expect, it } from "vitest";
import { CmProof } from "../../web/src/player/page/cm/cm-proof.ts";

function watched(frameTimes: number[], durationSeconds: number): boolean {
  const proof = new CmProof();
  for (const time of frameTimes) proof.frame(time);
  return proof.isWatched(durationSeconds);
}

const FRAMES = Array.from({ length: 180 }, (_, i) => i / 30); // 6 s at 30 a second

describe("CmProof (S5)", () => {
  it("accepts a CM whose last frame was presented", () => {
    expect(watched(FRAMES, 6)).toBe(true);
  });

  it("accepts two frames missing at the end, and sound that lasts a little longer", () => {
    expect(watched(FRAMES.slice(0, -2), 6)).toBe(true);
    expect(watched(FRAMES, 6.09)).toBe(true);
  });

  it("refuses a CM whose end was not presented", () => {
    expect(watched(FRAMES.slice(0, -15), 6)).toBe(false);
    expect(watched(FRAMES.slice(0, 90), 6)).toBe(false);
  });

  it("refuses a CM of which nothing was presented", () => {
    expect(watched([], 6)).toBe(false);
  });

  it("does not take a hole for a long frame", () => {
    expect(watched([0, 4], 6)).toBe(false);
  });
});
