/** Chooses the quantiser scale of each group of pictures. */
import type { EncodedGop } from "./gop-encoder.ts";

export interface RateControl {
  /** Quantiser scale of the next group to start. */
  quality(): number;
  /** What a group came to. */
  report(gop: EncodedGop, quality: number): void;
}

export function constantQuality(quality: number): RateControl {
  return { quality: () => quality, report: () => {} };
}

/** Bits a sample at quantiser scale 1 that a first group is guessed to need. */
const FIRST_BITS_PER_SAMPLE = 1.2;
/** Seconds over which a surplus or debt of bits is made good. */
const CORRECTION_SECONDS = 2;

/**
 * Aims at a mean rate: bits times quantiser scale is taken as constant from group to group.
 *
 * @param kilobits   kbit a second, public and withheld part together
 * @param samples    luminance samples a second
 */
export function averageRate(kilobits: number, samples: number): RateControl {
  let complexity = FIRST_BITS_PER_SAMPLE * samples;
  let seconds = 0;
  let bits = 0;
  return {
    quality() {
      const debt = bits - seconds * kilobits * 1000;
      const target = Math.max(kilobits * 250, kilobits * 1000 - debt / CORRECTION_SECONDS);
      return Math.min(31, Math.max(1, Math.round(complexity / target)));
    },
    report(gop, quality) {
      const gopSeconds = gop.pictures.reduce((sum, picture) => sum + picture.durationMicroseconds, 0) / 1e6;
      const gopBits =
        gop.pictures.reduce((sum, picture) => sum + picture.publicBytes.length + picture.withheld.length, 0) * 8;
      if (gopSeconds <= 0) return;
      seconds += gopSeconds;
      bits += gopBits;
      complexity = (gopBits / gopSeconds) * quality;
    },
  };
}
