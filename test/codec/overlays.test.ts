/** Pictures and texts laid over hidden areas, by every method: what everybody sees there (R3). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { UnsupportedError } from "../../codec/errors.ts";
import { nodeRecoderOf } from "../../codec/hosts/node/index.ts";
import type { DivisionJob } from "../../codec/methods/method.ts";
import type { SourcePicture } from "../../codec/pictures/source-picture.ts";
import {
  checkOverlays,
  OVERLAY_MAX_PIXELS,
  type OverlayPicture,
  planarOverlays,
} from "../../codec/restriction/overlays.ts";
import type { RestrictedPart } from "../../codec/restriction/part.ts";
import { coveredPixels } from "../../codec/restriction/treat-picture.ts";
import { treatedPicture } from "../../codec/restriction/treated-picture.ts";
import { sourcePicture } from "../support/compress.ts";
import { combineDivision, divideFile, dividePictures, errorOf } from "../support/divisions.ts";
import { CLIP_HEIGHT, CLIP_PART, CLIP_WIDTH, H264_CLIP, makeClip } from "../support/hidden-clips.ts";
import { type CheckKernels, loadCheckKernels } from "../support/kernels.ts";
import { ordinary } from "../support/restricted.ts";
import { HEIGHT, HIDDEN, makeFile, outOf, PART, picturesOf, WIDTH } from "../support/restricted-mpeg.ts";
import { paintScene } from "../support/scenes.ts";
import { readY4m } from "../support/y4m.ts";

const [RED, GREEN, WHITE] = [
  [255, 0, 0, 255],
  [0, 255, 0, 255],
  [255, 255, 255, 255],
] as const;
/** Y and Cr of them in BT.601, 16 to 235. */
const [RED_601, GREEN_601] = [
  [81, 240],
  [145, 34],
] as const;
/** Coding leaves a little. */
const NEAR = 12;

function painted(width: number, height: number, colour: (x: number, y: number) => readonly number[]): OverlayPicture {
  const rgba = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgba.set(colour(x, y), 4 * (y * width + x));
  return { width, height, rgba };
}
/** Red on the left, green on the right. */
const twoHalves = (width: number, height: number): OverlayPicture =>
  painted(width, height, (x) => (2 * x < width ? RED : GREEN));

