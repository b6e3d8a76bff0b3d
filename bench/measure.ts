/** What every bench gives: a speed beside a named peer's, both taken in the same run. */
import { join } from "node:path";

/** The repository's top folder: benches run compiled, from dist/node/bench. */
export const ROOT = join(import.meta.dirname, "../../..");

export interface Ratio {
  name: string;
  peer: string;
  /** In `unit`; more is better. */
  ours: number;
  theirs: number;
  unit: string;
  /** What is needed to judge the ratio: PSNR, bit rate, hash of the file, threads. */
  details: Record<string, unknown>;
  /** Where a ratio stands for two rate-distortion curves. */
  curves?: { ours: RatePoint[]; theirs: RatePoint[] };
}

export interface RatePoint {
  kbits: number;
  /** PSNR over all samples. */
  decibels: number;
}

/** What of a {@link Ratio} is kept in recorded.json. */
export interface RecordedRatio extends Pick<Ratio, "name" | "peer" | "curves"> {
  ratio: number;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
};
