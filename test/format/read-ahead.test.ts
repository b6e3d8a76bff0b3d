import { describe, expect, it } from "vitest";
import { type ByteSource, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { readAhead } from "../../codec/bytes/read-ahead.ts";

const BYTES = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 7 + (i >> 8)) & 255);

/** Tells which reads reach the source. */
function watched(): { source: ByteSource; reads: [number, number][] } {
  const inner = sourceFromBytes(BYTES);
  const reads: [number, number][] = [];
  return {
    reads,
    source: {
      size: inner.size,
      read: (offset, length) => {
        reads.push([offset, length]);
        return inner.read(offset, length);
      },
    },
  };
}

describe("reading ahead", () => {
  it("gives the source's bytes from any place, across blocks, at the end, and more than it keeps", async () => {
    const source = readAhead(watched().source, 1000);
    expect(source.size).toBe(10_000);
    for (const [offset, length] of [
      [0, 10],
      [990, 20],
      [2500, 1600],
      [9990, 10],
      [0, 10_000],
      [5000, 0],
      [10_000, 0],
      [7, 1],
    ] as const)
      expect(await source.read(offset, length), `${length} bytes from ${offset}`).toEqual(
        BYTES.subarray(offset, offset + length),
      );
  });

  it("asks for each block once while a reader goes through, before the reader comes to it", async () => {
    const { source, reads } = watched();
    const ahead = readAhead(source, 1000);
    await ahead.read(0, 30);
    expect(reads).toEqual([
      [0, 1000],
      [1000, 1000],
    ]);
    for (let offset = 30; offset + 30 <= 10_000; offset += 30) await ahead.read(offset, 30);
    expect(reads.map(([offset]) => offset)).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000]);
  });

  it("serves two readers, one a block before the other, with the same blocks", async () => {
    const { source, reads } = watched();
    const ahead = readAhead(source, 1000);
    for (let offset = 0; offset < 10_000; offset += 100) {
      await ahead.read(Math.min(9900, offset + 1000), 100);
      await ahead.read(offset, 100);
    }
    expect(reads.map(([offset]) => offset).sort()).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000]);
  });

  it("tries a block again that could not be read", async () => {
    let broken = true;
    const ahead = readAhead(
      {
        size: 10,
        read: async (offset, length) => {
          if (broken) throw new Error("unplugged");
          return BYTES.subarray(offset, offset + length);
        },
      },
      1000,
    );
    await expect(ahead.read(0, 4)).rejects.toThrow("unplugged");
    broken = false;
    expect(await ahead.read(0, 4)).toEqual(BYTES.subarray(0, 4));
  });
});
