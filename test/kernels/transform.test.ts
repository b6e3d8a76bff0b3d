import { beforeAll, describe, expect, it } from "vitest";
import { createRandom, FILLS } from "../support/fills.ts";
import { forwardDct, IEEE_1180_RUNS, ieee1180Accuracy, inverseDct, transposed } from "../support/ideal-dct.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 41;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

/** One kernel on one block, as i16[64]. */
function run(kernel: string, values: Int16Array, label = kernel): Int16Array {
  const block = new GuardedBuffer(kernels.memory, new Uint8Array(values.buffer, values.byteOffset, 128));
  kernels.call(kernel, block.pointer);
  const result = block.read(label);
  block.release();
  return new Int16Array(result.buffer);
}

const only = (place: number, value: number): Int16Array => {
  const block = new Int16Array(64);
  block[place] = value;
  return block;
};

/** Without guards and copies, for the long runs. */
function fastRunner(kernel: string): (values: Int16Array) => Int16Array {
  const pointer = kernels.memory.allocate(128);
  return (values) => {
    const view = new Int16Array(kernels.raw.memory.buffer, pointer, 64); // anew: memory may have grown
    view.set(values);
    kernels.call(kernel, pointer);
    return view;
  };
}

/** Blocks of random samples of -range..range, seeded. */
function* randomBlocks(count: number, range: number, seed: number): Generator<Int16Array> {
  const random = createRandom(seed);
  for (let i = 0; i < count; i++) yield Int16Array.from({ length: 64 }, () => (random() % (2 * range + 1)) - range);
}

describe("the inverse transform", () => {
  it("makes nothing of nothing", () => {
    expect(run("inverseTransformScalar", new Int16Array(64))).toEqual(new Int16Array(64));
    expect(run("inverseTransformSimd", new Int16Array(64))).toEqual(new Int16Array(64));
  });

  it("makes a DC of 8 times 100 a flat 100", () => {
    expect(run("inverseTransformScalar", only(0, 800))).toEqual(new Int16Array(64).fill(100));
    expect(run("inverseTransformScalar", only(0, -800))).toEqual(new Int16Array(64).fill(-100));
  });

  it("takes place 8 as the first horizontal frequency: 400 falls from left to right by 400 / 4 / sqrt(2) * cos((2x + 1) * pi / 16)", () => {
    // 70.71 times .98079, .83147, .55557, .19509, and mirrored.
    const row = [69, 59, 39, 14, -14, -39, -59, -69];
    const expected = Int16Array.from({ length: 64 }, (_, i) => row[i & 7] as number);
    expect(run("inverseTransformScalar", only(8, 400))).toEqual(expected);
    expect(run("inverseTransformScalar", only(1, 400))).toEqual(transposed(expected));
  });

  it("gives what the full transform gives where only the DC is there, for every DC", () => {
    const scalar = fastRunner("inverseTransformScalar");
    for (let dc = -2048; dc <= 2047; dc++) {
      const expected = kernels.call("inverseTransformDc", dc);
      expect(
        scalar(only(0, dc)).every((sample) => sample === expected),
        `dc=${dc}`,
      ).toBe(true);
    }
  });

  for (const { low, high, sign } of IEEE_1180_RUNS) {
    it(`is as exact as IEEE 1180-1990 asks, 10000 blocks of ${low}..${high}, sign ${sign}`, () => {
      const scalar = fastRunner("inverseTransformScalar");
      const simd = fastRunner("inverseTransformSimd");
      const found = ieee1180Accuracy(10_000, low, high, sign, (coefficients) => {
        const samples = simd(coefficients);
        expectSameBytes(bytesOf(samples), bytesOf(scalar(coefficients)), `${coefficients}`);
        return samples;
      });
      console.info(`IEEE 1180 ${low}..${high} sign ${sign}: ${JSON.stringify(found)}`);
      expect(found.peakError).toBeLessThanOrEqual(1);
      expect(found.worstSquareError).toBeLessThanOrEqual(0.06);
      expect(found.squareError).toBeLessThanOrEqual(0.02);
      expect(found.worstMeanError).toBeLessThanOrEqual(0.015);
      expect(found.meanError).toBeLessThanOrEqual(0.0015);
    });
  }
});

