import { beforeAll, describe, expect, it } from "vitest";
import { COUNTS, FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const ERROR_ARGUMENT = -4;
const SEED = 11;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

function run(
  kernel: string,
  src: Uint8Array,
  pad: Uint8Array,
  padOffset: number,
  label: string,
  misalign = 0,
): Uint8Array {
  const out = new GuardedBuffer(kernels.memory, src.length, misalign);
  const input = new GuardedBuffer(kernels.memory, src, misalign);
  const padding = new GuardedBuffer(kernels.memory, pad);
  expect(kernels.call(kernel, out.pointer, input.pointer, src.length, padding.pointer, pad.length, padOffset)).toBe(0);
  const result = out.read(label);
  expectSameBytes(input.read(label), src, `input ${label}`);
  for (const buffer of [out, input, padding]) buffer.release();
  return result;
}

describe("xorRepeat", () => {
  it("repeats the pad from its offset on", () => {
    const src = Uint8Array.of(0x00, 0xff, 0x0f, 0x55, 0xaa);
    // pad positions 2, 0, 1, 2, 0
    const expected = Uint8Array.of(0x00 ^ 0x30, 0xff ^ 0x10, 0x0f ^ 0x20, 0x55 ^ 0x30, 0xaa ^ 0x10);
    expect(run("xorRepeatScalar", src, Uint8Array.of(0x10, 0x20, 0x30), 2, "by hand")).toEqual(expected);
    expect(run("xorRepeatScalar", src, Uint8Array.of(0x10, 0x20, 0x30), 5, "offset beyond the pad")).toEqual(expected);
  });

  it("gives the input back when applied twice in place", () => {
    const src = FILLS[0]?.bytes(1000, SEED) as Uint8Array;
    const buffer = new GuardedBuffer(kernels.memory, src);
    const pad = new GuardedBuffer(kernels.memory, Uint8Array.of(9, 8, 7, 6, 5));
    kernels.raw.xorRepeat(buffer.pointer, buffer.pointer, 1000, pad.pointer, 5, 3);
    expect(buffer.read("once")).not.toEqual(src);
    kernels.raw.xorRepeat(buffer.pointer, buffer.pointer, 1000, pad.pointer, 5, 3);
    expectSameBytes(buffer.read("twice"), src, "twice");
  });

  it.each([
    { count: 4, padLength: 0, padOffset: 0 },
    { count: 4, padLength: -1, padOffset: 0 },
    { count: 4, padLength: 4, padOffset: -1 },
    { count: -1, padLength: 4, padOffset: 0 },
  ])(
    "refuses count $count, pad length $padLength, offset $padOffset and writes nothing",
    ({ count, padLength, padOffset }) => {
      const buffer = new GuardedBuffer(kernels.memory, Uint8Array.of(1, 2, 3, 4));
      for (const kernel of ["xorRepeatScalar", "xorRepeatSimd", "xorRepeat"]) {
        expect(kernels.call(kernel, buffer.pointer, buffer.pointer, count, buffer.pointer, padLength, padOffset)).toBe(
          ERROR_ARGUMENT,
        );
      }
      expect(buffer.read("refused")).toEqual(Uint8Array.of(1, 2, 3, 4));
    },
  );

  for (const fill of FILLS) {
    for (const count of COUNTS) {
      it(`simd equals scalar: fill=${fill.name} count=${count}`, () => {
        const src = fill.bytes(count, SEED);
        for (const padLength of [1, 2, 3, 5, 7, 8, 13, 15, 16, 17, 31, 100, 2000]) {
          const pad = (FILLS[0] as (typeof FILLS)[0]).bytes(padLength, SEED + padLength);
          for (const padOffset of [0, 1, padLength - 1, padLength + 3, 0x7fffffff]) {
            const label = `seed=${SEED} fill=${fill.name} count=${count} padLength=${padLength} padOffset=${padOffset}`;
            const scalar = run("xorRepeatScalar", src, pad, padOffset, label);
            expectSameBytes(run("xorRepeatSimd", src, pad, padOffset, label, 1), scalar, label);
          }
        }
      });
    }
  }
});
