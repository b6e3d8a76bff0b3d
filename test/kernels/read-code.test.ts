import { beforeAll, describe, expect, it } from "vitest";
import { below, createRandom } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";
import {
  belowWhite,
  fromBits,
  lineOf,
  PLANE_WIDTHS,
  type Plane,
  paintPlane,
  paintPlanes,
  paintRuns,
  toBits,
} from "../support/planes.ts";
import {
  hasTiffcp,
  readTiffStrip,
  recompressTiff,
  TIFF_GROUP3,
  TIFF_GROUP4,
  TIFF_UNCOMPRESSED,
  writeTiff,
} from "../support/tiff.ts";

const ERROR_TRUNCATED = -1;
const ERROR_SYNTAX = -2;
const ERROR_SPACE = -3;
const ERROR_ARGUMENT = -4;
const SEED = 71;

const END_OF_LINE = "000000000001";
const END_OF_BLOCK = END_OF_LINE + END_OF_LINE;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

/** More than any plane of that size can take: a pixel costs at most 6 bits on average, a line and a plane a little more. */
function roomFor({ widthPixels, lines }: Plane): number {
  return lines * (widthPixels + 16) + 16;
}

function encode(plane: Plane): Uint8Array {
  const bits = new GuardedBuffer(kernels.memory, plane.bytes);
  const out = new GuardedBuffer(kernels.memory, roomFor(plane));
  const length = kernels.raw.encodePlane(
    out.pointer,
    out.length,
    bits.pointer,
    plane.widthPixels,
    plane.lines,
    plane.strideBytes,
  );
  expect(length, plane.name).toBeGreaterThanOrEqual(0);
  const code = out.read(plane.name).slice(0, length);
  expectSameBytes(bits.read(plane.name), plane.bytes, `input ${plane.name}`);
  for (const buffer of [bits, out]) buffer.release();
  return code;
}

/** The code without its filling. */
function encodeToBits(plane: Plane, times = 1): string {
  const bits = new GuardedBuffer(kernels.memory, plane.bytes);
  const out = new GuardedBuffer(kernels.memory, times * roomFor(plane));
  const { widthPixels, lines, strideBytes } = plane;
  const count = kernels.call(
    "checkWritePlanes",
    out.pointer,
    out.length,
    bits.pointer,
    widthPixels,
    lines,
    strideBytes,
    times,
  );
  expect(count, plane.name).toBeGreaterThanOrEqual(0);
  const code = toBits(out.read(plane.name), count);
  for (const buffer of [bits, out]) buffer.release();
  return code;
}

/** Decodes into memory full of ones, so that bits left alone show. */
function decode(code: Uint8Array, { name, widthPixels, lines, strideBytes }: Plane) {
  const source = new GuardedBuffer(kernels.memory, code);
  const bits = new GuardedBuffer(kernels.memory, new Uint8Array(strideBytes * lines).fill(0xff));
  const result = kernels.raw.decodePlane(bits.pointer, widthPixels, lines, strideBytes, source.pointer, code.length);
  const bytes = bits.read(name);
  for (const buffer of [source, bits]) buffer.release();
  return { result, bytes };
}

function planeOf(widthPixels: number, ...rows: number[][]): Plane {
  const strideBytes = (widthPixels + 7) >> 3;
  return { name: "by hand", widthPixels, lines: rows.length, strideBytes, bytes: Uint8Array.from(rows.flat()) };
}

