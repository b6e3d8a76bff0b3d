import { beforeAll, describe, expect, it } from "vitest";
import { COUNTS, createRandom, FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 37;
const NOISE = FILLS[0] as (typeof FILLS)[0];
/** What assembly/kernels/colour.ts promises against real numbers. */
const BOUND = 0.6;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

interface Picture {
  y: Uint8Array;
  cb: Uint8Array;
  cr: Uint8Array;
}

/** Strides are `slack` longer than the rows; bytes between rows must stay as they were. */
function toI420(
  kernel: string,
  rgba: Uint8Array,
  width: number,
  height: number,
  order: number,
  label: string,
  slack = 0,
): Picture {
  const yStride = width + slack;
  const cWidth = (width + 1) >> 1;
  const cHeight = (height + 1) >> 1;
  const cStride = cWidth + slack;
  const rgbaStride = 4 * width + slack;
  const packed = new Uint8Array(rgbaStride * height);
  for (let row = 0; row < height; row++)
    packed.set(rgba.subarray(4 * width * row, 4 * width * (row + 1)), rgbaStride * row);
  const y = new GuardedBuffer(kernels.memory, new Uint8Array(yStride * height).fill(0x77));
  const cb = new GuardedBuffer(kernels.memory, new Uint8Array(cStride * cHeight).fill(0x77));
  const cr = new GuardedBuffer(kernels.memory, new Uint8Array(cStride * cHeight).fill(0x77));
  const input = new GuardedBuffer(kernels.memory, packed);
  kernels.call(
    kernel,
    y.pointer,
    cb.pointer,
    cr.pointer,
    yStride,
    cStride,
    input.pointer,
    rgbaStride,
    width,
    height,
    order,
  );
  const picture = {
    y: tighten(y.read(label), yStride, width, height, label),
    cb: tighten(cb.read(label), cStride, cWidth, cHeight, label),
    cr: tighten(cr.read(label), cStride, cWidth, cHeight, label),
  };
  for (const buffer of [y, cb, cr, input]) buffer.release();
  return picture;
}

function tighten(bytes: Uint8Array, stride: number, width: number, height: number, label: string): Uint8Array {
  const rows = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    rows.set(bytes.subarray(stride * row, stride * row + width), width * row);
    const between = bytes.subarray(stride * row + width, stride * (row + 1));
    expect(
      between.every((byte) => byte === 0x77),
      `bytes between rows ${label}`,
    ).toBe(true);
  }
  return rows;
}

function toRgba(
  kernel: string,
  picture: Picture,
  width: number,
  height: number,
  matrix: number,
  fullRange: number,
  label: string,
) {
  const out = new GuardedBuffer(kernels.memory, 4 * width * height);
  const planes = [picture.y, picture.cb, picture.cr].map((plane) => new GuardedBuffer(kernels.memory, plane));
  const [y, cb, cr] = planes.map((plane) => plane.pointer) as [number, number, number];
  kernels.call(kernel, out.pointer, y, cb, cr, width, (width + 1) >> 1, width, height, matrix, fullRange);
  const rgba = out.read(label);
  for (const buffer of [out, ...planes]) buffer.release();
  return rgba;
}

function clamp(value: number): number {
  return Math.min(255, Math.max(0, value));
}

