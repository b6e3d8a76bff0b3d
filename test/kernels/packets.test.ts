import { beforeAll, describe, expect, it } from "vitest";
import { below, createRandom, FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const ERROR_ARGUMENT = -4;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

/** Cuts and merges again; fails unless the packets come back. */
function cut(packets: Uint8Array, sizes: number[], withheldBytes: number, label: string) {
  const withheldLength = sizes.reduce((sum, size) => sum + Math.min(size, withheldBytes), 0);
  const source = new GuardedBuffer(kernels.memory, packets);
  const table = new GuardedBuffer(kernels.memory, new Uint8Array(Int32Array.from(sizes).buffer));
  const open = new GuardedBuffer(kernels.memory, packets.length - withheldLength);
  const withheld = new GuardedBuffer(kernels.memory, withheldLength);
  const { cutPackets, mergePackets } = kernels.raw;
  expect(
    cutPackets(open.pointer, withheld.pointer, source.pointer, table.pointer, sizes.length, withheldBytes),
    label,
  ).toBe(withheldLength);
  const result = { open: open.read(label), withheld: withheld.read(label) };

  const merged = new GuardedBuffer(kernels.memory, packets.length);
  expect(
    mergePackets(merged.pointer, open.pointer, withheld.pointer, table.pointer, sizes.length, withheldBytes),
    label,
  ).toBe(packets.length);
  expectSameBytes(merged.read(label), packets, `merged ${label}`);
  for (const buffer of [source, table, open, withheld, merged]) buffer.release();
  return result;
}

describe("cutPackets and mergePackets", () => {
  it("withholds the first bytes of each packet, short and empty packets whole", () => {
    expect(cut(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), [4, 1, 0, 3], 2, "by hand")).toEqual({
      open: Uint8Array.of(3, 4, 8),
      withheld: Uint8Array.of(1, 2, 5, 6, 7),
    });
  });

  it("withholds nothing of no packets and nothing at zero bytes", () => {
    expect(cut(new Uint8Array(0), [], 5, "no packets")).toEqual({
      open: new Uint8Array(0),
      withheld: new Uint8Array(0),
    });
    expect(cut(Uint8Array.of(1, 2), [2], 0, "zero bytes")).toEqual({
      open: Uint8Array.of(1, 2),
      withheld: new Uint8Array(0),
    });
  });

  it("gives random packets back", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = createRandom(seed);
      const sizes = Array.from({ length: below(random, 40) }, () => below(random, 1 << below(random, 11)));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const packets = (FILLS[0] as (typeof FILLS)[0]).bytes(total, seed);
      cut(packets, sizes, below(random, 64), `seed=${seed}`);
    }
  });

  it("refuses negative numbers", () => {
    const { cutPackets, mergePackets } = kernels.raw;
    const table = new GuardedBuffer(kernels.memory, new Uint8Array(Int32Array.of(-1).buffer));
    const space = new GuardedBuffer(kernels.memory, 16);
    const at = space.pointer;
    for (const [count, withheldBytes] of [
      [1, 4],
      [-1, 4],
      [0, -1],
    ] as const) {
      expect(cutPackets(at, at, at, table.pointer, count, withheldBytes)).toBe(ERROR_ARGUMENT);
      expect(mergePackets(at, at, at, table.pointer, count, withheldBytes)).toBe(ERROR_ARGUMENT);
    }
  });
});
