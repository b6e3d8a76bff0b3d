import { beforeAll, describe, expect, it } from "vitest";
import { FILLS } from "../support/fills.ts";
import { type CheckKernels, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 61;
const UNTOUCHED = 0x77;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

interface Frames {
  before: Uint8Array;
  current: Uint8Array;
  after: Uint8Array;
}

interface Field {
  parity: number;
  isSecond: number;
}

function deinterlace(
  form: string,
  { before, current, after }: Frames,
  stride: number,
  width: number,
  { parity, isSecond }: Field,
): Uint8Array {
  const height = current.length / stride;
  const inputs = [before, current, after].map((bytes) => new GuardedBuffer(kernels.memory, bytes));
  const output = new GuardedBuffer(kernels.memory, new Uint8Array(current.length).fill(UNTOUCHED));
  const [p, c, n] = inputs.map(({ pointer }) => pointer) as [number, number, number];
  kernels.call(`deinterlacePlane${form}`, output.pointer, p, c, n, stride, width, height, parity, isSecond);
  const bytes = output.read("deinterlaced");
  for (const buffer of [...inputs, output]) buffer.release();
  return bytes;
}

function combed(form: string, plane: Uint8Array, stride: number, width: number): number {
  const buffer = new GuardedBuffer(kernels.memory, plane);
  const count = kernels.call(`combedSamples${form}`, buffer.pointer, stride, width, plane.length / stride);
  buffer.release();
  return count as number;
}

const FIELDS: Field[] = [
  { parity: 0, isSecond: 0 },
  { parity: 1, isSecond: 1 },
  { parity: 1, isSecond: 0 },
  { parity: 0, isSecond: 1 },
];

/** A picture with an edge that moves: `at` is where it stands. */
const edgeAt = (at: number, width: number, height: number): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, i) => (i % width < at ? 200 : 40));

/** Even rows of one picture, odd rows of another. */
const interleave = (even: Uint8Array, odd: Uint8Array, width: number): Uint8Array =>
  even.map((sample, i) => (Math.floor(i / width) % 2 === 0 ? sample : (odd[i] as number)));

describe("deinterlacePlane", () => {
  it("keeps a picture that does not move, with its lines of one row", () => {
    const [width, height] = [19, 12];
    const pictures = {
      slopes: (x: number, y: number) => 3 * x + 11 * y,
      line: (_: number, y: number) => (y === 5 ? 230 : 20),
      edge: (x: number, y: number) => (x + 4 * y < 30 ? 250 : 10),
    };
    for (const [name, at] of Object.entries(pictures)) {
      const still = Uint8Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width)));
      const frames = { before: still, current: still, after: still };
      for (const field of FIELDS)
        expect(deinterlace("Scalar", frames, width, width, field), `${name} ${field.parity}`).toEqual(still);
    }
  });

  it("takes away a comb that stands still, as of what moved there and back", () => {
    const [width, height] = [24, 12];
    const comb = interleave(edgeAt(8, width, height), edgeAt(16, width, height), width);
    const rows = deinterlace("Scalar", { before: comb, current: comb, after: comb }, width, width, FIELDS[0] as Field);
    expect(rows.slice(4 * width, 8 * width)).toEqual(edgeAt(8, width, 4));
  });

  it("follows an edge that leans", () => {
    const [width, height] = [40, 16];
    const lean = (shift: number) =>
      Uint8Array.from({ length: width * height }, (_, i) => ((i % width) + Math.floor(i / width) < shift ? 220 : 20));
    const frames = { before: lean(2), current: lean(24), after: lean(50) };
    const rows = deinterlace("Scalar", frames, width, width, FIELDS[0] as Field);
    // The edge stands at 21 in this row, at 22 above and at 20 below.
    expect([...rows.slice(3 * width + 19, 3 * width + 23)]).toEqual([220, 220, 20, 20]);
  });

  it("keeps one field's rows and makes the others like them where an upright edge moves", () => {
    const [width, height] = [32, 16];
    const moments = Array.from({ length: 6 }, (_, i) => edgeAt(6 + 3 * i, width, height)) as Uint8Array[];
    const frame = (i: number) => interleave(moments[2 * i] as Uint8Array, moments[2 * i + 1] as Uint8Array, width);
    const frames = { before: frame(0), current: frame(1), after: frame(2) };
    expect(deinterlace("Scalar", frames, width, width, { parity: 0, isSecond: 0 })).toEqual(moments[2]);
    expect(deinterlace("Scalar", frames, width, width, { parity: 1, isSecond: 1 })).toEqual(moments[3]);
  });

  it("takes 5077/8192 of the near rows and -981/8192 of the far ones where all about it changes", () => {
    const height = 8;
    const column = (value: (y: number) => number) => Uint8Array.from({ length: height }, (_, y) => value(y));
    const current = column((y) => [10, 0, 30, 0, 30, 0, 90, 0][y] as number);
    const frames = { before: column(() => 255), current, after: column(() => 0) };
    const rows = deinterlace("Scalar", frames, 1, 1, { parity: 0, isSecond: 0 });
    expect(rows[3]).toBe(Math.round((5077 * 60 - 981 * 100) / 8192));
    expect([rows[0], rows[2], rows[4], rows[6]]).toEqual([10, 30, 30, 90]);
  });

  for (const fill of FILLS)
    for (const width of [1, 7, 8, 9, 16, 45])
      for (const height of [2, 3, 9, 16])
        it(`simd equals scalar: fill=${fill.name} ${width}x${height}`, () => {
          const stride = width + 5;
          const plane = (seed: number) => fill.bytes(stride * height, SEED + seed);
          const frames = { before: plane(1), current: plane(2), after: plane(3) };
          for (const field of FIELDS) {
            const scalar = deinterlace("Scalar", frames, stride, width, field);
            expect(deinterlace("Simd", frames, stride, width, field)).toEqual(scalar);
            expect(deinterlace("", frames, stride, width, field)).toEqual(scalar);
            const beside = scalar.filter((_, i) => i % stride >= width);
            expect(beside.every((byte) => byte === UNTOUCHED)).toBe(true);
          }
        });
});

describe("combedSamples", () => {
  it("counts the samples between two places of an edge, and none where nothing moved", () => {
    const [width, height] = [40, 20];
    const [here, there] = [edgeAt(10, width, height), edgeAt(16, width, height)];
    // Six columns, from the third row to the last but one.
    expect(combed("Scalar", interleave(here, there, width), width, width)).toBe(6 * (height - 3));
    expect(combed("Scalar", here, width, width)).toBe(0);
  });

  it("takes a line that is one row high for a line", () => {
    const [width, height] = [16, 9];
    const line = Uint8Array.from({ length: width * height }, (_, i) => (Math.floor(i / width) === 4 ? 220 : 30));
    expect(combed("Scalar", line, width, width)).toBe(0);
  });

  for (const fill of FILLS)
    for (const width of [1, 15, 16, 17, 70])
      it(`simd equals scalar: fill=${fill.name} ${width}`, () => {
        const plane = fill.bytes((width + 3) * 11, SEED);
        const scalar = combed("Scalar", plane, width + 3, width);
        expect(combed("Simd", plane, width + 3, width)).toBe(scalar);
        expect(combed("", plane, width + 3, width)).toBe(scalar);
      });
});
