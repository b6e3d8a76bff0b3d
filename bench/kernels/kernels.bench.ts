/** Every kernel that has two forms, scalar against SIMD, on the same noise. Vitest prints the ratio. */
import { bench, describe } from "vitest";
import { loadCheckKernels } from "../../test/support/kernels.ts";

const { raw, memory } = await loadCheckKernels();
const kernels = raw as unknown as Record<string, ((...values: number[]) => unknown) | undefined>;
const WIDTH = 640;
const HEIGHT = 360;
const SAMPLES = WIDTH * HEIGHT;

/** A picture's worth of noise, with room for vectors behind it. */
function noise(bytes: number): number {
  const pointer = memory.allocate(bytes);
  let state = 1;
  for (const [i] of memory.bytes(pointer, bytes).entries()) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    memory.bytes(pointer, bytes)[i] = state >>> 24;
  }
  return pointer;
}

const a = noise(4096 * 16);
const b = noise(4096 * 16);
const out = memory.allocate(SAMPLES * 4 + 64);
const picture = memory.allocate(SAMPLES * 4 + 64);
const [cb, cr] = [picture + SAMPLES, picture + SAMPLES * 2];

const KERNELS: Record<string, number[]> = {
  // kernels/transform
  forwardTransform: [out],
  inverseTransform: [out],
  // kernels/quantise
  quantise: [out, a, b, 196608],
  // kernels/difference
  sumAbsolute16: [a, b, 64],
  sumSquared16: [a, b, 64],
  spread16: [a],
  residual8: [out, a, 64, b, 64],
  widen8: [out, a, 64],
  addResidual8: [out, 64, a, 64, b],
  storeBlock8: [out, 64, b],
  // kernels/half-difference
  sumAbsoluteHalf16: [a, b, 64, 1, 1],
  magnitude8: [a],
  // kernels/motion
  predict: [out, 16, a, 64, 16, 16, 1, 1],
  average: [out, 16, a, 64, 16, 16],
  // kernels/bitplane
  splitPlane: [out, picture, picture, SAMPLES, 0],
  mergePlane: [out, out, picture, SAMPLES, 0],
  // kernels/xor
  xorRepeat: [out, picture, SAMPLES, a, 60000, 7],
  // kernels/colour
  i420ToRgba: [out, picture, cb, cr, WIDTH, WIDTH / 2, WIDTH, HEIGHT, 0, 0],
  rgbaToI420: [out, out + SAMPLES, out + SAMPLES + SAMPLES / 4, WIDTH, WIDTH / 2, picture, WIDTH * 4, WIDTH, HEIGHT, 0],
  deinterleaveChroma: [out, out + SAMPLES / 4, picture, SAMPLES / 4],
};

/** Kernels that work on one block run so many times in a turn: a call by name costs as much as a block. */
const BLOCKS_A_TURN = 200;

for (const [name, args] of Object.entries(KERNELS)) {
  describe(name, () => {
    const turns = args.includes(SAMPLES) || args.includes(WIDTH) ? 1 : BLOCKS_A_TURN;
    for (const form of ["Scalar", "Simd"] as const) {
      const kernel = kernels[`${name}${form}`];
      if (kernel === undefined) throw new Error(`no ${name}${form}`);
      bench(form.toLowerCase(), () => {
        for (let i = 0; i < turns; i++) kernel(...args);
      });
    }
  });
}