describe("lines worked by hand", () => {
  it.each([
    ["8 white pixels", planeOf(8, [0x00]), "10011"],
    ["8 black pixels behind a white run of none", planeOf(8, [0xff]), "00110101 000101"],
    ["white 4, black 8, white 4", planeOf(16, [0x0f, 0xf0]), "1011 000101 1011"],
    ["white 80 of make-up 64 and 16", planeOf(80, Array(10).fill(0)), "11011 101010"],
    [
      "white 5200 of twice 2560, 64 and 16",
      planeOf(5200, Array(650).fill(0)),
      "000000011111 000000011111 11011 101010",
    ],
    ["white 2624 of 2560, 64 and 0", planeOf(2624, Array(328).fill(0)), "000000011111 11011 00110101"],
    ["white 2616 of 2560 and 56", planeOf(2616, Array(327).fill(0)), "000000011111 01011001"],
    ["black 1792", planeOf(1792, Array(224).fill(0xff)), "00110101 00000001000 0000110111"],
    ["a line like the one above: V0 a change", planeOf(16, [0x0f, 0xf0], [0x0f, 0xf0]), "1011 000101 1011 1 1 1"],
    ["a run that ended above: pass", planeOf(16, [0x0f, 0xf0], [0x00, 0x00]), "1011 000101 1011 0001 1"],
    [
      "a run that begins: horizontal white 8, black 4",
      planeOf(16, [0x00, 0x00], [0x00, 0xf0]),
      "101010 001 10011 011 1",
    ],
    ["edges moved by 1 right and 2 left", planeOf(16, [0x0f, 0xf0], [0x07, 0xc0]), "1011 000101 1011 011 000010 1"],
    [
      "edges moved by 3 left and 3 right",
      planeOf(16, [0x0f, 0xf0], [0x7f, 0xfe]),
      "1011 000101 1011 0000010 0000011 1",
    ],
    ["edges moved by 2 right and 1 left", planeOf(16, [0x0f, 0xf0], [0x03, 0xe0]), "1011 000101 1011 000011 010 1"],
    ["black from the first pixel on", planeOf(8, [0x00], [0xff]), "10011 001 00110101 000101"],
  ])("codes %s", (_, plane, spaced) => {
    const bits = spaced.replaceAll(" ", "");
    expect(encodeToBits(plane)).toBe(bits);
    expect(encode(plane)).toEqual(fromBits(bits));
    expect(decode(fromBits(bits), plane)).toEqual({ result: fromBits(bits).length, bytes: plane.bytes });
  });

  it("ignores bits behind the width and bytes behind the row", () => {
    const clean: Plane = {
      name: "clean",
      widthPixels: 10,
      lines: 2,
      strideBytes: 3,
      bytes: Uint8Array.of(0x12, 0x40, 0, 0x34, 0x80, 0),
    };
    const dirty: Plane = { ...clean, name: "dirty", bytes: Uint8Array.of(0x12, 0x7f, 0x55, 0x34, 0xbf, 0x66) };
    expect(encode(dirty)).toEqual(encode(clean));
    expect(decode(encode(clean), clean).bytes).toEqual(Uint8Array.of(0x12, 0x40, 0xff, 0x34, 0x80, 0xff));
  });

  it("codes no lines as no bytes", () => {
    const empty: Plane = { name: "empty", widthPixels: 8, lines: 0, strideBytes: 1, bytes: new Uint8Array(0) };
    expect(encode(empty)).toHaveLength(0);
    expect(decode(new Uint8Array(0), empty).result).toBe(0);
  });
});

describe("round trips", () => {
  for (const width of PLANE_WIDTHS) {
    it(`give every kind of plane back, ${width} pixels wide`, () => {
      for (const plane of paintPlanes(9, SEED).filter(({ widthPixels }) => widthPixels === width)) {
        const code = encode(plane);
        const { result, bytes } = decode(code, plane);
        expect(result, `seed=${SEED} ${plane.name}`).toBe(code.length);
        expectSameBytes(bytes, plane.bytes, `seed=${SEED} ${plane.name}`);
      }
    });
  }

  it("give planes back that were written bit behind bit", () => {
    const plane = paintPlane("slanted edges", 200, 7, SEED);
    const code = encodeToBits(plane, 3);
    expect(code).toBe(encodeToBits(plane).repeat(3));
    const source = new GuardedBuffer(kernels.memory, fromBits(code));
    const bits = new GuardedBuffer(kernels.memory, 3 * plane.bytes.length);
    expect(
      kernels.call(
        "checkReadPlanes",
        bits.pointer,
        plane.bytes.length,
        200,
        7,
        plane.strideBytes,
        source.pointer,
        source.length,
        3,
      ),
    ).toBe(code.length);
    expect(toBits(bits.read("three planes"))).toBe(toBits(plane.bytes).repeat(3));
  });

  it("keep planes coherent from line to line small", () => {
    const plane = paintPlane("discs", 720, 480, SEED);
    expect(encode(plane).length).toBeLessThan(plane.bytes.length / 3);
  });
});

