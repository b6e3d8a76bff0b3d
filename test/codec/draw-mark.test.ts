import { beforeAll, describe, expect, it } from "vitest";
import { type ChromaFormat, chromaSize } from "../../codec/pictures/planar-picture.ts";
import {
  drawMark,
  type MarkPlace,
  markModules,
  markPixels,
  USUAL_MARK_PLACE,
} from "../../codec/restriction/draw-mark.ts";
import { USUAL_RULE, writeMark } from "../../codec/restriction/mark.ts";
import { createRandom } from "../support/fills.ts";
import { type CheckKernels, loadCheckKernels } from "../support/kernels.ts";
import { readCodes } from "../support/qr.ts";

const TEXT = writeMark({
  service: "https://cmix.example",
  rule: { ...USUAL_RULE, treatment: "mosaic", sound: "mute" },
});

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

/** Draws into noise; the planes as they were and as they are. */
function draw(
  [width, height]: [number, number],
  place: MarkPlace | undefined,
  { chroma = "420" as ChromaFormat, fullRange = false, text = TEXT } = {},
) {
  const random = createRandom(1);
  const [chromaWidth, chromaHeight] = chromaSize(width, height, chroma);
  const sizes = [width * height, chromaWidth * chromaHeight, chromaWidth * chromaHeight];
  const before = sizes.map((size) => Uint8Array.from({ length: size }, () => 60 + (random() % 50)));
  const planes = before.map((plane) => kernels.memory.put(plane)) as [number, number, number];
  drawMark(
    { kernels, planes, strides: [width, chromaWidth], width, height, chroma },
    ...([markModules(text), place, fullRange] as const),
  );
  const after = planes.map((pointer, i) => kernels.memory.copy(pointer, sizes[i] as number));
  for (const pointer of planes) kernels.memory.release(pointer);
  return { before, after, chromaWidth };
}

describe("a drawn mark", () => {
  it("is read by another reader where it was drawn, with the strongest correction", async () => {
    for (const [size, place] of [
      [[854, 480], undefined],
      [[854, 480], { x: 0, y: 1000, size: 200 }],
      [[333, 251], { x: 400, y: 300, size: 600 }],
      [[1920, 1080], { x: 500, y: 500, size: 90 }],
    ] as [[number, number], MarkPlace | undefined][]) {
      const { after } = draw(size, place);
      const [code, ...others] = await readCodes(after[0] as Uint8Array, ...size);
      expect(others).toEqual([]);
      expect(code).toMatchObject({ text: TEXT, correction: "H" });
      const modules = markModules(TEXT);
      const [width, height] = size;
      const { x, y, modulePixels } = markPixels(modules, place ?? USUAL_MARK_PLACE, { width, height });
      const quiet = 4 * modulePixels;
      expect(Math.abs((code?.left ?? 0) - x - quiet)).toBeLessThanOrEqual(modulePixels);
      expect(Math.abs((code?.bottom ?? 0) - y - (modules.size - 4) * modulePixels)).toBeLessThanOrEqual(modulePixels);
    }
  });

  it("has as many modules as its text needs", () => {
    // Four versions: 25 characters fit in 33 modules, with the quiet zone 41.
    expect(markModules("https://cmix.example/r#1r").size).toBe(33 + 8);
    expect(markModules(TEXT).size).toBe(33 + 8);
  });

  for (const chroma of ["420", "422", "444"] as const)
    it(`changes nothing beside its square, and takes the colour out of it: ${chroma}`, () => {
      const [width, height] = [301, 203];
      const place = { x: 101, y: 51, size: 900 };
      const { before, after, chromaWidth } = draw([width, height], place, { chroma });
      const modules = markModules(TEXT);
      const { x, y, modulePixels } = markPixels(modules, place, { width, height });
      const side = modulePixels * modules.size;
      const wrongLuma = (after[0] as Uint8Array).findIndex((sample, at) => {
        const [column, row] = [(at % width) - x, Math.floor(at / width) - y];
        const isInside = column >= 0 && row >= 0 && column < side && row < side;
        const [moduleX, moduleY] = [Math.floor(column / modulePixels), Math.floor(row / modulePixels)];
        const expected = modules.dark[moduleY * modules.size + moduleX] === 1 ? 16 : 235;
        return sample !== (isInside ? expected : (before[0] as Uint8Array)[at]);
      });
      expect(wrongLuma).toBe(-1);
      const [across, down] = [chroma === "444" ? 1 : 2, chroma === "420" ? 2 : 1];
      const touches = (at: number, by: number, from: number) => at * by + by > from && at * by < from + side;
      for (const plane of [1, 2]) {
        const wrong = (after[plane] as Uint8Array).findIndex((sample, at) => {
          const isInside = touches(at % chromaWidth, across, x) && touches(Math.floor(at / chromaWidth), down, y);
          return sample !== (isInside ? 128 : (before[plane] as Uint8Array)[at]);
        });
        expect(wrong, `plane ${plane}`).toBe(-1);
      }
    });

  it("uses all values where samples use the full range", () => {
    const { after } = draw([200, 200], { x: 0, y: 0, size: 1000 }, { fullRange: true });
    expect(new Set((after[0] as Uint8Array).subarray(0, 41 * 4))).toEqual(new Set([255]));
    expect((after[0] as Uint8Array).includes(0)).toBe(true);
  });

  it("is refused where it would have less than two pixels a module, or more than a code holds", () => {
    expect(() => draw([320, 180], { x: 0, y: 0, size: 250 })).toThrow(
      /^size: 250 thousandths of 180 pixels; a mark of 41 modules needs 82 to 180 pixels/,
    );
    expect(() => draw([320, 180], { x: 0, y: 0, size: 1001 })).not.toThrow();
    expect(() => draw([320, 180], { x: 0, y: 0, size: 5000 })).toThrow(RangeError);
    expect(() => markModules("x".repeat(1274))).toThrow(RangeError);
  });
});
