/** Contents for kernel tests: noise and the limits, all from a seed, so that a failure can be had again. */

/** Thirty-two pseudo random bits a call (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** A whole number in 0..limit-1. */
export function below(random: () => number, limit: number): number {
  return random() % limit;
}

export interface Fill {
  readonly name: string;
  bytes(length: number, seed: number): Uint8Array<ArrayBuffer>;
}

function fill(name: string, at: (index: number, random: () => number) => number): Fill {
  return {
    name,
    bytes: (length, seed) => {
      const random = createRandom(seed);
      return Uint8Array.from({ length }, (_, index) => at(index, random));
    },
  };
}

export const FILLS: readonly Fill[] = [
  fill("noise", (_, random) => random()),
  fill("zeros", () => 0),
  fill("ones", () => 255),
  fill("127", () => 127),
  fill("128", () => 128),
  fill("alternating ends", (index) => (index & 1) * 255),
  fill("ends at random", (_, random) => (random() & 1) * 255),
  fill("around 128", (_, random) => 126 + (random() & 3)),
  fill("ramp", (index) => index),
];

/** Around the widths of vectors, and far enough for several of them. */
export const COUNTS: readonly number[] = [0, 1, 7, 8, 9, 15, 16, 17, 1023];
