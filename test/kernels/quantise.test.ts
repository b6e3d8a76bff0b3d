import { beforeAll, describe, expect, it } from "vitest";
import { createRandom, FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 43;
const SHIFT = 19;
const LEVEL_MAX = 255;
/** The encoder's: intra 3/8, predicted 0, to nearest; and the limits. */
const BIASES = [0, 196_608, 1 << 18, (1 << 19) - 1];

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

const bytesOf = (values: Int16Array | Uint16Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function quantise(
  kernel: string,
  coefficients: Int16Array,
  reciprocals: Uint16Array,
  bias: number,
  label: string,
): { levels: Int16Array; mask: bigint } {
  const levels = new GuardedBuffer(kernels.memory, 128);
  const input = new GuardedBuffer(kernels.memory, bytesOf(coefficients));
  const factors = new GuardedBuffer(kernels.memory, bytesOf(reciprocals));
  const mask = BigInt.asUintN(
    64,
    kernels.call(kernel, levels.pointer, input.pointer, factors.pointer, bias) as unknown as bigint,
  );
  const result = { levels: new Int16Array(levels.read(label).buffer), mask };
  expectSameBytes(input.read(label), bytesOf(coefficients), `coefficients ${label}`);
  for (const buffer of [levels, input, factors]) buffer.release();
  return result;
}

const filled = (values: number[]): Int16Array => Int16Array.from({ length: 64 }, (_, i) => values[i] ?? 0);
const reciprocalOf = (step: number): number => Math.min(65535, Math.round(2 ** SHIFT / step));

describe("quantise", () => {
  it("divides magnitudes, rounds by the bias and marks what is not zero", () => {
    // Step 32 eighths of a coefficient: reciprocal 16384. With bias 0 that is division by 32, cut off.
    const coefficients = filled([0, 31, 32, -31, -32, 63, 64, -100, 16384, -16384]);
    const reciprocals = new Uint16Array(64).fill(16384);
    const cut = quantise("quantiseScalar", coefficients, reciprocals, 0, "by hand");
    expect(cut.levels).toEqual(filled([0, 0, 1, 0, -1, 1, 2, -3, 255, -255]));
    expect(cut.mask).toBe(0b1111110100n);
    // Half a step more rounds to nearest: 31 / 32 becomes 1, 15 / 32 stays 0, 16 / 32 becomes 1.
    const nearest = quantise("quantiseScalar", filled([31, -31, 15, 16, -47, -48]), reciprocals, 1 << 18, "by hand");
    expect(nearest.levels).toEqual(filled([1, -1, 0, 1, -1, -2]));
    expect(nearest.mask).toBe(0b111011n);
  });

  it("marks the last coefficient with the highest bit", () => {
    const coefficients = new Int16Array(64);
    coefficients[63] = -640;
    for (const kernel of ["quantiseScalar", "quantiseSimd"]) {
      expect(quantise(kernel, coefficients, new Uint16Array(64).fill(16384), 0, kernel).mask).toBe(1n << 63n);
    }
  });
});

describe("quantise and back", () => {
  for (const kind of ["Intra", "Inter"] as const) {
    it(`is symmetric, grows with the coefficient and comes back within a step, all 31 scales (${kind})`, () => {
      for (let scale = 1; scale <= 31; scale++) {
        // Weight 16. A level stands for 2 * scale of a coefficient, that is 16 * scale eighths.
        const step = 16 * scale;
        const reciprocals = new Uint16Array(64).fill(reciprocalOf(step));
        const bias = kind === "Intra" ? 196_608 : 0;
        let before = 0;
        for (let first = 0; first <= 16384; first += 64) {
          const coefficients = Int16Array.from({ length: 64 }, (_, i) => Math.min(16384, first + i));
          const up = quantise("quantiseSimd", coefficients, reciprocals, bias, `scale=${scale}`);
          const down = quantise(
            "quantiseSimd",
            coefficients.map((value) => -value),
            reciprocals,
            bias,
            `scale=${scale}`,
          );
          expect(down.mask).toBe(up.mask);
          for (let i = 0; i < 64; i++) {
            const label = `scale=${scale} coefficient=${coefficients[i]}`;
            const level = up.levels[i] as number;
            if (down.levels[i] !== -level && level !== 0) expect.fail(`not symmetric: ${label}`);
            if (level < before) expect.fail(`level falls: ${label}`);
            before = level;
            if (level === 0 || level === LEVEL_MAX) continue;
            const back = kernels.call(`dequantise${kind}`, level, 16 * scale);
            const error = Math.abs(back - (coefficients[i] as number) / 8);
            // Half a step, an eighth for the bias or the middle, and 1 for the rounding to odd values.
            if (error > 1.25 * scale + 1.5) expect.fail(`error ${error}: ${label}`);
          }
        }
      }
    });
  }
});

describe("dequantise", () => {
  it("gives odd values, worked by hand", () => {
    // Intra: 2 * 3 * 8 * 16 / 16 = 48 -> 47. Predicted: (2 * 3 + 1) * 8 * 16 / 16 = 56 -> 55.
    expect(kernels.call("dequantiseIntra", 3, 8 * 16)).toBe(47);
    expect(kernels.call("dequantiseIntra", -3, 8 * 16)).toBe(-47);
    expect(kernels.call("dequantiseInter", 3, 8 * 16)).toBe(55);
    expect(kernels.call("dequantiseInter", -3, 8 * 16)).toBe(-55);
    // 2 * 1 * 1 * 19 / 16 = 2 -> 1; 3 * 1 * 16 / 16 = 3 stays.
    expect(kernels.call("dequantiseIntra", 1, 19)).toBe(1);
    expect(kernels.call("dequantiseInter", 1, 16)).toBe(3);
  });

  it("stays inside -2048..2047, is odd but for the limit and turns the sign only, every level and scale", () => {
    for (const kind of ["Intra", "Inter"]) {
      for (let scale = 1; scale <= 31 * 255; scale += scale < 600 ? 1 : 97) {
        for (let level = 1; level <= 255; level += 3) {
          const found = kernels.call(`dequantise${kind}`, level, scale);
          const magnitude = Math.floor(((kind === "Intra" ? 2 * level : 2 * level + 1) * scale) / 16);
          const odd = magnitude === 0 ? 0 : magnitude % 2 === 0 ? magnitude - 1 : magnitude;
          const label = `${kind} level=${level} scale=${scale}`;
          if (found !== Math.min(2047, odd)) expect.fail(`${found}, expected ${Math.min(2047, odd)}: ${label}`);
          const turned = kernels.call(`dequantise${kind}`, -level, scale) + 0;
          if (turned !== Math.max(-2048, -odd) + 0)
            expect.fail(`${turned}, expected ${Math.max(-2048, -odd)}: -${label}`);
        }
      }
    }
  });
});

for (const fill of FILLS) {
  it(`quantise, simd equals scalar: fill=${fill.name}`, () => {
    for (let seed = SEED; seed < SEED + 40; seed++) {
      const random = createRandom(seed);
      const bytes = fill.bytes(128, seed);
      // The contract's whole range: -16384..16384, reciprocals 1..65535.
      const coefficients = Int16Array.from({ length: 64 }, (_, i) => {
        const value =
          Math.round(((((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number)) / 65535) * 32768) - 16384;
        return value;
      });
      const reciprocals = Uint16Array.from({ length: 64 }, (_, i) =>
        seed % 2 ? reciprocalOf(1 + (random() % (31 * 83))) : ([1, 65535, 32768][i % 3] as number),
      );
      for (const bias of BIASES) {
        const label = `seed=${seed} fill=${fill.name} bias=${bias}`;
        const scalar = quantise("quantiseScalar", coefficients, reciprocals, bias, label);
        const simd = quantise("quantiseSimd", coefficients, reciprocals, bias, label);
        expectSameBytes(bytesOf(simd.levels), bytesOf(scalar.levels), label);
        expect(simd.mask, label).toBe(scalar.mask);
      }
    }
  });
}

describe("largePlaces", () => {
  const places = (kernel: string, coefficients: Int16Array, least: number): bigint => {
    const block = new GuardedBuffer(kernels.memory, bytesOf(coefficients));
    const mask = BigInt.asUintN(64, kernels.call(kernel, block.pointer, least) as unknown as bigint);
    block.release();
    return mask;
  };

  it("are those at or above the limit, whatever the sign", () => {
    const coefficients = new Int16Array(64);
    coefficients.set([15, 16, -16, -15, 32767, -32767]);
    expect(places("largePlacesScalar", coefficients, 16)).toBe(0b110110n);
    expect(places("largePlacesSimd", coefficients, 16)).toBe(0b110110n);
  });

  for (const fill of FILLS) {
    it(`simd equals scalar: fill=${fill.name}`, () => {
      for (let seed = SEED; seed < SEED + 20; seed++) {
        const values = new Int16Array(fill.bytes(128, seed).slice().buffer).map((value) => Math.max(-32767, value));
        for (const least of [1, 16, 496, 5000, 32767]) {
          const label = `seed=${seed} fill=${fill.name} least=${least}`;
          expect(places("largePlacesSimd", values, least), label).toBe(places("largePlacesScalar", values, least));
        }
      }
    });
  }
});
