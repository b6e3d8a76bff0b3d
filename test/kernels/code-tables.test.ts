import { beforeAll, describe, expect, it } from "vitest";
import { type CheckKernels, loadCheckKernels } from "../support/kernels.ts";

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

interface Table {
  name: string;
  /** As assembly/check-codes.ts numbers them. */
  number: number;
  /** Longest code, in bits. */
  bits: number;
  first: number;
  last: number;
  /** Some codes as ISO/IEC 11172-2 prints them. */
  printed: Record<number, string>;
  /** Words of `bits` bits that start with no code of the table: reserved, or other syntax's. */
  free: [from: number, to: number][];
}

const TABLES: Table[] = [
  {
    name: "B.1 macroblock_address_increment",
    number: 0,
    bits: 11,
    first: 1,
    last: 33,
    printed: {
      1: "1",
      2: "011",
      3: "010",
      6: "00011",
      7: "00010",
      8: "0000111",
      9: "0000110",
      14: "00000111",
      15: "00000110",
      16: "0000010111",
      21: "0000010010",
      22: "00000100011",
      33: "00000011000",
    },
    // Escape (8) and stuffing (15) lie here and are held by the slice's reader; below 8 a start code begins.
    free: [[0, 23]],
  },
  {
    name: "B.3 coded_block_pattern",
    number: 1,
    bits: 9,
    first: 1,
    last: 63,
    printed: {
      60: "111",
      4: "1101",
      8: "1100",
      16: "1011",
      32: "1010",
      12: "10011",
      63: "001100",
      3: "001101",
      1: "01011",
      2: "01001",
      39: "000000010",
      27: "000000011",
    },
    free: [[0, 1]],
  },
  {
    name: "B.4 motion code, magnitude",
    number: 2,
    bits: 10,
    first: 0,
    last: 16,
    printed: {
      0: "1",
      1: "01",
      2: "001",
      3: "0001",
      4: "000011",
      5: "0000101",
      8: "000001011",
      11: "0000010001",
      16: "0000001100",
    },
    free: [[0, 11]],
  },
  {
    name: "B.5a dct_dc_size_luminance",
    number: 3,
    bits: 7,
    first: 0,
    last: 8,
    printed: { 0: "100", 1: "00", 2: "01", 3: "101", 4: "110", 5: "1110", 6: "11110", 7: "111110", 8: "1111110" },
    free: [[127, 127]],
  },
  {
    name: "B.5b dct_dc_size_chrominance",
    number: 4,
    bits: 8,
    first: 0,
    last: 8,
    printed: { 0: "00", 1: "01", 2: "10", 3: "110", 4: "1110", 5: "11110", 6: "111110", 7: "1111110", 8: "11111110" },
    free: [[255, 255]],
  },
];

const COEFFICIENTS = 5;
const LEVELS = 41;
/** Table B.5c without its sign, by run and level. */
const PRINTED_COEFFICIENTS: [run: number, level: number, code: string][] = [
  [0, 1, "11"],
  [1, 1, "011"],
  [0, 2, "0100"],
  [2, 1, "0101"],
  [0, 3, "00101"],
  [4, 1, "00110"],
  [3, 1, "00111"],
  [7, 1, "000100"],
  [1, 2, "000110"],
  [2, 2, "0000100"],
  [0, 4, "0000110"],
  [0, 6, "00100001"],
  [13, 1, "00100000"],
  [16, 1, "0000001000"],
  [0, 7, "0000001010"],
  [0, 11, "000000010000"],
  [17, 1, "000000011111"],
  [10, 2, "0000000010000"],
  [0, 15, "0000000010111"],
  [0, 31, "00000000010000"],
  [0, 40, "000000000010000"],
  [1, 14, "000000000011001"],
  [1, 18, "0000000000010000"],
  [31, 1, "0000000000011011"],
];

const text = (packed: number): string => (packed >>> 8).toString(2).padStart(packed & 255, "0");