describe("rgbaToI420", () => {
  it("turns white, black and the primaries into BT.601 limited values", () => {
    const white = [255, 255, 255, 255];
    const black = [0, 0, 0, 0];
    const red = [255, 0, 0, 9];
    const blue = [0, 0, 255, 9];
    const colours = [white, white, black, black, red, red, blue, blue].flat();
    // A row of white, black, red, blue, two columns each; the table of BT.601's primaries: red 81 90 240, blue 41 240 110.
    const picture = toI420("rgbaToI420Scalar", Uint8Array.from(colours), 8, 1, 0, "by hand");
    expect(picture.y).toEqual(Uint8Array.of(235, 235, 16, 16, 81, 81, 41, 41));
    expect(picture.cb).toEqual(Uint8Array.of(128, 128, 90, 240));
    expect(picture.cr).toEqual(Uint8Array.of(128, 128, 240, 110));
  });

  it("reads BGRA the other way round", () => {
    const picture = toI420("rgbaToI420Scalar", Uint8Array.of(0, 0, 255, 255), 1, 1, 1, "red in BGRA");
    expect([picture.y[0], picture.cb[0], picture.cr[0]]).toEqual([81, 90, 240]);
  });

  it("leaves grey without colour", () => {
    for (let grey = 0; grey < 256; grey++) {
      const picture = toI420("rgbaToI420", new Uint8Array(16 * 8).fill(grey), 16, 2, 0, `grey ${grey}`);
      expect(
        picture.cb.every((value) => value === 128) && picture.cr.every((value) => value === 128),
        `grey ${grey}`,
      ).toBe(true);
    }
  });

  it("stays within its bound of the formula in real numbers, odd edges repeated", () => {
    const width = 33;
    const height = 7;
    for (const fill of FILLS) {
      const rgba = fill.bytes(4 * width * height, SEED);
      const picture = toI420("rgbaToI420Scalar", rgba, width, height, 0, fill.name);
      const channel = (x: number, y: number, c: number) =>
        rgba[4 * (Math.min(y, height - 1) * width + Math.min(x, width - 1)) + c] as number;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const [r, g, b] = [0, 1, 2].map((c) => channel(x, y, c)) as [number, number, number];
          const luma = 16 + (219 / 255) * (0.299 * r + 0.587 * g + 0.114 * b);
          expect(Math.abs((picture.y[y * width + x] as number) - luma), `${fill.name} y ${x},${y}`).toBeLessThan(BOUND);
        }
      }
      for (let y = 0; y < height; y += 2) {
        for (let x = 0; x < width; x += 2) {
          const mean = (c: number) =>
            (channel(x, y, c) + channel(x + 1, y, c) + channel(x, y + 1, c) + channel(x + 1, y + 1, c)) / 4;
          const [r, g, b] = [mean(0), mean(1), mean(2)];
          const luma = 0.299 * r + 0.587 * g + 0.114 * b;
          const at = (y >> 1) * ((width + 1) >> 1) + (x >> 1);
          const cb = 128 + ((224 / 255) * (b - luma)) / 1.772;
          const cr = 128 + ((224 / 255) * (r - luma)) / 1.402;
          expect(Math.abs((picture.cb[at] as number) - cb), `${fill.name} cb ${x},${y}`).toBeLessThan(BOUND);
          expect(Math.abs((picture.cr[at] as number) - cr), `${fill.name} cr ${x},${y}`).toBeLessThan(BOUND);
        }
      }
    }
  });

  for (const fill of FILLS) {
    for (const width of COUNTS) {
      it(`simd equals scalar: fill=${fill.name} width=${width}`, () => {
        for (const height of [0, 1, 2, 3]) {
          for (const order of [0, 1]) {
            const label = `seed=${SEED} fill=${fill.name} ${width}x${height} order=${order}`;
            const rgba = fill.bytes(4 * width * height, SEED);
            const scalar = toI420("rgbaToI420Scalar", rgba, width, height, order, label);
            const simd = toI420("rgbaToI420Simd", rgba, width, height, order, label, 3);
            for (const plane of ["y", "cb", "cr"] as const)
              expectSameBytes(simd[plane], scalar[plane], `${plane} ${label}`);
          }
        }
      });
    }
  }
});

