/** The figure that the benches give for two rate-distortion curves. */
import { describe, expect, it } from "vitest";
import { bdRate } from "../../bench/codec/bd-rate.ts";

const CURVE = [500, 900, 1900, 4100].map((kbits, i) => ({ kbits, decibels: 34 + i * 3.7 + (i % 2) * 0.2 }));
const scaled = (by: number) => CURVE.map(({ kbits, decibels }) => ({ kbits: kbits * by, decibels }));

describe("bdRate", () => {
  it("is the factor between curves that differ by one", () => {
    expect(bdRate(CURVE, CURVE)).toBeCloseTo(0, 9);
    expect(bdRate(CURVE, scaled(0.9))).toBeCloseTo(-0.1, 9);
    expect(bdRate(scaled(0.8), CURVE)).toBeCloseTo(0.25, 9);
  });

  it("counts the PSNR that both cover", () => {
    const lower = scaled(1.1).slice(0, 3);
    expect(bdRate(CURVE, lower)).toBeCloseTo(0.1, 1);
    expect(() => bdRate(CURVE.slice(0, 2), CURVE.slice(2))).toThrow(/no PSNR in common/);
  });
});