function bytesOf(values: Int16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

describe("the forward transform", () => {
  it("gives about 64 times the mean at place 0 of a flat block, and nothing else", () => {
    // First pass: 11585 * 800 / 2^11 = 4525.4; second: 11585 * 8 * 4525 / 2^16 = 6399.2. And 11539.8, 16320.1 for 255.
    expect(run("forwardTransformScalar", new Int16Array(64).fill(100))).toEqual(only(0, 6399));
    expect(run("forwardTransformScalar", new Int16Array(64).fill(-255))).toEqual(only(0, -16320));
  });

  it("puts horizontal frequencies at multiples of 8", () => {
    const columns = Int16Array.from({ length: 64 }, (_, i) => ((i & 7) < 4 ? 100 : -100));
    const found = run("forwardTransformScalar", columns);
    // 1/4 * sqrt(1/2) * 8 rows * 200 * (.98079 + .83147 + .55557 + .19509) = 724.9, times 8.
    expect(Math.abs((found[8] as number) - 5799)).toBeLessThanOrEqual(2);
    expect(found.every((value, place) => place % 8 === 0 || value === 0)).toBe(true);
  });

  for (const range of [5, 255]) {
    it(`is within 0.15 of a coefficient of the ideal, without bias, for samples of -${range}..${range}`, () => {
      const forward = fastRunner("forwardTransformSimd");
      let worst = 0;
      let sum = 0;
      for (const block of randomBlocks(5000, range, SEED)) {
        const ideal = transposed(forwardDct(Float64Array.from(block)));
        const found = forward(block);
        for (let i = 0; i < 64; i++) {
          const error = (found[i] as number) / 8 - (ideal[i] as number);
          worst = Math.max(worst, Math.abs(error));
          sum += error;
        }
      }
      console.info(
        `forward transform, samples up to ${range}: worst ${worst.toFixed(4)}, mean ${(sum / 320_000).toFixed(6)}`,
      );
      expect(worst).toBeLessThan(0.15);
      expect(Math.abs(sum / 320_000)).toBeLessThan(0.002);
    });
  }

  it("is undone by the inverse to within two levels", () => {
    const forward = fastRunner("forwardTransformSimd");
    const inverse = fastRunner("inverseTransformSimd");
    for (const block of randomBlocks(2000, 255, SEED + 1)) {
      const coefficients = Int16Array.from(forward(block), (value) => (value + 4) >> 3);
      const ideal = inverseDct(Float64Array.from(transposed(coefficients)));
      const back = inverse(coefficients);
      for (let i = 0; i < 64; i++) {
        expect(Math.abs((back[i] as number) - (block[i] as number)), `sample ${i}`).toBeLessThanOrEqual(2);
        expect(Math.abs((back[i] as number) - Math.round(ideal[i] as number)), `sample ${i}`).toBeLessThanOrEqual(1);
      }
    }
  });
});

// Limits of the contracts: coefficients -2048..2047, samples -255..255.
for (const fill of FILLS) {
  it(`transforms, simd equals scalar: fill=${fill.name}`, () => {
    for (let seed = SEED; seed < SEED + 50; seed++) {
      const label = `seed=${seed} fill=${fill.name}`;
      const bytes = fill.bytes(128, seed);
      const coefficients = Int16Array.from(
        { length: 64 },
        (_, i) => (((bytes[2 * i] as number) << 4) | ((bytes[2 * i + 1] as number) & 15)) - 2048,
      );
      const samples = Int16Array.from(
        { length: 64 },
        (_, i) => (bytes[2 * i] as number) * ((bytes[2 * i + 1] as number) & 1 ? 1 : -1),
      );
      for (const [name, block] of [
        ["inverseTransform", coefficients],
        ["inverseTransform", samples],
        ["forwardTransform", samples],
      ] as const) {
        expectSameBytes(
          bytesOf(run(`${name}Simd`, block, label)),
          bytesOf(run(`${name}Scalar`, block, label)),
          `${name} ${label}`,
        );
      }
    }
  });
}
