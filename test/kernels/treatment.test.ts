import { beforeAll, describe, expect, it } from "vitest";
import { FILLS } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 61;
const FORMS = ["Scalar", "Simd", ""];
const WIDTHS = [1, 7, 8, 9, 15, 16, 17, 24, 25, 31, 33, 97];
/** Bytes behind each row, which have to stay. */
const SLACK = 5;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

/** Runs a kernel on planes one byte off the alignment; the first is given back. */
function run(planes: Uint8Array[], call: (pointers: number[]) => void): Uint8Array {
  const buffers = planes.map((plane) => new GuardedBuffer(kernels.memory, plane, 1));
  call(buffers.map(({ pointer }) => pointer));
  const [first] = buffers.map((buffer) => buffer.read("treated"));
  for (const buffer of buffers) buffer.release();
  return first as Uint8Array;
}

const behindRows = (plane: Uint8Array, width: number): number[] =>
  [...plane].filter((_, i) => i % (width + SLACK) >= width);

describe("fillPlane", () => {
  const fill = (form: string, plane: Uint8Array, width: number, height: number, value: number): Uint8Array =>
    run([plane], ([pointer = 0]) => kernels.call(`fillPlane${form}`, pointer, width + SLACK, width, height, value));

  it("sets the area and nothing behind its rows", () => {
    for (const form of FORMS)
      expect([...fill(form, new Uint8Array(14).fill(9), 2, 2, 255)]).toEqual([
        255, 255, 9, 9, 9, 9, 9, 255, 255, 9, 9, 9, 9, 9,
      ]);
  });

  for (const { name, bytes } of FILLS)
    for (const width of WIDTHS)
      it(`simd equals scalar: fill=${name} width=${width}`, () => {
        const plane = bytes((width + SLACK) * 3, SEED);
        expectSameBytes(fill("Simd", plane, width, 3, 16), fill("Scalar", plane, width, 3, 16), `seed=${SEED}`);
      });
});

describe("mosaicPlane", () => {
  const mosaic = (
    form: string,
    plane: Uint8Array,
    ...[width, height, columns, rows]: [number, number, number, number]
  ) =>
    run([plane], ([pointer = 0]) =>
      kernels.call(`mosaicPlane${form}`, pointer, width + SLACK, width, height, columns, rows),
    );

  it("gives each cell its mean, rounded half up", () => {
    const plane = Uint8Array.of(1, 2, 10, 20, 30, 7, 7, 7, 7, 7, 3, 4, 0, 0, 255, 7, 7, 7, 7, 7);
    // Two columns of 2 and 3 samples: 1 2 3 4 has the mean 2.5, the rest 315 / 6 = 52.5.
    for (const form of FORMS)
      expect([...mosaic(form, plane, 5, 2, 2, 1)]).toEqual([
        3, 3, 53, 53, 53, 7, 7, 7, 7, 7, 3, 3, 53, 53, 53, 7, 7, 7, 7, 7,
      ]);
  });

  it("sums a cell that no 32 bits hold", () => {
    const [width, height] = [4200, 4100];
    const plane = new Uint8Array((width + SLACK) * height).fill(255);
    for (const form of FORMS) expect(mosaic(form, plane, width, height, 1, 1)[0], form).toBe(255);
  });

  it("leaves of an area only as many values as it has cells", () => {
    const noise = (FILLS[0] as (typeof FILLS)[0]).bytes((100 + SLACK) * 60, SEED);
    const treated = mosaic("", noise, 100, 60, 6, 3);
    const at = (x: number, y: number) => treated[y * (100 + SLACK) + x];
    for (let y = 0; y < 60; y++)
      for (let x = 0; x < 100; x++) {
        const left = Math.floor((Math.floor(((x + 1) * 6 - 1) / 100) * 100) / 6);
        expect(at(x, y), `${x},${y}`).toBe(at(left, y - (y % 20)));
      }
    expect(behindRows(treated, 100)).toEqual(behindRows(noise, 100));
  });

  for (const { name, bytes } of FILLS)
    for (const width of WIDTHS)
      it(`simd equals scalar: fill=${name} width=${width}`, () => {
        for (const height of [1, 2, 17])
          for (const columns of new Set([1, Math.min(2, width), Math.ceil(width / 3), width]))
            for (const rows of new Set([1, Math.ceil(height / 4), height])) {
              const plane = bytes((width + SLACK) * height, SEED);
              const label = `seed=${SEED} ${width}x${height}, ${columns}x${rows} cells`;
              expectSameBytes(
                mosaic("Simd", plane, width, height, columns, rows),
                mosaic("Scalar", plane, width, height, columns, rows),
                label,
              );
            }
      });
});

describe("blendPlane", () => {
  const blend = (form: string, below: Uint8Array, above: Uint8Array, alpha: Uint8Array, width: number) => {
    const stride = width + SLACK;
    return run([below, above, alpha], ([dst = 0, src = 0, weights = 0]) =>
      kernels.call(`blendPlane${form}`, dst, stride, src, stride, weights, stride, width, below.length / stride),
    );
  };

  it("is the exact mix, rounded to the nearest, for every pair of sample and opacity", () => {
    const width = 256;
    const above = Uint8Array.from({ length: width + SLACK }, (_, x) => x);
    for (const form of FORMS)
      for (const below of [0, 1, 16, 128, 235, 255])
        for (let alpha = 0; alpha < 256; alpha++) {
          const plane = new Uint8Array(width + SLACK).fill(below);
          const mixed = blend(form, plane, above, new Uint8Array(width + SLACK).fill(alpha), width);
          const wrong = mixed
            .subarray(0, width)
            .findIndex((value, x) => value !== Math.round((x * alpha + below * (255 - alpha)) / 255));
          expect(wrong, `${form} below ${below} alpha ${alpha}`).toBe(-1);
        }
  });

  for (const { name, bytes } of FILLS)
    for (const width of WIDTHS)
      it(`simd equals scalar: fill=${name} width=${width}`, () => {
        for (const weights of FILLS) {
          const length = (width + SLACK) * 3;
          const planes = [bytes(length, SEED), bytes(length, SEED + 1), weights.bytes(length, SEED + 2)] as const;
          const label = `seed=${SEED} opacity=${weights.name}`;
          expectSameBytes(blend("Simd", ...planes, width), blend("Scalar", ...planes, width), label);
        }
      });
});
