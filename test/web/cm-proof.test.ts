import { describe, expect, it } from "vitest";
import { CmProof } from "../../web/src/player/page/cm/cm-proof.ts";

/** Where the first unseen picture stands; undefined where all were seen. */
function unseen(frameTimes: number[], durationSeconds: number): number | undefined {
  const proof = new CmProof();
  for (const time of frameTimes) proof.frame(time);
  return proof.firstUnseen(durationSeconds);
}

const FRAMES = Array.from({ length: 180 }, (_, i) => i / 30); // 6 s at 30 a second

describe("CmProof (S5)", () => {
  it("accepts a CM whose frames were all presented", () => {
    expect(unseen(FRAMES, 6)).toBeUndefined();
  });

  it("accepts two frames missing at the end, and sound that lasts a little longer", () => {
    expect(unseen(FRAMES.slice(0, -2), 6)).toBeUndefined();
    expect(unseen(FRAMES, 6.09)).toBeUndefined();
  });

  it("accepts single frames that a busy machine dropped, and a CM of one picture a second", () => {
    expect(
      unseen(
        FRAMES.filter((_, i) => i % 5 === 0),
        6,
      ),
    ).toBeUndefined();
    expect(unseen([0, 1, 2, 3, 4, 5], 6)).toBeUndefined();
  });

  it("refuses a CM whose end was not presented", () => {
    expect(unseen(FRAMES.slice(0, -15), 6)).toBeCloseTo(164 / 30);
    expect(unseen(FRAMES.slice(0, 90), 6)).toBeCloseTo(89 / 30);
  });

  it("refuses a CM of which nothing was presented, or its last frame alone", () => {
    expect(unseen([], 6)).toBe(0);
    expect(unseen([9.96], 10)).toBe(0);
    expect(unseen(FRAMES.slice(-10), 6)).toBe(0);
  });

  it("tells where a hole begins, and that it was shown when the CM ran again from there", () => {
    const holed = FRAMES.filter((time) => time < 2 || time >= 4);
    expect(unseen(holed, 6)).toBeCloseTo(59 / 30);
    const again = FRAMES.filter((time) => time >= 1.5);
    expect(unseen([...holed, ...again], 6)).toBeUndefined();
    expect(unseen([...holed, ...FRAMES.filter((time) => time >= 2.5)], 6)).toBeCloseTo(59 / 30);
    expect(unseen([0, 4], 6)).toBeCloseTo(0); // and a hole is no long frame
  });
});
