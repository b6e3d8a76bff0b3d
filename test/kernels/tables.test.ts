import { beforeAll, describe, expect, it } from "vitest";
import { FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const OK = 0;
const ERROR_ARGUMENT = -4;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

function run(kernel: "splitTable" | "joinTable", bytes: Uint8Array, columns: number, delta: number): Uint8Array {
  const source = new GuardedBuffer(kernels.memory, bytes);
  const target = new GuardedBuffer(kernels.memory, bytes.length);
  const label = `${kernel} columns=${columns} delta=${delta}`;
  expect(kernels.raw[kernel](target.pointer, source.pointer, bytes.length / 4 / columns, columns, delta), label).toBe(
    OK,
  );
  const result = target.read(label);
  for (const buffer of [source, target]) buffer.release();
  return result;
}

describe("splitTable and joinTable", () => {
  it("put all first bytes of a column before all second bytes", () => {
    const rows = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect(run("splitTable", rows, 1, 0)).toEqual(Uint8Array.of(1, 5, 2, 6, 3, 7, 4, 8));
  });

  it("put one column behind the other", () => {
    const rows = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect(run("splitTable", rows, 2, 0)).toEqual(rows);
  });

  it("take differences modulo 2^32", () => {
    const rows = Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 255, 0, 0, 2, 1);
    // 256, then -1 = ff ff ff ff, then 258 = 00 00 01 02
    expect(run("splitTable", rows, 1, 1)).toEqual(Uint8Array.of(0, 255, 0, 0, 255, 0, 1, 255, 1, 0, 255, 2));
  });

  for (const fill of FILLS) {
    for (const columns of [1, 2, 3, 4]) {
      for (const delta of [0, 1]) {
        it(`undo each other: fill=${fill.name} columns=${columns} delta=${delta}`, () => {
          for (const rows of [0, 1, 2, 17, 1023]) {
            const bytes = fill.bytes(rows * columns * 4, rows + 1);
            const split = run("splitTable", bytes, columns, delta);
            expectSameBytes(run("joinTable", split, columns, delta), bytes, `rows=${rows}`);
          }
        });
      }
    }
  }

  it("refuse what is out of range", () => {
    const space = new GuardedBuffer(kernels.memory, 64).pointer;
    for (const [rows, columns, delta] of [
      [-1, 1, 0],
      [1, 0, 0],
      [1, 5, 0],
      [1, 1, 2],
    ] as const) {
      expect(kernels.raw.splitTable(space, space, rows, columns, delta)).toBe(ERROR_ARGUMENT);
      expect(kernels.raw.joinTable(space, space, rows, columns, delta)).toBe(ERROR_ARGUMENT);
    }
  });
});
