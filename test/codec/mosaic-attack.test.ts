/**
 * What an attacker gets out of hidden areas by adding pictures up over time (R3): content that moves under a fixed mosaic is another mean in
 * each picture. The attacker knows the motion, as what lies around the area shows it, and solves for what gives all of the means. Black is
 * the default because of it.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { markModules } from "../../codec/restriction/draw-mark.ts";
import type { PictureTreatment } from "../../codec/restriction/part.ts";
import { treatPicture } from "../../codec/restriction/treat-picture.ts";
import { createRandom } from "../support/fills.ts";
import { type CheckKernels, loadCheckKernels } from "../support/kernels.ts";
import { psnr } from "../support/quality.ts";

/** Of the hidden area, and of what moves under it. */
const AREA_PIXELS = 288;
const CONTENT_PIXELS = 344;
const MODULE_PIXELS = 7;
const [DARK, LIGHT] = [40, 210];
const PICTURES = 64;
const ROUNDS = 40;
const MOMENTUM = 0.9;
const WHOLE = { areas: [{ x: 0, y: 0, width: 1000, height: 1000 }] };

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

const { size, dark } = markModules("https://cmix.example/r#secret");
const edge = (CONTENT_PIXELS - size * MODULE_PIXELS) >> 1;

/** A code, of which each module is less than half a cell: as fine as letters. */
function content(): Uint8Array {
  return Uint8Array.from({ length: CONTENT_PIXELS ** 2 }, (_, i) => {
    const column = Math.floor(((i % CONTENT_PIXELS) - edge) / MODULE_PIXELS);
    const row = Math.floor((Math.floor(i / CONTENT_PIXELS) - edge) / MODULE_PIXELS);
    const isInside = column >= 0 && row >= 0 && column < size && row < size;
    return isInside && dark[row * size + column] === 1 ? DARK : LIGHT;
  });
}

interface Shift {
  x: number;
  y: number;
}

/** As a hand-held camera moves, within the content. */
function shifts(count: number): Shift[] {
  const random = createRandom(7);
  return Array.from({ length: count }, () => {
    const step = (): number => random() % (CONTENT_PIXELS - AREA_PIXELS + 1);
    return { x: step(), y: step() };
  });
}

function hidden(samples: Uint8Array, { x, y }: Shift, treatment: PictureTreatment): Uint8Array {
  return kernels.memory.withAllocations((scope) => {
    const luma = new Uint8Array(AREA_PIXELS ** 2);
    for (let row = 0; row < AREA_PIXELS; row++) {
      const from = (y + row) * CONTENT_PIXELS + x;
      luma.set(samples.subarray(from, from + AREA_PIXELS), row * AREA_PIXELS);
    }
    const chroma = new Uint8Array((AREA_PIXELS / 2) ** 2).fill(128);
    const planes = [scope.put(luma), scope.put(chroma), scope.put(chroma)] as const;
    const strides = [AREA_PIXELS, AREA_PIXELS / 2] as const;
    const picture = { kernels, planes, strides, width: AREA_PIXELS, height: AREA_PIXELS };
    treatPicture(picture, { ...WHOLE, treatment });
    return kernels.memory.copy(planes[0], luma.length);
  });
}

/** Least squares by Landweber's iteration: what gives the means that were seen is added back to where they were seen. */
function solve(seen: readonly Uint8Array[], moved: readonly Shift[], cell: number): Uint8Array {
  const estimate = new Float64Array(CONTENT_PIXELS ** 2).fill((DARK + LIGHT) / 2);
  const momentum = new Float64Array(estimate.length);
  const cells = AREA_PIXELS / cell;
  for (let round = 0; round < ROUNDS; round++) {
    const sum = new Float64Array(estimate.length);
    const times = new Float64Array(estimate.length);
    for (const [i, { x, y }] of moved.entries()) {
      const picture = seen[i] as Uint8Array;
      for (let row = 0; row < cells; row++)
        for (let column = 0; column < cells; column++) {
          const corner = (y + row * cell) * CONTENT_PIXELS + x + column * cell;
          let mean = 0;
          for (let j = 0; j < cell; j++)
            for (let k = 0; k < cell; k++) mean += estimate[corner + j * CONTENT_PIXELS + k] as number;
          const off = (picture[row * cell * AREA_PIXELS + column * cell] as number) - mean / cell ** 2;
          for (let j = 0; j < cell; j++)
            for (let k = 0; k < cell; k++) {
              const at = corner + j * CONTENT_PIXELS + k;
              sum[at] = (sum[at] as number) + off;
              times[at] = (times[at] as number) + 1;
            }
        }
    }
    for (const [i, value] of estimate.entries()) {
      const step = (times[i] as number) === 0 ? 0 : (sum[i] as number) / (times[i] as number);
      const next = Math.min(LIGHT, Math.max(DARK, value + MOMENTUM * (momentum[i] as number) + step));
      momentum[i] = next - value;
      estimate[i] = next;
    }
  }
  return Uint8Array.from(estimate, Math.round);
}

/** How near to the content the attacker comes, in dB, and the share of the code's modules that is told right; 0.5 is guessing. */
function attack(treatment: PictureTreatment, count: number): { decibel: number; told: number } {
  const truth = content();
  const moved = shifts(count);
  const seen = moved.map((shift) => hidden(truth, shift, treatment));
  const found = solve(seen, moved, AREA_PIXELS / 12);
  const middle = (MODULE_PIXELS - 1) / 2;
  const right = dark.filter((isDark, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    const at = (edge + row * MODULE_PIXELS + middle) * CONTENT_PIXELS + edge + column * MODULE_PIXELS + middle;
    return (found[at] as number) < (DARK + LIGHT) / 2 === (isDark === 1);
  });
  return { decibel: psnr(found, truth), told: right.length / dark.length };
}

describe("pictures of what moves under a hidden area, added up", () => {
  it("give away what a mosaic hides, and nothing of what is black", () => {
    const [one, many, black] = [attack("mosaic", 1), attack("mosaic", PICTURES), attack("black", PICTURES)];
    console.info(
      [one, many, black]
        .map(({ decibel, told }) => `${decibel.toFixed(1)} dB, ${(100 * told).toFixed(0)} % told`)
        .join("; "),
    );
    expect(one.told).toBeLessThan(0.8);
    expect(many.told).toBeGreaterThan(0.9);
    expect(black.told).toBeLessThan(0.6);
  });
});
