import { beforeAll, describe, expect, it } from "vitest";
import { markModules } from "../../codec/restriction/draw-mark.ts";
import { below, createRandom, FILLS } from "../support/fills.ts";
import { type CheckKernels, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 71;
const FORMS = ["Scalar", "Simd", ""];

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

interface Plane {
  samples: Uint8Array;
  stride: number;
  width: number;
  height: number;
}

/** Column, row and width in samples of what is found. */
function find(form: string, { samples, stride, width, height }: Plane, step = 2, capacity = 64): number[][] {
  const input = new GuardedBuffer(kernels.memory, samples, 1);
  const output = new GuardedBuffer(kernels.memory, 12 * capacity);
  const count = kernels.call(
    `findFinders${form}`,
    ...[output.pointer, capacity, input.pointer, stride, width, height, step],
  );
  input.read("plane");
  const numbers = new Int32Array(output.read("found").buffer);
  for (const buffer of [input, output]) buffer.release();
  return Array.from({ length: count }, (_, i) => {
    const [x = 0, y = 0, size = 0] = numbers.subarray(3 * i, 3 * i + 3);
    return [x / 2, y / 2, size];
  });
}

function flat(width: number, height: number, value: number, slack = 3): Plane {
  const stride = width + slack;
  return { samples: new Uint8Array(stride * height).fill(value), stride, width, height };
}

/** Squares of 7, 5 and 3 modules in one another. */
function drawFinder(plane: Plane, left: number, top: number, modulePixels: number, [dark, light] = [16, 235]): void {
  for (const [ring, value] of [
    [0, dark],
    [1, light],
    [2, dark],
  ] as const)
    for (let y = ring * modulePixels; y < (7 - ring) * modulePixels; y++) {
      const row = (top + y) * plane.stride + left;
      plane.samples.fill(value, row + ring * modulePixels, row + (7 - ring) * modulePixels);
    }
}

describe("findFinders", () => {
  it("sees a pattern of any module's size from one sample to ten, in its middle", () => {
    for (let pixels = 1; pixels <= 10; pixels++)
      for (const [left, top] of [
        [0, 0],
        [13, 7],
        [101, 40],
      ] as const) {
        const plane = flat(190, 130, 200);
        drawFinder(plane, left, top, pixels);
        for (const form of FORMS) {
          const [middleX, middleY] = [left + 3.5 * pixels, top + 3.5 * pixels];
          expect(find(form, plane), `${form} ${pixels} at ${left},${top}`).toEqual([[middleX, middleY, 7 * pixels]]);
        }
      }
  });

  it("sees the three patterns of a code, in noise and with little contrast", () => {
    const random = createRandom(SEED);
    const modules = markModules("https://cmix.example/r#1r.alt.tm");
    for (const [pixels, dark, light] of [
      [2, 16, 235],
      [3, 90, 170],
      [1, 40, 200],
    ] as const) {
      const plane = flat(300, 200, 128);
      for (const i of plane.samples.keys()) plane.samples[i] = 60 + (random() % 120);
      for (let y = 0; y < modules.size * pixels; y++)
        for (let x = 0; x < modules.size * pixels; x++) {
          const module = modules.dark[Math.floor(y / pixels) * modules.size + Math.floor(x / pixels)];
          const value = (module === 1 ? dark : light) + (random() % 13) - 6;
          plane.samples[(y + 20) * plane.stride + x + 30] = value;
        }
      const seen = find("", plane, 2, 1000);
      const [near, far] = [7.5 * pixels, (modules.size - 7.5) * pixels];
      for (const [x, y] of [
        [near, near],
        [far, near],
        [near, far],
      ] as const) {
        const hit = seen.find(([fx = 0, fy = 0]) => Math.abs(fx - 30 - x) <= pixels && Math.abs(fy - 20 - y) <= pixels);
        expect(hit?.[2], `${pixels} a module at ${x},${y}: ${JSON.stringify(seen)}`).toBeDefined();
      }
    }
  });

  it("sees a pattern that is turned by any angle", () => {
    for (let degrees = 0; degrees < 90; degrees += 7) {
      const plane = flat(120, 120, 220);
      const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
      for (let y = 0; y < 120; y++)
        for (let x = 0; x < 120; x++) {
          const [dx, dy] = [x + 0.5 - 60, y + 0.5 - 60];
          const ring = Math.max(Math.abs(cos * dx + sin * dy), Math.abs(cos * dy - sin * dx)) / 5;
          if (ring < 1.5 || (ring >= 2.5 && ring < 3.5)) plane.samples[y * plane.stride + x] = 20;
        }
      const seen = find("", plane);
      expect(seen.length, `${degrees} degrees`).toBe(1);
      expect(Math.abs((seen[0]?.[0] ?? 0) - 60), `${degrees} degrees`).toBeLessThanOrEqual(2);
    }
  });

  it("sees nothing in stripes, plain squares and bright patterns on dark", () => {
    const stripes = flat(200, 60, 220);
    for (let x = 0; x < 200; x++) if (x % 8 < 4) for (let y = 0; y < 60; y++) stripes.samples[y * 203 + x] = 20;
    const squares = flat(200, 60, 220);
    for (let y = 10; y < 40; y++) squares.samples.fill(20, y * 203 + 20, y * 203 + 50);
    const bars = flat(200, 60, 220);
    // 1:1:3:1:1 across, but not down.
    for (let y = 0; y < 60; y++)
      for (const [from, to] of [
        [40, 44],
        [48, 60],
        [64, 68],
      ] as const)
        bars.samples.fill(20, y * 203 + from, y * 203 + to);
    const inverse = flat(200, 60, 20);
    drawFinder(inverse, 30, 10, 3, [220, 20]);
    const faint = flat(200, 60, 120);
    drawFinder(faint, 30, 10, 3, [100, 125]);
    for (const [name, plane] of Object.entries({ stripes, squares, bars, inverse, faint }))
      for (const form of FORMS) expect(find(form, plane), `${name} ${form}`).toEqual([]);
  });

  it("stops at its capacity", () => {
    const plane = flat(400, 40, 220);
    for (let i = 0; i < 9; i++) drawFinder(plane, 10 + 40 * i, 8, 3);
    for (const form of FORMS) {
      expect(find(form, plane).length).toBe(9);
      expect(find(form, plane, 2, 4)).toEqual(find(form, plane).slice(0, 4));
    }
  });

  for (const { name, bytes } of FILLS)
    it(`simd equals scalar: fill=${name}`, () => {
      for (const width of [1, 7, 15, 16, 17, 31, 33, 48, 129])
        for (const height of [1, 2, 9, 40])
          for (const step of [1, 2, 3]) {
            const plane = { samples: bytes((width + 3) * height, SEED), stride: width + 3, width, height };
            expect(find("Simd", plane, step), `seed=${SEED} ${width}x${height} step=${step}`).toEqual(
              find("Scalar", plane, step),
            );
          }
    });

  it(`simd equals scalar: patterns over patterns (seed ${SEED})`, () => {
    const random = createRandom(SEED);
    let seen = 0;
    for (let turn = 0; turn < 60; turn++) {
      const plane = flat(150 + below(random, 40), 90, 128);
      for (const i of plane.samples.keys()) plane.samples[i] = random() & 255;
      for (let i = 0; i < 8; i++) {
        const pixels = 1 + below(random, 6);
        const [left, top] = [below(random, plane.width - 7 * pixels), below(random, plane.height - 7 * pixels)];
        drawFinder(plane, left, top, pixels, [below(random, 100), 120 + below(random, 130)]);
      }
      const step = 1 + below(random, 3);
      const scalar = find("Scalar", plane, step);
      expect(find("Simd", plane, step), `turn ${turn}`).toEqual(scalar);
      seen += scalar.length;
    }
    expect(seen).toBeGreaterThan(60);
  });
});
