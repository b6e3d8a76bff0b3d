import { beforeAll, describe, expect, it } from "vitest";
import { createRandom, FILLS } from "../support/fills.ts";
import { type CheckKernels, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 53;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

/** @param reference of at least 16 rows and columns, one more of each where half samples are asked for */
function half(
  kernel: string,
  current: Uint8Array,
  reference: Uint8Array,
  stride: number,
  x: number,
  y: number,
): number {
  const a = new GuardedBuffer(kernels.memory, current);
  const b = new GuardedBuffer(kernels.memory, reference);
  const sum = kernels.call(kernel, a.pointer, b.pointer, stride, x, y);
  a.release();
  b.release();
  return sum;
}

/** The four sides of a whole-sample place, of a reference with one more row and column on every side. */
function sides(kernel: string, current: Uint8Array, reference: Uint8Array, stride: number): number[] {
  const sums = new GuardedBuffer(kernels.memory, 16);
  const a = new GuardedBuffer(kernels.memory, current);
  const b = new GuardedBuffer(kernels.memory, reference);
  kernels.call(kernel, sums.pointer, a.pointer, b.pointer + stride + 1, stride);
  const found = [...new Int32Array(sums.read(kernel).buffer)];
  for (const buffer of [sums, a, b]) buffer.release();
  return found;
}

function magnitude(kernel: string, block: Int16Array): number {
  const a = new GuardedBuffer(kernels.memory, new Uint8Array(block.buffer));
  const sum = kernels.call(kernel, a.pointer);
  a.release();
  return sum;
}

describe("sums against half-sample places", () => {
  // Columns 0, 10, 20, … and rows that add 4: half a column is 5 more, half a row 2 more, both 7.
  const ramp = Uint8Array.from({ length: 17 * 17 }, (_, i) => (i % 17) * 10 + Math.floor(i / 17) * 4);
  const whole = Uint8Array.from({ length: 256 }, (_, i) => (i % 16) * 10 + (i >> 4) * 4);
  for (const [x, y, off] of [
    [0, 0, 0],
    [1, 0, 5],
    [0, 1, 2],
    [1, 1, 7],
  ] as const) {
    it(`sumAbsoluteHalf16Scalar is ${off} a sample for half ${x}, ${y} of a ramp`, () => {
      expect(half("sumAbsoluteHalf16Scalar", whole, ramp, 17, x, y)).toBe(off * 256);
    });
  }

  it("sumAbsoluteSides16Scalar gives left, right, above, below", () => {
    // The same ramp with a border: the whole-sample place fits, half a column is 5 off, half a row 2.
    const bordered = Uint8Array.from({ length: 18 * 18 }, (_, i) => (i % 18) * 10 + Math.floor(i / 18) * 4);
    const inner = whole.map((sample) => sample + 14);
    expect(sides("sumAbsoluteSides16Scalar", inner, bordered, 18)).toEqual([5 * 256, 5 * 256, 2 * 256, 2 * 256]);
  });

  it("magnitude8Scalar adds without signs", () => {
    expect(
      magnitude(
        "magnitude8Scalar",
        Int16Array.from({ length: 64 }, (_, i) => (i & 1 ? -510 : 3)),
      ),
    ).toBe(32 * 513);
  });
});

for (const fill of FILLS) {
  it(`half-sample sums, simd equals scalar: fill=${fill.name}`, () => {
    for (const stride of [17, 32, 177]) {
      for (const other of FILLS) {
        const current = fill.bytes(256, SEED);
        for (const [x, y] of [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
        ] as const) {
          const reference = other.bytes((15 + y) * stride + 16 + x, SEED + stride);
          const label = `seed=${SEED} fill=${fill.name} against ${other.name} stride=${stride} half=${x},${y}`;
          expect(half("sumAbsoluteHalf16Simd", current, reference, stride, x, y), label).toBe(
            half("sumAbsoluteHalf16Scalar", current, reference, stride, x, y),
          );
        }
      }
    }
  });
}

for (const fill of FILLS) {
  it(`sums of the sides, simd equals scalar: fill=${fill.name}`, () => {
    for (const stride of [18, 32, 177]) {
      for (const other of FILLS) {
        const current = fill.bytes(256, SEED);
        const reference = other.bytes(17 * stride + 18, SEED + stride);
        const label = `seed=${SEED} fill=${fill.name} against ${other.name} stride=${stride}`;
        expect(sides("sumAbsoluteSides16Simd", current, reference, stride), label).toEqual(
          sides("sumAbsoluteSides16Scalar", current, reference, stride),
        );
      }
    }
  });
}

it("magnitudes, simd equals scalar, limits and noise", () => {
  for (let turn = 0; turn < 200; turn++) {
    const random = createRandom(SEED + turn);
    const block = Int16Array.from(
      { length: 64 },
      () => (turn < 4 ? [510, -510, 0, -1][turn] : (random() % 1021) - 510) ?? 0,
    );
    expect(magnitude("magnitude8Simd", block), `seed=${SEED + turn}`).toBe(magnitude("magnitude8Scalar", block));
  }
});