describe("limits", () => {
  it.each([
    { widthPixels: 0, lines: 1, strideBytes: 1 },
    { widthPixels: -8, lines: 1, strideBytes: 1 },
    { widthPixels: 2 ** 24 + 1, lines: 0, strideBytes: 2 ** 22 },
    { widthPixels: 9, lines: 1, strideBytes: 1 },
    { widthPixels: 8, lines: -1, strideBytes: 1 },
  ])("refuses $widthPixels pixels, $lines lines, $strideBytes bytes a row", ({ widthPixels, lines, strideBytes }) => {
    const buffer = new GuardedBuffer(kernels.memory, 64);
    const at = buffer.pointer;
    expect(kernels.raw.encodePlane(at, 32, at + 32, widthPixels, lines, strideBytes)).toBe(ERROR_ARGUMENT);
    expect(kernels.raw.decodePlane(at, widthPixels, lines, strideBytes, at + 32, 32)).toBe(ERROR_ARGUMENT);
    expect(buffer.read("refused").every((byte) => byte === 0xa5)).toBe(true);
  });

  it("says ERROR_SPACE at every capacity that is too small, and writes nothing behind it", () => {
    for (const name of ["noise", "slanted edges", "white"]) {
      const plane = paintPlane(name, 200, 5, SEED);
      const needed = encode(plane).length;
      const bits = new GuardedBuffer(kernels.memory, plane.bytes);
      for (let capacity = 0; capacity <= needed; capacity++) {
        const out = new GuardedBuffer(kernels.memory, capacity);
        const length = kernels.raw.encodePlane(out.pointer, capacity, bits.pointer, 200, 5, plane.strideBytes);
        expect(length, `${plane.name} capacity=${capacity}`).toBe(capacity < needed ? ERROR_SPACE : needed);
        out.read(`${plane.name} capacity=${capacity}`);
        out.release();
      }
      bits.release();
    }
  });

  it("says ERROR_TRUNCATED for every code cut short, and ignores what follows a whole one", () => {
    for (const name of ["noise", "slanted edges", "rare dots", "black"]) {
      const plane = paintPlane(name, 100, 6, SEED);
      const code = encode(plane);
      for (let length = 0; length < code.length; length++) {
        expect(decode(code.subarray(0, length), plane).result, `${plane.name} cut to ${length}`).toBe(ERROR_TRUNCATED);
      }
      const { result, bytes } = decode(Uint8Array.of(...code, 0xff, 0xff, 0xff), plane);
      expect(result).toBe(code.length);
      expectSameBytes(bytes, plane.bytes, plane.name);
    }
  });

  it.each([
    ["a code no table holds", planeOf(16, [0, 0]), "0000000000000000"],
    ["a run longer than the line", planeOf(8, [0]), "101010 0000000000"],
    ["make-up codes without end", planeOf(8, [0]), "000000011111".repeat(20)],
    ["a vertical code out of the line", planeOf(8, [0], [0]), "10011 011 0000000000000000"],
    ["a vertical code that does not move on", planeOf(8, [0x80], [0]), "00110101 010 00111 1 0000010 0000000000000000"],
    ["a pass code without a run above", planeOf(8, [0], [0]), "10011 0001 1 0000000000000000"],
    ["an extension code", planeOf(8, [0], [0]), "10011 0000001111 0000000000000000"],
  ])("says ERROR_SYNTAX for %s", (_, plane, spaced) => {
    expect(decode(fromBits(spaced.replaceAll(" ", "")), plane).result).toBe(ERROR_SYNTAX);
  });
});

describe("hostile input", () => {
  // The last page of memory belongs to no allocation: a read or write behind its end traps.
  async function atEndOfMemory() {
    const own = await loadCheckKernels();
    own.raw.memory.grow(1);
    const end = own.raw.memory.buffer.byteLength;
    return { raw: own.raw, memory: new Uint8Array(own.raw.memory.buffer), end };
  }

  it("never traps on random or damaged codes, and stays inside its buffers", async () => {
    const { raw, memory, end } = await atEndOfMemory();
    const planes = paintPlanes(6, SEED).filter(({ widthPixels }) => widthPixels <= 720);
    const codes = planes.map(encode);
    const outcomes = new Map<number, number>();
    for (let round = 0; round < 20_000; round++) {
      const random = createRandom(round);
      const index = below(random, planes.length);
      const plane = planes[index] as Plane;
      let code: Uint8Array;
      if ((random() & 3) === 0) code = Uint8Array.from({ length: below(random, 200) }, random);
      else {
        code = (codes[index] as Uint8Array).slice();
        for (let i = 0; i <= below(random, 3); i++) code[below(random, code.length)] = random();
      }
      // Code at the very end, plane before it; then the other way round.
      const planeBytes = plane.bytes.length;
      for (const [source, bits] of [
        [end - code.length, end - code.length - planeBytes - 64],
        [end - planeBytes - code.length - 64, end - planeBytes],
      ] as const) {
        memory.fill(0xa5, bits - 64, bits);
        memory.fill(0xa5, bits + planeBytes, Math.min(end, bits + planeBytes + 64));
        memory.set(code, source);
        const result = raw.decodePlane(bits, plane.widthPixels, plane.lines, plane.strideBytes, source, code.length);
        const label = `seed=${round} ${plane.name}`;
        if (result < 0) expect([ERROR_TRUNCATED, ERROR_SYNTAX], label).toContain(result);
        else expect(result, label).toBeLessThanOrEqual(code.length);
        for (let i = 1; i <= 16; i++) if (memory[bits - i] !== 0xa5) expect.fail(`wrote before the plane: ${label}`);
        const behind = bits + planeBytes;
        if (behind < end && memory[behind] !== 0xa5 && source !== behind)
          expect.fail(`wrote behind the plane: ${label}`);
        outcomes.set(Math.min(result, 0), (outcomes.get(Math.min(result, 0)) ?? 0) + 1);
      }
    }
    // All three answers came up, or the damage was not what it should be.
    expect([...outcomes.keys()].sort()).toEqual([ERROR_TRUNCATED, ERROR_SYNTAX, 0].sort());
  });

  it("codes a plane at the very end of memory", async () => {
    const { raw, memory, end } = await atEndOfMemory();
    for (const plane of paintPlanes(3, SEED)) {
      const bits = end - plane.bytes.length;
      memory.set(plane.bytes, bits);
      const length = raw.encodePlane(end - 65536, 32768, bits, plane.widthPixels, plane.lines, plane.strideBytes);
      expectSameBytes(memory.slice(end - 65536, end - 65536 + length), encode(plane), plane.name);
    }
  });
});

