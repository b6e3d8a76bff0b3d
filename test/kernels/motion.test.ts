import { beforeAll, describe, expect, it } from "vitest";
import { createRandom, FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 53;
const HALVES = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

interface Shape {
  width: number;
  height: number;
  halfX: number;
  halfY: number;
  sourceStride: number;
  targetStride: number;
}

/** Source of exactly the samples that may be read: one column more only for halfX, one row more only for halfY. */
function sourceLength({ width, height, halfX, halfY, sourceStride }: Shape): number {
  return (height - 1 + halfY) * sourceStride + width + halfX;
}

function predict(
  kernel: string,
  source: Uint8Array,
  shape: Shape,
  label: string,
  misalign = 0,
  there = 0x77,
): Uint8Array {
  const { width, height, halfX, halfY, sourceStride, targetStride } = shape;
  const input = new GuardedBuffer(kernels.memory, source, misalign);
  const target = new GuardedBuffer(
    kernels.memory,
    new Uint8Array((height - 1) * targetStride + width).fill(there),
    misalign,
  );
  kernels.call(kernel, target.pointer, targetStride, input.pointer, sourceStride, width, height, halfX, halfY);
  const result = target.read(label);
  expectSameBytes(input.read(label), source, `source ${label}`);
  input.release();
  target.release();
  return result;
}

/** ISO/IEC 11172-2 2.4.4.2, with `//` rounding halves up. */
function defined(source: Uint8Array, { width, height, halfX, halfY, sourceStride, targetStride }: Shape): Uint8Array {
  const target = new Uint8Array((height - 1) * targetStride + width).fill(0x77);
  const at = (x: number, y: number): number => source[y * sourceStride + x] as number;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let dy = 0; dy <= halfY; dy++) for (let dx = 0; dx <= halfX; dx++) sum += at(x + dx, y + dy);
      const count = (1 + halfX) * (1 + halfY);
      target[y * targetStride + x] = Math.floor(sum / count + 0.5);
    }
  }
  return target;
}

describe("predict", () => {
  const shape: Shape = { width: 8, height: 8, halfX: 0, halfY: 0, sourceStride: 9, targetStride: 8 };
  // First row 10, 13, 10, ...; second row 11, 20, 11, ...; and so on by turns.
  const source = Uint8Array.from(
    { length: 81 },
    (_, i) => ((Math.floor(i / 9) & 1) === 0 ? [10, 13] : [11, 20])[(i % 9) & 1] as number,
  );
  const firstTwo = (halfX: number, halfY: number): number[] => {
    const half = { ...shape, halfX, halfY };
    const found = predict("predictScalar", source.subarray(0, sourceLength(half)), half, "by hand");
    return [found[0], found[1], found[8], found[9]] as number[];
  };

  it("copies whole samples", () => {
    expect(firstTwo(0, 0)).toEqual([10, 13, 11, 20]);
  });

  it("averages to the right and rounds up: (10 + 13 + 1) / 2 = 12", () => {
    expect(firstTwo(1, 0)).toEqual([12, 12, 16, 16]);
  });

  it("averages downwards and rounds up: (10 + 11 + 1) / 2 = 11", () => {
    expect(firstTwo(0, 1)).toEqual([11, 17, 11, 17]);
  });

  it("averages four and rounds up at one half: (10 + 13 + 11 + 20 + 2) / 4 = 14", () => {
    expect(firstTwo(1, 1)).toEqual([14, 14, 14, 14]);
  });

  it("takes the mean of four as defined for every combination of corner values and for random ones", () => {
    const corners = [0, 1, 2, 3, 126, 127, 128, 129, 252, 253, 254, 255];
    const random = createRandom(SEED);
    const combinations = corners.length ** 4;
    const quad = (index: number): number[] => {
      if (index >= combinations) return [random() & 255, random() & 255, random() & 255, random() & 255];
      return [0, 1, 2, 3].map(
        (place) => corners[Math.floor(index / corners.length ** place) % corners.length] as number,
      );
    };
    const big: Shape = { width: 16, height: 16, halfX: 1, halfY: 1, sourceStride: 17, targetStride: 16 };
    const target = new GuardedBuffer(kernels.memory, 256);
    const input = new GuardedBuffer(kernels.memory, sourceLength(big));
    // 64 quads a block, at even places, so that none shares a sample.
    for (let first = 0; first < combinations + 100_000; first += 64) {
      const samples = new Uint8Array(sourceLength(big));
      const expected: number[] = [];
      for (let k = 0; k < 64; k++) {
        const [a, b, c, d] = quad(first + k) as [number, number, number, number];
        const at = (k >> 3) * 2 * 17 + (k & 7) * 2;
        samples.set([a, b], at);
        samples.set([c, d], at + 17);
        expected.push((a + b + c + d + 2) >> 2);
      }
      kernels.memory.bytes(input.pointer, input.length).set(samples);
      for (const width of [16, 8]) {
        kernels.call("predictSimd", target.pointer, 16, input.pointer, 17, width, 16, 1, 1);
        const found = kernels.memory.bytes(target.pointer, 256);
        for (let k = 0; k < 64; k++) {
          if ((k & 7) * 2 >= width) continue;
          if (found[(k >> 3) * 32 + (k & 7) * 2] !== expected[k])
            expect.fail(`seed=${SEED} quad ${quad(first + k)}: expected ${expected[k]}`);
        }
      }
    }
    target.release();
    input.release();
  });
});

describe("predictMean", () => {
  it("averages with what is there and rounds up: (0x77 + 10 + 1) / 2 = 65, and reaches 255", () => {
    const shape: Shape = { width: 8, height: 4, halfX: 0, halfY: 0, sourceStride: 8, targetStride: 8 };
    const source = new Uint8Array(32).fill(10);
    expect(predict("predictMeanScalar", source, shape, "by hand")).toEqual(new Uint8Array(32).fill(65));
    expect(predict("predictMeanScalar", source.fill(255), shape, "by hand", 0, 254)[0]).toBe(255);
  });
});

for (const fill of FILLS) {
  for (const [width, height] of [
    [8, 4],
    [8, 8],
    [16, 8],
    [16, 16],
  ] as const) {
    it(`simd equals scalar and the definition: fill=${fill.name} size=${width}x${height}`, () => {
      for (const sourceStride of [width + 1, 48, 177]) {
        for (const misalign of [0, 1, 7, 15]) {
          for (const [halfX, halfY] of HALVES) {
            const shape = { width, height, halfX, halfY, sourceStride, targetStride: width + misalign };
            const label = `seed=${SEED} ${JSON.stringify(shape)} fill=${fill.name} misalign=${misalign}`;
            const source = fill.bytes(sourceLength(shape), SEED + misalign);
            const scalar = predict("predictScalar", source, shape, label);
            expectSameBytes(scalar, defined(source, shape), `definition ${label}`);
            expectSameBytes(predict("predictSimd", source, shape, label, misalign), scalar, label);
            const mean = predict("predictMeanScalar", source, shape, label);
            const inside = (i: number) => i % shape.targetStride < width;
            const expected = scalar.map((sample, i) => (inside(i) ? (sample + 0x77 + 1) >> 1 : sample));
            expectSameBytes(mean, expected, `mean ${label}`);
            expectSameBytes(predict("predictMeanSimd", source, shape, label, misalign), mean, `mean ${label}`);
          }
        }
      }
    });
  }
}
