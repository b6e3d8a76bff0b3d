import { beforeAll, describe, expect, it } from "vitest";
import { COUNTS, FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 23;
const GRAY = 0;
const BINARY = 1;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

function split(kernel: string, src: Uint8Array, mode: number, label: string, misalign = 0) {
  const low7 = new GuardedBuffer(kernels.memory, src.length, misalign);
  const bits = new GuardedBuffer(kernels.memory, (src.length + 7) >> 3, misalign);
  const input = new GuardedBuffer(kernels.memory, src, misalign);
  kernels.call(kernel, low7.pointer, bits.pointer, input.pointer, src.length, mode);
  const result = { low7: low7.read(label), bits: bits.read(label) };
  expectSameBytes(input.read(label), src, `input ${label}`);
  for (const buffer of [low7, bits, input]) buffer.release();
  return result;
}

function merge(kernel: string, low7: Uint8Array, bits: Uint8Array, mode: number, label: string, misalign = 0) {
  const dst = new GuardedBuffer(kernels.memory, low7.length, misalign);
  const low = new GuardedBuffer(kernels.memory, low7, misalign);
  const plane = new GuardedBuffer(kernels.memory, bits, misalign);
  kernels.call(kernel, dst.pointer, low.pointer, plane.pointer, low7.length, mode);
  const result = dst.read(label);
  for (const buffer of [dst, low, plane]) buffer.release();
  return result;
}

const SAMPLES = Uint8Array.of(0, 127, 128, 255, 1, 129, 254, 64, 200);

describe("splitPlane", () => {
  it("reflects samples from 128 up (Gray) and packs the top bits, first sample topmost", () => {
    expect(split("splitPlaneScalar", SAMPLES, GRAY, "by hand")).toEqual({
      low7: Uint8Array.of(0, 127, 127, 0, 1, 126, 1, 64, 55),
      bits: Uint8Array.of(0b00110110, 0b10000000),
    });
  });

  it("keeps the low seven bits as they are (binary)", () => {
    expect(split("splitPlaneScalar", SAMPLES, BINARY, "by hand")).toEqual({
      low7: Uint8Array.of(0, 127, 0, 127, 1, 1, 126, 64, 72),
      bits: Uint8Array.of(0b00110110, 0b10000000),
    });
  });

  it("works in place", () => {
    const src = (FILLS[0] as (typeof FILLS)[0]).bytes(100, SEED);
    for (const mode of [GRAY, BINARY]) {
      const samples = new GuardedBuffer(kernels.memory, src);
      const bits = new GuardedBuffer(kernels.memory, 13);
      kernels.raw.splitPlane(samples.pointer, bits.pointer, samples.pointer, 100, mode);
      expectSameBytes(samples.read("split"), split("splitPlaneScalar", src, mode, "reference").low7, `mode=${mode}`);
      kernels.raw.mergePlane(samples.pointer, samples.pointer, bits.pointer, 100, mode);
      expectSameBytes(samples.read("merged"), src, `mode=${mode}`);
    }
  });
});

describe("mergePlane", () => {
  it("clamps decoded low bits to 127 before it undoes the split", () => {
    const low7 = Uint8Array.of(0, 127, 128, 255, 130, 5, 0, 127);
    const bits = Uint8Array.of(0b00011111);
    expect(merge("mergePlaneScalar", low7, bits, GRAY, "by hand")).toEqual(
      Uint8Array.of(0, 127, 127, 128, 128, 250, 255, 128),
    );
    expect(merge("mergePlaneScalar", low7, bits, BINARY, "by hand")).toEqual(
      Uint8Array.of(0, 127, 127, 255, 255, 133, 128, 255),
    );
  });

  it("gives every sample value back", () => {
    const src = Uint8Array.from({ length: 256 }, (_, value) => value);
    for (const mode of [GRAY, BINARY]) {
      const { low7, bits } = split("splitPlane", src, mode, `mode=${mode}`);
      expect(low7.every((low) => low < 128)).toBe(true);
      expectSameBytes(merge("mergePlane", low7, bits, mode, `mode=${mode}`), src, `mode=${mode}`);
    }
  });
});

for (const fill of FILLS) {
  for (const count of COUNTS) {
    it(`bit plane, simd equals scalar: fill=${fill.name} count=${count}`, () => {
      const src = fill.bytes(count, SEED);
      const plane = (FILLS[0] as (typeof FILLS)[0]).bytes((count + 7) >> 3, SEED + count);
      for (const mode of [GRAY, BINARY]) {
        const label = `seed=${SEED} fill=${fill.name} count=${count} mode=${mode}`;
        const scalar = split("splitPlaneScalar", src, mode, label);
        const simd = split("splitPlaneSimd", src, mode, label, 1);
        expectSameBytes(simd.low7, scalar.low7, `low7 ${label}`);
        expectSameBytes(simd.bits, scalar.bits, `bits ${label}`);
        expectSameBytes(
          merge("mergePlaneSimd", src, plane, mode, label, 1),
          merge("mergePlaneScalar", src, plane, mode, label),
          `merge ${label}`,
        );
      }
    });
  }
}
