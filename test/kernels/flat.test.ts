import { beforeAll, expect, it } from "vitest";
import { FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 47;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

function run(kernel: string, samples: Uint8Array, stride: number, value: number): Uint8Array {
  const target = new GuardedBuffer(kernels.memory, samples);
  kernels.call(kernel, target.pointer, stride, value);
  const result = target.read(kernel);
  target.release();
  return result;
}

it("addFlat8 clamps to 0..255 and leaves what lies beside the block", () => {
  const samples = new Uint8Array(8 * 9).fill(250);
  const brighter = run("addFlat8Scalar", samples, 9, 10);
  expect([...brighter.subarray(0, 10)]).toEqual([255, 255, 255, 255, 255, 255, 255, 255, 250, 255]);
  expect(run("addFlat8Scalar", samples, 9, -251)[0]).toBe(0);
});

it("storeFlat8 clamps to 0..255 and leaves what lies beside the block", () => {
  const stored = run("storeFlat8Scalar", new Uint8Array(8 * 9).fill(7), 9, 300);
  expect([...stored.subarray(0, 10)]).toEqual([255, 255, 255, 255, 255, 255, 255, 255, 7, 255]);
  expect(run("storeFlat8Scalar", new Uint8Array(64), 8, 41)).toEqual(new Uint8Array(64).fill(41));
});

for (const [name, fill] of ["addFlat8", "storeFlat8"].flatMap((name) => FILLS.map((fill) => [name, fill] as const)))
  it(`${name}, simd equals scalar: fill=${fill.name}`, () => {
    for (const stride of [8, 9, 16, 61]) {
      const samples = fill.bytes(7 * stride + 8, SEED + stride);
      for (const value of [0, 1, -1, 127, 128, 255, 256, 1024, -128, -255, -256, -1024, 32_767, -32_768]) {
        const [scalar, simd] = ["Scalar", "Simd"].map((form) => run(`${name}${form}`, samples, stride, value));
        expectSameBytes(simd as Uint8Array, scalar as Uint8Array, `seed=${SEED} stride=${stride} value=${value}`);
      }
    }
  });