let kernels: CheckKernels;
let folder: string;
beforeAll(async () => {
  kernels = await loadCheckKernels();
  folder = mkdtempSync(join(tmpdir(), "cmix-overlays-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Y and Cr of the middle of each half of what a part's first area covers. @param i420 tight */
function halves(i420: Uint8Array, part: RestrictedPart, width: number, height: number): [number, number][] {
  const area = coveredPixels(part.areas[0] as RestrictedPart["areas"][0], width, height);
  if (area === undefined) throw new Error("no area");
  const y = area.y + (area.height >> 1);
  return [0.25, 0.75].map((share) => {
    const x = Math.round(area.x + share * area.width);
    const cr = 1.25 * width * height + (y >> 1) * (width / 2) + (x >> 1);
    return [i420[y * width + x] ?? 0, i420[cr] ?? 0];
  });
}

function expectTwoHalves(i420: Uint8Array, part: RestrictedPart, width: number, height: number): void {
  const [left, right] = halves(i420, part, width, height);
  for (const [seen, wanted] of [
    [left, RED_601],
    [right, GREEN_601],
  ] as const)
    for (const i of [0, 1] as const) expect(Math.abs((seen?.[i] ?? 0) - wanted[i]), `${seen}`).toBeLessThan(NEAR);
}

const texts = { title: "clip", mainName: "clip.cmx", slaveName: "clip.cms", protection: "sealed" } as const;
function overlaysFor(part: RestrictedPart, width: number, height: number): NonNullable<DivisionJob["overlays"]> {
  const area = coveredPixels(part.areas[0] as RestrictedPart["areas"][0], width, height);
  return { [part.treatment]: twoHalves(area?.width ?? 0, area?.height ?? 0) };
}
/** What everybody gets, and what is there for who may see more. */
async function both(sinks: { main: MemorySink; slave: MemorySink }): Promise<[Uint8Array, Uint8Array]> {
  const pair = { main: sinks.main.bytes(), slave: sinks.slave.bytes() };
  return [await combineDivision(kernels, await ordinary(pair)), await combineDivision(kernels, pair)];
}

describe("R3 a picture or a text covers a hidden area for everybody else", () => {
  const sinks = () => ({ main: new MemorySink(), slave: new MemorySink() });

  it("by method compress, where it has B-pictures too", async () => {
    const [width, height] = [96, 64];
    const part: RestrictedPart = {
      ...{ startMicroseconds: 80_000, endMicroseconds: 240_000, areas: [{ x: 200, y: 0, width: 500, height: 500 }] },
      ...{ treatment: "text", sound: "keep", viewers: "premium" },
    };
    const scene = paintScene("camera", width, height, 9, 5).pictures;
    async function* pictures(): AsyncGenerator<SourcePicture> {
      for (const [i, data] of scene.entries()) yield sourcePicture({ width, height }, data.slice(), i * 40_000);
    }
    const files = sinks();
    const media = { video: { width, height, frameRate: [25, 1] as [number, number] }, pictures: pictures() };
    const overlays = overlaysFor(part, width, height);
    await dividePictures(kernels, media, { ...texts, quality: 2, bPictures: 2, restrictions: [part], overlays }, files);
    const [seen, truth] = (await both(files)).map((y4m) => readY4m(y4m, "clip").pictures);
    for (const [i, picture] of (seen ?? []).entries())
      if (i < 2 || i >= 6) expect(picture).toEqual(truth?.[i]);
      else expectTwoHalves(picture, part, width, height);
  });

  it("by method mpeg", async () => {
    const part = { ...PART, treatment: "picture", sound: "keep" } as const;
    const files = sinks();
    const overlays = overlaysFor(part, WIDTH, HEIGHT);
    await divideFile(
      kernels,
      "mpeg",
      makeFile("elementary stream"),
      { ...texts, restrictions: [part], overlays },
      files,
    );
    const seen = picturesOf((await both(files))[0]);
    for (const i of [HIDDEN.from, HIDDEN.to - 1]) expectTwoHalves(seen[i] as Uint8Array, part, WIDTH, HEIGHT);
    const behind = halves(seen[HIDDEN.to] as Uint8Array, part, WIDTH, HEIGHT);
    expect(behind.every(([, cr]) => Math.abs(cr - RED_601[1]) < NEAR)).toBe(false);
  });

  it("by method samples", async () => {
    const source = makeClip(join(folder, "film.mp4"), [...H264_CLIP, "-t", "2"]);
    const part = { ...CLIP_PART, treatment: "picture", sound: "keep" } as const;
    const openRecoder = nodeRecoderOf(sourceFromBytes(source), "film.mp4");
    const files = sinks();
    const overlays = overlaysFor(part, CLIP_WIDTH, CLIP_HEIGHT);
    await divideFile(kernels, "samples", source, { ...texts, restrictions: [part], overlays, openRecoder }, files);
    const [base] = await both(files);
    const raw = outOf(base, "-an", "-ss", "1.4", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p");
    expectTwoHalves(raw, part, CLIP_WIDTH, CLIP_HEIGHT);
  });

  it("and is refused before anything is written where there is none, or one that cannot be", async () => {
    const part: RestrictedPart = { ...PART, treatment: "text", sound: "keep" };
    const files = sinks();
    const bytes = makeFile("elementary stream");
    const picture = twoHalves(4, 4);
    const division = divideFile(
      kernels,
      "mpeg",
      bytes,
      { ...texts, restrictions: [part], overlays: { picture } },
      files,
    );
    const error = await errorOf(division);
    expect(error).toBeInstanceOf(UnsupportedError);
    expect((error as Error).message).toMatch(/covered by a text.*black or mosaic/);
    expect(files.main.bytes().length).toBe(0);
    const large = { width: OVERLAY_MAX_PIXELS, height: 2, rgba: new Uint8Array(8) };
    for (const text of [large, { ...picture, rgba: picture.rgba.subarray(1) }, { ...picture, width: 0.5 }])
      expect(() => checkOverlays([part], { text })).toThrow(RangeError);
    // Where the sound alone is changed, nothing is covered.
    expect(() => checkOverlays([{ ...part, areas: [] }], {})).not.toThrow();
  });
});

describe("an overlay in a video's own terms", () => {
  const samplesOf = (overlay: OverlayPicture, video: Parameters<typeof planarOverlays>[1]): number[] => {
    const { width, height, data } = planarOverlays({ picture: overlay }, video).picture ?? planarNone();
    return [data[0], data[width * height], data.at(-1)] as number[];
  };
  const planarNone = (): never => {
    throw new Error("no overlay");
  };

  it("R3 has its matrix and its range, and lets black through where it is not opaque", () => {
    const of = (colour: readonly number[]) => painted(2, 2, () => colour);
    expect(samplesOf(of(RED), {})).toEqual([81, 90, 240]);
    expect(samplesOf(of(RED), { matrix: "bt709" })).toEqual([63, 102, 240]);
    expect(samplesOf(of(WHITE), { fullRange: true })).toEqual([255, 128, 128]);
    expect(samplesOf(of([255, 255, 255, 0]), {})).toEqual([16, 128, 128]);
    expect(samplesOf(of([255, 255, 255, 51]), {})).toEqual([60, 128, 128]);
  });

  it("R3 is turned as the video's pictures are coded, so that it stands upright when they are shown", () => {
    // Luminance tells the places: 4 across, 2 down.
    const overlay = painted(
      4,
      2,
      (x, y) =>
        Array(4)
          .fill(20 * (1 + x + 4 * y), 0, 3)
          .with(3, 255) as number[],
    );
    const upright = planarOverlays({ text: overlay }, {}).text?.data.subarray(0, 8);
    for (const rotation of [0, 90, 180, 270] as const)
      for (const mirrored of [false, true]) {
        const {
          width = 0,
          height = 0,
          data = [],
        } = planarOverlays({ text: overlay }, { rotation, mirrored }).text ?? {};
        // As a player shows it: turned clockwise, then left and right exchanged.
        const shown = new Uint8Array(8);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            const place = {
              0: [x, y],
              90: [height - 1 - y, x],
              180: [width - 1 - x, height - 1 - y],
              270: [y, width - 1 - x],
            };
            const [across = 0, down = 0] = place[rotation];
            shown[4 * down + (mirrored ? 3 - across : across)] = data[y * width + x] ?? 0;
          }
        expect(shown, `turned by ${rotation}, mirrored ${mirrored}`).toEqual(upright);
      }
  });

  it("R3 keeps its shape where pixels are not square", () => {
    const [width, height] = [128, 64];
    const data = new Uint8Array(width * height * 1.5).fill(128);
    const parts = [{ areas: [{ x: 0, y: 0, width: 1000, height: 1000 }], treatment: "picture" as const }];
    const white = painted(8, 8, () => WHITE);
    const whiteAcross = (pixelAspect: [number, number]): number => {
      const overlays = planarOverlays({ picture: white }, { pixelAspect });
      const picture = sourcePicture({ width, height }, data.slice(), 0);
      const row = treatedPicture(kernels, picture, { parts, fullRange: false, overlays }).subarray(0, width);
      return row.filter((y) => y > 200).length;
    };
    expect([whiteAcross([1, 1]), whiteAcross([2, 1])]).toEqual([64, 32]);
  });
});