describe("i420ToRgba", () => {
  const one = (y: number, cb: number, cr: number): Picture => ({
    y: Uint8Array.of(y),
    cb: Uint8Array.of(cb),
    cr: Uint8Array.of(cr),
  });

  it("turns limited black and white into 0 and 255, opaque", () => {
    expect(toRgba("i420ToRgbaScalar", one(16, 128, 128), 1, 1, 0, 0, "black")).toEqual(Uint8Array.of(0, 0, 0, 255));
    expect(toRgba("i420ToRgbaScalar", one(235, 128, 128), 1, 1, 1, 0, "white")).toEqual(
      Uint8Array.of(255, 255, 255, 255),
    );
    expect(toRgba("i420ToRgbaScalar", one(128, 128, 128), 1, 1, 0, 1, "grey, full")).toEqual(
      Uint8Array.of(128, 128, 128, 255),
    );
  });

  it("turns BT.601's red into red and clamps what lies outside", () => {
    // 81 90 240: R 75.7 + 178.8 = 254.4, G 75.7 + 14.9 - 91.1 = -0.5, B 75.7 - 76.7 = -1.0
    expect(toRgba("i420ToRgbaScalar", one(81, 90, 240), 1, 1, 0, 0, "red")).toEqual(Uint8Array.of(254, 0, 0, 255));
    expect(toRgba("i420ToRgbaScalar", one(255, 255, 255), 1, 1, 0, 0, "over")).toEqual(
      Uint8Array.of(255, 125, 255, 255),
    );
  });

  it.each([
    { matrix: 0, fullRange: 0, kr: 0.299, kb: 0.114 },
    { matrix: 1, fullRange: 0, kr: 0.2126, kb: 0.0722 },
    { matrix: 0, fullRange: 1, kr: 0.299, kb: 0.114 },
    { matrix: 1, fullRange: 1, kr: 0.2126, kb: 0.0722 },
  ])(
    "stays within its bound of the formula in real numbers: matrix $matrix, full range $fullRange",
    ({ matrix, fullRange, kr, kb }) => {
      const kg = 1 - kr - kb;
      const random = createRandom(SEED);
      let worst = 0;
      for (let cb = 0; cb < 256; cb += 5) {
        for (let cr = 0; cr < 256; cr += 5) {
          const picture = {
            y: Uint8Array.from({ length: 64 }, () => random()),
            cb: new Uint8Array(16).fill(cb),
            cr: new Uint8Array(16).fill(cr),
          };
          picture.y.set([0, 255, 16, 235]);
          picture.cb = new Uint8Array(32).fill(cb);
          picture.cr = new Uint8Array(32).fill(cr);
          const rgba = toRgba("i420ToRgba", picture, 64, 1, matrix, fullRange, `cb=${cb} cr=${cr}`);
          for (let x = 0; x < 64; x++) {
            const sample = picture.y[x] as number;
            const y = fullRange ? sample : ((sample - 16) * 255) / 219;
            const u = (cb - 128) * (fullRange ? 1 : 255 / 224);
            const v = (cr - 128) * (fullRange ? 1 : 255 / 224);
            const r = y + 2 * (1 - kr) * v;
            const b = y + 2 * (1 - kb) * u;
            const g = (y - kr * r - kb * b) / kg;
            for (const [c, value] of [r, g, b].entries()) {
              worst = Math.max(worst, Math.abs((rgba[4 * x + c] as number) - clamp(value)));
            }
          }
        }
      }
      expect(worst).toBeLessThan(BOUND);
    },
  );

  for (const fill of FILLS) {
    for (const width of COUNTS) {
      it(`simd equals scalar: fill=${fill.name} width=${width}`, () => {
        for (const height of [0, 1, 2, 3]) {
          const cBytes = ((width + 1) >> 1) * ((height + 1) >> 1);
          for (const chroma of [fill, NOISE]) {
            const picture = {
              y: fill.bytes(width * height, SEED),
              cb: chroma.bytes(cBytes, SEED + 1),
              cr: chroma.bytes(cBytes, SEED + 2),
            };
            for (const matrix of [0, 1]) {
              for (const fullRange of [0, 1]) {
                const label = `seed=${SEED} fill=${fill.name}/${chroma.name} ${width}x${height} matrix=${matrix} full=${fullRange}`;
                const scalar = toRgba("i420ToRgbaScalar", picture, width, height, matrix, fullRange, label);
                expectSameBytes(
                  toRgba("i420ToRgbaSimd", picture, width, height, matrix, fullRange, label),
                  scalar,
                  label,
                );
              }
            }
          }
        }
      });
    }
  }
});

describe("deinterleaveChroma", () => {
  function deinterleave(kernel: string, nv12: Uint8Array, label: string) {
    const count = nv12.length >> 1;
    const cb = new GuardedBuffer(kernels.memory, count);
    const cr = new GuardedBuffer(kernels.memory, count);
    const input = new GuardedBuffer(kernels.memory, nv12);
    kernels.call(kernel, cb.pointer, cr.pointer, input.pointer, count);
    const result = { cb: cb.read(label), cr: cr.read(label) };
    for (const buffer of [cb, cr, input]) buffer.release();
    return result;
  }

  it("gives the first of each pair to Cb", () => {
    expect(deinterleave("deinterleaveChromaScalar", Uint8Array.of(1, 2, 3, 4, 5, 6), "by hand")).toEqual({
      cb: Uint8Array.of(1, 3, 5),
      cr: Uint8Array.of(2, 4, 6),
    });
  });

  for (const fill of FILLS) {
    for (const count of COUNTS) {
      it(`simd equals scalar: fill=${fill.name} count=${count}`, () => {
        const label = `seed=${SEED} fill=${fill.name} count=${count}`;
        const nv12 = fill.bytes(2 * count, SEED);
        const scalar = deinterleave("deinterleaveChromaScalar", nv12, label);
        const simd = deinterleave("deinterleaveChromaSimd", nv12, label);
        expectSameBytes(simd.cb, scalar.cb, `cb ${label}`);
        expectSameBytes(simd.cr, scalar.cr, `cr ${label}`);
      });
    }
  }
});
