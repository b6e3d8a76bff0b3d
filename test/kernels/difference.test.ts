import { beforeAll, describe, expect, it } from "vitest";
import { createRandom, FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 47;
const STRIDES = [16, 17, 48, 177];

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

const bytesOf = (values: Int16Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
const same = (value: number): Uint8Array => new Uint8Array(256).fill(value);

/** A kernel that compares 16x16 samples, rows tight, with samples at a stride. */
function compare16(
  kernel: string,
  current: Uint8Array,
  reference: Uint8Array,
  stride: number,
  label: string,
  misalign = 0,
): number {
  const a = new GuardedBuffer(kernels.memory, current);
  const b = new GuardedBuffer(kernels.memory, reference, misalign);
  const result = kernels.call(kernel, a.pointer, b.pointer, stride);
  expectSameBytes(a.read(label), current, `current ${label}`);
  expectSameBytes(b.read(label), reference, `reference ${label}`);
  a.release();
  b.release();
  return result;
}

function spread16(kernel: string, current: Uint8Array): number {
  const a = new GuardedBuffer(kernels.memory, current);
  const result = kernels.call(kernel, a.pointer);
  a.release();
  return result;
}

describe("sums over 16x16 samples", () => {
  it("are 256 times the difference, or its square, of two flat blocks", () => {
    expect(compare16("sumAbsolute16Scalar", same(10), same(13), 16, "by hand")).toBe(768);
    expect(compare16("sumAbsolute16Scalar", same(255), same(0), 16, "by hand")).toBe(65_280);
    expect(compare16("sumSquared16Scalar", same(10), same(13), 16, "by hand")).toBe(2304);
    expect(compare16("sumSquared16Scalar", same(0), same(255), 16, "by hand")).toBe(16_646_400);
  });

  it("step through the reference by its stride, and no further than 16 samples a row", () => {
    const reference = new Uint8Array(20 * 16).fill(99);
    for (let y = 0; y < 16; y++) reference.fill(y, 20 * y, 20 * y + 16);
    // The sum of 0 to 15 is 120, of their squares 1240; 16 samples a row.
    expect(compare16("sumAbsolute16Scalar", same(0), reference, 20, "by hand")).toBe(1920);
    expect(compare16("sumSquared16Scalar", same(0), reference, 20, "by hand")).toBe(19_840);
    // Rows 1, 5, 9 and 13 alone.
    expect(compare16("sumAbsoluteSparse16Scalar", same(0), reference, 20, "by hand")).toBe(28 * 16);
  });

  it("spread16 is zero for a flat block and 256 times the variance otherwise", () => {
    expect(spread16("spread16Scalar", same(255))).toBe(0);
    // Half 0, half 2: mean 1, each sample one away.
    expect(
      spread16(
        "spread16Scalar",
        Uint8Array.from({ length: 256 }, (_, i) => (i & 1) * 2),
      ),
    ).toBe(256);
    // Half 0, half 255: 127.5 squared times 256.
    expect(
      spread16(
        "spread16Scalar",
        Uint8Array.from({ length: 256 }, (_, i) => (i & 1) * 255),
      ),
    ).toBe(4_161_600);
    // One sample of 16 among zeros: 256 less 16 * 16 / 256.
    expect(spread16("spread16Scalar", Uint8Array.of(16, ...new Uint8Array(255)))).toBe(255);
  });
});

interface BlockCase {
  current: Uint8Array;
  predicted: Uint8Array;
  residual: Int16Array;
  stride: number;
}

/** What each kernel on 8x8 blocks writes; rows of `stride` bytes, what lies between the rows must stay. */
function runBlock(
  kernel: string,
  { current, predicted, residual, stride }: BlockCase,
  label: string,
  misalign = 0,
): Uint8Array {
  const a = new GuardedBuffer(kernels.memory, current, misalign);
  const b = new GuardedBuffer(kernels.memory, predicted, misalign);
  const block = new GuardedBuffer(kernels.memory, bytesOf(residual));
  const target = new GuardedBuffer(kernels.memory, new Uint8Array(7 * stride + 8).fill(0x77), misalign);
  let result: Uint8Array;
  if (kernel.startsWith("residual8")) {
    kernels.call(kernel, block.pointer, a.pointer, stride, b.pointer, stride);
    result = block.read(label);
  } else if (kernel.startsWith("widen8")) {
    kernels.call(kernel, block.pointer, a.pointer, stride);
    result = block.read(label);
  } else if (kernel.startsWith("addResidual8")) {
    kernels.call(kernel, target.pointer, stride, b.pointer, stride, block.pointer);
    result = target.read(label);
  } else {
    kernels.call(kernel, target.pointer, stride, block.pointer);
    result = target.read(label);
  }
  expectSameBytes(a.read(label), current, `current ${label}`);
  expectSameBytes(b.read(label), predicted, `predicted ${label}`);
  for (const buffer of [a, b, block, target]) buffer.release();
  return result;
}

describe("kernels on 8x8 blocks", () => {
  const rows = 7 * 8 + 8;
  const byHand: BlockCase = {
    current: Uint8Array.from({ length: rows }, (_, i) => i),
    predicted: new Uint8Array(rows).fill(60),
    residual: Int16Array.from({ length: 64 }, (_, i) => (i - 32) * 100),
    stride: 8,
  };

  it("residual8 subtracts the prediction", () => {
    const found = new Int16Array(runBlock("residual8Scalar", byHand, "by hand").slice().buffer);
    expect(found).toEqual(Int16Array.from({ length: 64 }, (_, i) => i - 60));
    const extreme = { ...byHand, current: new Uint8Array(rows), predicted: new Uint8Array(rows).fill(255) };
    expect(new Int16Array(runBlock("residual8Scalar", extreme, "by hand").slice().buffer)).toEqual(
      new Int16Array(64).fill(-255),
    );
  });

  it("widen8 keeps the samples", () => {
    expect(new Int16Array(runBlock("widen8Scalar", byHand, "by hand").slice().buffer)).toEqual(
      Int16Array.from({ length: 64 }, (_, i) => i),
    );
  });

  it("addResidual8 clamps 250 + 10 to 255 and 5 - 10 to 0", () => {
    const residual = new Int16Array(64);
    residual.set([10, -10, 5, 6, -250, -251, 32_512, -32_513]);
    const found = runBlock(
      "addResidual8Scalar",
      { ...byHand, predicted: new Uint8Array(rows).fill(250), residual },
      "by hand",
    );
    expect([...found.subarray(0, 9)]).toEqual([255, 240, 255, 255, 0, 0, 255, 0, 250]);
  });

  it("storeBlock8 clamps to 0..255", () => {
    const residual = new Int16Array(64);
    residual.set([-1, 0, 1, 254, 255, 256, 32_767, -32_768]);
    expect([...runBlock("storeBlock8Scalar", { ...byHand, residual }, "by hand").subarray(0, 9)]).toEqual([
      0, 0, 1, 254, 255, 255, 255, 0, 0,
    ]);
  });

  it("addResidual8 works in place", () => {
    const target = new GuardedBuffer(kernels.memory, new Uint8Array(rows).fill(100));
    const block = new GuardedBuffer(kernels.memory, bytesOf(byHand.residual));
    kernels.call("addResidual8Simd", target.pointer, 8, target.pointer, 8, block.pointer);
    expectSameBytes(
      target.read("in place"),
      runBlock("addResidual8Scalar", { ...byHand, predicted: new Uint8Array(rows).fill(100) }, "apart"),
      "in place",
    );
  });
});

for (const fill of FILLS) {
  it(`differences of 16x16, simd equals scalar: fill=${fill.name}`, () => {
    for (const stride of STRIDES) {
      for (const misalign of [0, 1, 15]) {
        for (const other of FILLS) {
          const label = `seed=${SEED} fill=${fill.name} against ${other.name} stride=${stride} misalign=${misalign}`;
          const current = fill.bytes(256, SEED);
          const reference = other.bytes(15 * stride + 16, SEED + stride);
          for (const name of ["sumAbsolute16", "sumAbsoluteSparse16", "sumSquared16"]) {
            expect(compare16(`${name}Simd`, current, reference, stride, label, misalign), `${name} ${label}`).toBe(
              compare16(`${name}Scalar`, current, reference, stride, label),
            );
          }
        }
      }
    }
    expect(spread16("spread16Simd", fill.bytes(256, SEED)), fill.name).toBe(
      spread16("spread16Scalar", fill.bytes(256, SEED)),
    );
  });

  it(`blocks of 8x8, simd equals scalar: fill=${fill.name}`, () => {
    for (const stride of [8, 9, 16, 177]) {
      for (const misalign of [0, 1, 7]) {
        for (const other of FILLS) {
          const label = `seed=${SEED} fill=${fill.name} against ${other.name} stride=${stride} misalign=${misalign}`;
          const random = createRandom(SEED + stride);
          const length = 7 * stride + 8;
          // Small residuals and the contract's limits.
          const residual = Int16Array.from({ length: 64 }, (_, i) =>
            i % 5 === 0 ? (random() & 1 ? 32_512 : -32_513) : (random() % 1021) - 510,
          );
          const input = {
            current: fill.bytes(length, SEED),
            predicted: other.bytes(length, SEED + 1),
            residual,
            stride,
          };
          for (const name of ["residual8", "widen8", "addResidual8", "storeBlock8"]) {
            expectSameBytes(
              runBlock(`${name}Simd`, input, label, misalign),
              runBlock(`${name}Scalar`, input, label),
              `${name} ${label}`,
            );
          }
        }
      }
    }
  });
}