describe.skipIf(!hasTiffcp())("against libtiff", () => {
  const LINES = 12;
  const names = [
    "white",
    "black",
    "noise",
    "rare dots",
    "rare holes",
    "checkerboard",
    "columns",
    "rows",
    "slanted edges",
    "steep edges",
    "discs",
  ];

  /** Group 3: every line as a first line, with its end-of-line code before it. */
  function linesAlone(plane: Plane): string {
    return Array.from({ length: plane.lines }, (_, line) => END_OF_LINE + encodeToBits(lineOf(plane, line))).join("");
  }

  it("the code of every run length of both colours is its code", () => {
    const plane = paintRuns();
    const tiff = writeTiff(plane.bytes, plane.widthPixels, plane.lines, TIFF_UNCOMPRESSED);
    const group3 = toBits(readTiffStrip(recompressTiff(tiff, "g3:1d", plane.lines)));
    const ours = linesAlone(plane);
    expect(group3.startsWith(ours)).toBe(true);
    expect(group3.length - ours.length).toBeLessThan(8);
    expectSameBytes(decode(encode(plane), plane).bytes, plane.bytes, plane.name);
  });

  for (const width of [8, 16, 13, 64, 720, 4104, 5200]) {
    it(`our first line is its Group 3 line, our others are its Group 4 lines: ${width} pixels`, () => {
      for (const name of names) {
        const plane = paintPlane(name, width, LINES, SEED);
        const label = `seed=${SEED} ${plane.name}`;
        const tiff = writeTiff(plane.bytes, width, LINES, TIFF_UNCOMPRESSED);
        const ours = encodeToBits(plane);

        const group3 = toBits(readTiffStrip(recompressTiff(tiff, "g3:1d", LINES)));
        const firstLine = encodeToBits(lineOf(plane, 0));
        expect(group3.startsWith(END_OF_LINE + firstLine + END_OF_LINE), `Group 3 ${label}`).toBe(true);
        expect(group3.startsWith(linesAlone(plane)), `Group 3, every line alone ${label}`).toBe(true);
        expect(ours.startsWith(firstLine), label).toBe(true);

        // Group 4 codes the first line below a white one; put that line there for us, too.
        const group4 = toBits(readTiffStrip(recompressTiff(tiff, "g4", LINES)));
        const whiteLine = encodeToBits(lineOf(belowWhite(plane), 0));
        const oursBelowWhite = encodeToBits(belowWhite(plane)).slice(whiteLine.length);
        expect(group4.startsWith(oursBelowWhite + END_OF_BLOCK), `Group 4 ${label}`).toBe(true);
        expect(group4.length - (oursBelowWhite + END_OF_BLOCK).length, `Group 4 ends ${label}`).toBeLessThan(8);

        const firstInGroup4 = encodeToBits(belowWhite(lineOf(plane, 0))).length - whiteLine.length;
        expect(ours.slice(firstLine.length), `lines 2 and on ${label}`).toBe(oursBelowWhite.slice(firstInGroup4));
      }
    });

    it(`libtiff reads our lines: ${width} pixels`, () => {
      for (const name of names) {
        const plane = paintPlane(name, width, LINES, SEED);
        const label = `seed=${SEED} ${plane.name}`;
        const whiteLine = encodeToBits(lineOf(belowWhite(plane), 0));
        const group4 = fromBits(encodeToBits(belowWhite(plane)).slice(whiteLine.length) + END_OF_BLOCK);
        const fromGroup4 = recompressTiff(writeTiff(group4, width, LINES, TIFF_GROUP4), "none", LINES);
        expectSameBytes(readTiffStrip(fromGroup4), plane.bytes, `Group 4 ${label}`);

        // libtiff 4.5 overflows its table of runs here, on what it wrote itself as well.
        if (name === "checkerboard" && width % 32 === 0) continue;
        const group3 = fromBits(linesAlone(plane) + END_OF_LINE.repeat(6));
        const fromGroup3 = recompressTiff(writeTiff(group3, width, LINES, TIFF_GROUP3), "none", LINES);
        expectSameBytes(readTiffStrip(fromGroup3), plane.bytes, `Group 3 ${label}`);
      }
    });
  }
});
