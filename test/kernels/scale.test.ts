import { beforeAll, describe, expect, it } from "vitest";
import { createRandom, FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 53;
const UNTOUCHED = 0x77;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

interface Size {
  width: number;
  height: number;
}

/** Rows are `slack` longer than the plane; what lies between them must stay as it was. */
function run(src: Uint8Array, from: Size, to: Size, slack: number, call: (...values: number[]) => void): Uint8Array {
  const srcStride = from.width + slack;
  const packed = new Uint8Array(srcStride * from.height);
  for (let row = 0; row < from.height; row++)
    packed.set(src.subarray(row * from.width, (row + 1) * from.width), row * srcStride);
  const dstStride = to.width + slack;
  const input = new GuardedBuffer(kernels.memory, packed);
  const output = new GuardedBuffer(kernels.memory, new Uint8Array(dstStride * to.height).fill(UNTOUCHED));
  call(output.pointer, dstStride, input.pointer, srcStride);
  const bytes = output.read("scaled");
  for (const buffer of [input, output]) buffer.release();
  const tight = new Uint8Array(to.width * to.height);
  for (let row = 0; row < to.height; row++) {
    tight.set(bytes.subarray(row * dstStride, row * dstStride + to.width), row * to.width);
    const beside = bytes.subarray(row * dstStride + to.width, (row + 1) * dstStride);
    expect(beside.every((byte) => byte === UNTOUCHED)).toBe(true);
  }
  return tight;
}

function scale(form: string, src: Uint8Array, from: Size, to: Size, slack = 0): Uint8Array {
  return run(src, from, to, slack, (dst, dstStride, pointer, srcStride) =>
    kernels.call(
      `scalePlane${form}`,
      ...[dst, dstStride, to.width, to.height, pointer, srcStride, from.width, from.height],
    ),
  );
}

function halve(form: string, src: Uint8Array, from: Size, slack = 0): Uint8Array {
  const to = { width: from.width >> 1, height: from.height >> 1 };
  return run(src, from, to, slack, (dst, dstStride, pointer, srcStride) =>
    kernels.call(`halvePlane${form}`, dst, dstStride, pointer, srcStride, from.width, from.height),
  );
}

describe("scalePlane", () => {
  it("takes the middle between two samples where there are half as many", () => {
    const src = Uint8Array.of(0, 100, 200, 50, 10, 110, 210, 60);
    expect([...scale("Scalar", src, { width: 4, height: 2 }, { width: 2, height: 1 })]).toEqual([55, 130]);
  });

  it("leaves a plane of its own size as it is", () => {
    const size = { width: 37, height: 5 };
    const src = (FILLS[0] as (typeof FILLS)[0]).bytes(size.width * size.height, SEED);
    for (const form of ["Scalar", "Simd", ""]) expect(scale(form, src, size, size)).toEqual(src);
  });

  it("stays within 1.6 of the straight line between four samples, in real numbers", () => {
    const random = createRandom(SEED);
    const [from, to] = [
      { width: 64, height: 48 },
      { width: 43, height: 31 },
    ];
    // Neighbours that are near each other, as in pictures: a weight of 7 bits is off by 1/128 of their difference.
    const src = Uint8Array.from(
      { length: from.width * from.height },
      (_, i) => 60 + (i % from.width) * 2 + (random() % 16),
    );
    const scaled = scale("", src, from, to);
    const at = (x: number, y: number) =>
      src[Math.min(y, from.height - 1) * from.width + Math.min(x, from.width - 1)] as number;
    for (let y = 0; y < to.height; y++)
      for (let x = 0; x < to.width; x++) {
        const [sx, sy] = [((x + 0.5) * from.width) / to.width - 0.5, ((y + 0.5) * from.height) / to.height - 0.5];
        const [left, above] = [Math.floor(sx), Math.floor(sy)];
        const [fx, fy] = [sx - left, sy - above];
        const row = (line: number) => at(left, line) * (1 - fx) + at(left + 1, line) * fx;
        const exact = row(above) * (1 - fy) + row(above + 1) * fy;
        expect(Math.abs((scaled[y * to.width + x] as number) - exact), `${x},${y}`).toBeLessThan(1.6);
      }
  });

  const SIZES: [Size, Size][] = [
    [
      { width: 64, height: 8 },
      { width: 32, height: 4 },
    ],
    [
      { width: 1280, height: 3 },
      { width: 860, height: 2 },
    ],
    [
      { width: 640, height: 5 },
      { width: 430, height: 3 },
    ],
    [
      { width: 33, height: 7 },
      { width: 17, height: 7 },
    ],
    [
      { width: 35, height: 2 },
      { width: 16, height: 1 },
    ],
    [
      { width: 31, height: 2 },
      { width: 15, height: 2 },
    ],
    [
      { width: 1, height: 1 },
      { width: 1, height: 1 },
    ],
    [
      { width: 20, height: 4 },
      { width: 47, height: 9 },
    ],
    [
      { width: 200, height: 9 },
      { width: 40, height: 2 },
    ],
  ];
  for (const fill of FILLS)
    for (const [from, to] of SIZES) {
      const label = `fill=${fill.name} ${from.width}x${from.height} to ${to.width}x${to.height}`;
      it(`simd equals scalar: ${label}`, () => {
        const src = fill.bytes(from.width * from.height, SEED);
        expectSameBytes(scale("Simd", src, from, to, 3), scale("Scalar", src, from, to), `seed=${SEED} ${label}`);
      });
    }

  it("simd equals scalar at every width up to 70 and every smaller one down to a third", () => {
    const noise = (FILLS[0] as (typeof FILLS)[0]).bytes(70 * 2, SEED);
    for (let width = 1; width <= 70; width++)
      for (let smaller = Math.ceil(width / 3); smaller <= width; smaller++) {
        const [from, to] = [
          { width, height: 2 },
          { width: smaller, height: 1 },
        ];
        const src = noise.subarray(0, width * 2);
        expectSameBytes(scale("Simd", src, from, to), scale("Scalar", src, from, to), `${width} to ${smaller}`);
      }
  });
});

describe("halvePlane", () => {
  it("takes the mean of four, rounded half up, and leaves out an odd edge", () => {
    const src = Uint8Array.of(1, 2, 10, 10, 99, 3, 4, 10, 12, 99, 99, 99, 99, 99, 99);
    expect([...halve("Scalar", src, { width: 5, height: 3 })]).toEqual([3, 11]);
  });

  for (const fill of FILLS)
    it(`simd equals scalar: fill=${fill.name}`, () => {
      for (const width of [1, 2, 31, 32, 33, 34, 63, 64, 66, 129])
        for (const height of [1, 2, 3, 8]) {
          const src = fill.bytes(width * height, SEED);
          const label = `seed=${SEED} ${width}x${height}`;
          expectSameBytes(halve("Simd", src, { width, height }, 3), halve("Scalar", src, { width, height }), label);
        }
    });
});
