/** Bjøntegaard's average difference of two rate-distortion curves (VCEG-M33). */
import type { RatePoint } from "../measure.ts";

/**
 * The share by which `curve` needs more bits than `reference` at equal PSNR, averaged over the PSNR both cover: -0.1 is a tenth less.
 * Through each curve's points goes a polynomial of log rate over PSNR, of a degree one less than there are points.
 */
export function bdRate(reference: RatePoint[], curve: RatePoint[]): number {
  const [a, b] = [reference, curve].map((points) => ({
    area: integral(points),
    low: Math.min(...points.map(({ decibels }) => decibels)),
    high: Math.max(...points.map(({ decibels }) => decibels)),
  })) as [Curve, Curve];
  const [low, high] = [Math.max(a.low, b.low), Math.min(a.high, b.high)];
  if (!(high > low)) throw new RangeError("the curves have no PSNR in common");
  return Math.exp((b.area(low, high) - a.area(low, high)) / (high - low)) - 1;
}

interface Curve {
  area: (low: number, high: number) => number;
  low: number;
  high: number;
}

/** Integral of log(rate) over PSNR of the polynomial through all points (Newton's divided differences, then Simpson's rule in steps). */
function integral(points: RatePoint[]): (low: number, high: number) => number {
  const x = points.map(({ decibels }) => decibels);
  const c = points.map(({ kbits }) => Math.log(kbits));
  for (let order = 1; order < c.length; order++)
    for (let i = c.length - 1; i >= order; i--)
      c[i] = ((c[i] ?? 0) - (c[i - 1] ?? 0)) / ((x[i] ?? 0) - (x[i - order] ?? 0));
  const value = (at: number): number =>
    c.reduceRight((sum, coefficient, i) => sum * (at - (x[i] ?? 0)) + coefficient, 0);
  return (low, high) => {
    const steps = 64;
    const width = (high - low) / steps;
    let sum = value(low) + value(high);
    for (let i = 1; i < steps; i++) sum += value(low + i * width) * (i % 2 === 1 ? 4 : 2);
    return (sum * width) / 3;
  };
}
