import { beforeAll, describe, expect, it } from "vitest";
import { below, createRandom, FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const ERROR_TRUNCATED = -1;
const ERROR_ARGUMENT = -4;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

/** Cuts and merges again; fails unless the bytes come back. */
function cut(bytes: Uint8Array, rows: [gap: number, size: number][], label: string) {
  const cutBytes = rows.reduce((sum, [, size]) => sum + size, 0);
  const { memory, raw } = kernels;
  const source = new GuardedBuffer(memory, bytes);
  const table = new GuardedBuffer(memory, new Uint8Array(Int32Array.from(rows.flat()).buffer));
  const open = new GuardedBuffer(memory, bytes.length - cutBytes);
  const away = new GuardedBuffer(memory, cutBytes);
  const status = raw.cutRanges(open.pointer, away.pointer, source.pointer, bytes.length, table.pointer, rows.length);
  expect(status, label).toBe(cutBytes);
  const result = { open: open.read(label), cut: away.read(label) };
  const merged = new GuardedBuffer(memory, bytes.length);
  expect(
    raw.mergeRanges(merged.pointer, bytes.length, open.pointer, away.pointer, table.pointer, rows.length),
    label,
  ).toBe(cutBytes);
  expectSameBytes(merged.read(label), bytes, `merged ${label}`);
  for (const buffer of [source, table, open, away, merged]) buffer.release();
  return result;
}

describe("cutRanges and mergeRanges", () => {
  it("cut at the start, in the middle, side by side and at the end", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect(
      cut(
        bytes,
        [
          [0, 1],
          [2, 1],
          [0, 1],
          [2, 1],
        ],
        "by hand",
      ),
    ).toEqual({ open: Uint8Array.of(2, 3, 6, 7), cut: Uint8Array.of(1, 4, 5, 8) });
  });

  it("cut nothing, everything, and empty ranges", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(cut(bytes, [], "nothing")).toEqual({ open: bytes, cut: new Uint8Array() });
    expect(cut(bytes, [[0, 3]], "everything")).toEqual({ open: new Uint8Array(), cut: bytes });
    expect(cut(bytes, [[1, 0]], "empty range")).toEqual({ open: bytes, cut: new Uint8Array() });
    expect(cut(new Uint8Array(), [], "no bytes")).toEqual({ open: new Uint8Array(), cut: new Uint8Array() });
  });

  it("give random bytes back", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = createRandom(seed);
      const rows = Array.from({ length: below(random, 30) }, (): [number, number] => [
        below(random, 400),
        below(random, 60),
      ]);
      const length = rows.reduce((sum, [gap, size]) => sum + gap + size, below(random, 300));
      cut((FILLS[0] as (typeof FILLS)[0]).bytes(length, seed), rows, `seed=${seed}`);
    }
  });

  it("refuse negative numbers and ranges beyond the end, with nothing written", () => {
    const { memory, raw } = kernels;
    const space = new GuardedBuffer(memory, Uint8Array.of(1, 2, 3, 4));
    const out = new GuardedBuffer(memory, new Uint8Array(8));
    const cases: [rows: number[], length: number, count: number, status: number][] = [
      [[-1, 1], 4, 1, ERROR_ARGUMENT],
      [[1, -1], 4, 1, ERROR_ARGUMENT],
      [[0, 1], -1, 1, ERROR_ARGUMENT],
      [[0, 1], 4, -1, ERROR_ARGUMENT],
      [[3, 2], 4, 1, ERROR_TRUNCATED],
      [[0x7fffffff, 0x7fffffff], 4, 1, ERROR_TRUNCATED],
    ];
    for (const [rows, length, count, status] of cases) {
      const table = new GuardedBuffer(memory, new Uint8Array(Int32Array.from(rows).buffer));
      const [at, to] = [space.pointer, out.pointer];
      expect(raw.cutRanges(to, to, at, length, table.pointer, count), String(rows)).toBe(status);
      expect(raw.mergeRanges(to, length, at, at, table.pointer, count), String(rows)).toBe(status);
      expect(out.read(String(rows))).toEqual(new Uint8Array(8));
      table.release();
    }
  });
});