/** The code that a word starts with, found by comparing with each. */
function byPrefix(codes: Map<string, number>, word: string): [code: string, value: number] | undefined {
  const found = [...codes].filter(([code]) => word.startsWith(code));
  expect(found.length, `codes at the start of ${word}`).toBeLessThanOrEqual(1);
  return found[0];
}

const kraft = (codes: Iterable<string>): number => [...codes].reduce((sum, code) => sum + 2 ** -code.length, 0);

describe.each(TABLES)("table $name", ({ number, bits, first, last, printed, free }) => {
  const codes = (): Map<string, number> =>
    new Map(
      Array.from({ length: last - first + 1 }, (_, i) => [
        text(kernels.call("checkCode", number, first + i)),
        first + i,
      ]),
    );

  it("has the codes that the standard prints", () => {
    const byValue = new Map([...codes()].map(([code, value]) => [value, code]));
    expect(byValue.size).toBe(last - first + 1);
    for (const [value, code] of Object.entries(printed))
      expect(byValue.get(Number(value)), `value ${value}`).toBe(code);
  });

  it("is free of prefixes and leaves exactly the words that the standard leaves", () => {
    const left = free.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    expect(kraft(codes().keys())).toBe(1 - left / 2 ** bits);
  });

  it("is read as it is written, every word", () => {
    const all = codes();
    for (let word = 0; word < 1 << bits; word++) {
      const found = byPrefix(all, word.toString(2).padStart(bits, "0"));
      expect(found === undefined, `word ${word}`).toBe(free.some(([from, to]) => word >= from && word <= to));
      const expected = found === undefined ? -1 : (found[1] << 8) | found[0].length;
      expect(kernels.call("checkTake", number, word << (16 - bits)), `word ${word}`).toBe(expected);
    }
  });
});

describe("table B.5c, coefficients", () => {
  const codes = (): Map<string, number> => {
    const found = new Map<string, number>();
    for (let index = 0; index < 32 * LEVELS; index++) {
      const packed = kernels.call("checkCode", COEFFICIENTS, index);
      if (packed !== 0) found.set(text(packed), index);
    }
    return found;
  };

  it("has the 111 codes of the standard and no other", () => {
    const all = codes();
    expect(all.size).toBe(111);
    for (const [run, level, code] of PRINTED_COEFFICIENTS)
      expect(all.get(code), `run ${run} level ${level}`).toBe(run * LEVELS + level);
    // The longest levels of each run: 40, 18, 5, 4, 3, 3, 3, 2 ... 2 up to run 16, 1 up to run 31.
    const longest = Array.from({ length: 32 }, (_, run) =>
      Math.max(
        ...[...all.values()].filter((index) => Math.floor(index / LEVELS) === run).map((index) => index % LEVELS),
      ),
    );
    expect(longest).toEqual([40, 18, 5, 4, 3, 3, 3, ...Array(10).fill(2), ...Array(15).fill(1)]);
  });

  it("is, with end of block (10) and escape (000001), free of prefixes and complete but for sixteen words", () => {
    expect(kraft([...codes().keys(), "10", "000001"])).toBe(1 - 16 / 65_536);
  });

  it("is read as it is written, every word of 16 bits", () => {
    const all = codes();
    const byWord = new Int32Array(65_536);
    for (const [code, index] of all) {
      const entry = (Math.floor(index / LEVELS) << 16) | ((index % LEVELS) << 8) | code.length;
      const start = Number.parseInt(code.padEnd(16, "0"), 2);
      for (let word = start; word < start + 2 ** (16 - code.length); word++) {
        expect(byWord[word], `word ${word} taken twice`).toBe(0);
        byWord[word] = entry;
      }
    }
    for (let word = 0; word < 65_536; word++) {
      const entry = kernels.call("checkTake", COEFFICIENTS, word);
      if (entry !== byWord[word])
        expect.fail(`word ${word.toString(2).padStart(16, "0")}: ${entry}, expected ${byWord[word]}`);
    }
  });
});
