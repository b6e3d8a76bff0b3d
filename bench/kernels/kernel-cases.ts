/** Every kernel that has two forms, on the same noise: what the bench runs in Node and the page /bench in the visitor's browser. */
import type { KernelMemory } from "../../codec/wasm/kernel-memory.ts";

const WIDTH = 640;
const HEIGHT = 360;
const SAMPLES = WIDTH * HEIGHT;
/** A kernel that works on one block runs so many times in a turn: a call costs as much as a block. */
const BLOCKS_A_TURN = 200;
/** One timing is at least this long: browsers' clocks tick in tenths of a millisecond. */
const TIMING_MILLISECONDS = 20;
const TIMINGS = 5;

export type KernelExports = Record<string, ((...values: number[]) => unknown) | undefined>;

export interface KernelTimes {
  name: string;
  /** Calls a second, the best of some timings. */
  scalar: number;
  simd: number;
}

/** By kernel: its arguments, and whether a call takes a whole picture. */
function casesIn(memory: KernelMemory): Record<string, { args: number[]; picture: boolean }> {
  const a = noise(memory, 4096 * 16);
  const b = noise(memory, 4096 * 16);
  const out = memory.allocate(SAMPLES * 4 + 64);
  const picture = memory.allocate(SAMPLES * 4 + 64);
  const [cb, cr] = [picture + SAMPLES, picture + SAMPLES * 2];
  const block = (...args: number[]) => ({ args, picture: false });
  const whole = (...args: number[]) => ({ args, picture: true });
  return {
    // kernels/transform
    forwardTransform: block(out),
    inverseTransform: block(out),
    // kernels/low-transform
    inverseTransformLow: block(out, 1),
    // kernels/quantise
    quantise: block(out, a, b, 196608),
    largePlaces: block(a, 1000),
    // kernels/difference
    sumAbsolute16: block(a, b, 64),
    sumAbsoluteSparse16: block(a, b, 64),
    sumSquared16: block(a, b, 64),
    spread16: block(a),
    residual8: block(out, a, 64, b, 64),
    widen8: block(out, a, 64),
    addResidual8: block(out, 64, a, 64, b),
    storeBlock8: block(out, 64, b),
    // kernels/flat
    addFlat8: block(out, 64, 3),
    storeFlat8: block(out, 64, 3),
    // kernels/half-difference
    sumAbsoluteHalf16: block(a, b, 64, 1, 1),
    sumAbsoluteSides16: block(out, a, b, 64),
    magnitude8: block(a),
    // kernels/motion
    predict: block(out, 16, a, 64, 16, 16, 1, 1),
    predictMean: block(out, 16, a, 64, 16, 16, 1, 1),
    // kernels/bitplane
    splitPlane: whole(out, picture, picture, SAMPLES, 0),
    mergePlane: whole(out, out, picture, SAMPLES, 0),
    // kernels/plane-choice
    choosePlane: whole(out, out + SAMPLES, picture, WIDTH, HEIGHT, 4),
    // kernels/xor
    xorRepeat: whole(out, picture, SAMPLES, a, 60000, 7),
    // kernels/colour
    i420ToRgba: whole(out, picture, cb, cr, WIDTH, WIDTH / 2, WIDTH, HEIGHT, 0, 0),
    rgbaToI420: whole(
      ...[out, out + SAMPLES, out + SAMPLES + SAMPLES / 4, WIDTH, WIDTH / 2, picture, WIDTH * 4, WIDTH, HEIGHT, 0],
    ),
    deinterleaveChroma: whole(out, out + SAMPLES / 4, picture, SAMPLES / 4),
    // kernels/deinterlace
    deinterlacePlane: whole(out, picture, picture + SAMPLES, picture + 2 * SAMPLES, WIDTH, WIDTH, HEIGHT, 0, 0),
    combedSamples: whole(picture, WIDTH, WIDTH, HEIGHT),
    // kernels/scale
    scalePlane: whole(out, 432, 432, 242, picture, WIDTH, WIDTH, HEIGHT),
    halvePlane: whole(out, WIDTH / 2, picture, WIDTH, WIDTH, HEIGHT),
    // kernels/finder-patterns
    findFinders: whole(out, 256, picture, WIDTH, WIDTH, HEIGHT, 2),
    // kernels/treatment
    fillPlane: whole(out, WIDTH, WIDTH, HEIGHT, 16),
    mosaicPlane: whole(out, WIDTH, WIDTH, HEIGHT, 21, 12),
    blendPlane: whole(out, WIDTH, picture, WIDTH, picture + SAMPLES, WIDTH, WIDTH, HEIGHT),
  };
}

/** @param exports of the target `check`, which has both forms of each kernel */
export function* timeKernels(exports: KernelExports, memory: KernelMemory): Generator<KernelTimes> {
  for (const [name, { args, picture }] of Object.entries(casesIn(memory))) {
    const [scalar, simd] = ["Scalar", "Simd"].map((form) => {
      const kernel = exports[`${name}${form}`];
      if (kernel === undefined) throw new Error(`the kernels have no ${name}${form}`);
      return callsASecond(kernel, args, picture ? 1 : BLOCKS_A_TURN);
    }) as [number, number];
    yield { name, scalar, simd };
  }
}

function callsASecond(kernel: (...values: number[]) => unknown, args: number[], turn: number): number {
  let best = 0;
  for (let timing = 0; timing <= TIMINGS; timing++) {
    const start = performance.now();
    let calls = 0;
    let spent = 0;
    while (spent < TIMING_MILLISECONDS) {
      for (let i = 0; i < turn; i++) kernel(...args);
      calls += turn;
      spent = performance.now() - start;
    }
    if (timing > 0) best = Math.max(best, (calls * 1000) / spent); // the first one compiles
  }
  return best;
}

function noise(memory: KernelMemory, bytes: number): number {
  const pointer = memory.allocate(bytes);
  let state = 1;
  for (const [i] of memory.bytes(pointer, bytes).entries()) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    memory.bytes(pointer, bytes)[i] = state >>> 24;
  }
  return pointer;
}
