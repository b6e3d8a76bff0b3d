/** Pictures and clips with marks in them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { concatBytes } from "../../codec/bytes/bytes.ts";
import { writeY4mHeader, Y4M_PICTURE_HEADER } from "../../codec/containers/y4m/y4m.ts";
import { type CodeReader, createCodeReader } from "../../codec/restriction/code-reader.ts";
import { drawMark, type MarkPlace, markModules, USUAL_MARK_PLACE } from "../../codec/restriction/draw-mark.ts";
import { MarkFinder, type Sighting } from "../../codec/restriction/mark-finder.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import { createRandom } from "./fills.ts";
import { ROOT } from "./tree.ts";

let reader: Promise<CodeReader> | undefined;

/** The library's own reader of codes, from the built file. */
export function loadCodeReader(): Promise<CodeReader> {
  reader ??= readFile(join(ROOT, "dist/wasm/zxing_reader.wasm")).then((wasm) =>
    createCodeReader(new Uint8Array(wasm).buffer),
  );
  return reader;
}

/** A mark in some pictures of a clip: from the first to the last one, both with it. */
export interface DrawnMark {
  text: string;
  first: number;
  last: number;
  place?: MarkPlace;
  /** Another place for some of its pictures. */
  placeAt?: (picture: number) => MarkPlace | undefined;
}

export interface LumaPicture {
  width: number;
  height: number;
  luma: Uint8Array;
  timestampMicroseconds: number;
  durationMicroseconds: number;
}

/** Draws marks into a plane of luma. */
export function drawInto(
  kernels: Kernels,
  { luma, width, height }: Pick<LumaPicture, "luma" | "width" | "height">,
  marks: readonly { text: string; place: MarkPlace }[],
): Uint8Array<ArrayBuffer> {
  const { memory } = kernels;
  return memory.withAllocations((scope) => {
    const planes = [scope.put(luma), scope.allocate(luma.length), scope.allocate(luma.length)] as const;
    for (const { text, place } of marks)
      drawMark({ kernels, planes, strides: [width, width], width, height }, markModules(text), place);
    return memory.copy(planes[0], luma.length);
  });
}

const grain = createRandom(9);
const GRAIN = Uint8Array.from({ length: 65_521 }, () => grain() % 9);

/** A background that moves and has edges, made of a seed. */
export function scenery(width: number, height: number, picture: number, seed = 1): Uint8Array {
  const random = createRandom(seed);
  const luma = new Uint8Array(width * height);
  const boxes = Array.from({ length: 40 }, () => [random(), random(), random(), random(), random()] as const);
  luma.fill(110);
  for (const [a, b, c, d, value] of boxes) {
    const [w, h] = [4 + (c % (width / 3)), 4 + (d % (height / 3))];
    const x = (a + picture * (1 + (value % 5))) % width;
    const y = (b + picture * (value % 3)) % height;
    for (let row = Math.floor(y); row < Math.min(height, y + h); row++)
      luma.fill(40 + (value % 170), row * width + Math.floor(x), row * width + Math.floor(Math.min(width, x + w)));
  }
  const shift = random() % GRAIN.length;
  for (let at = 0; at < luma.length; at++)
    luma[at] = (luma[at] as number) + (GRAIN[(at + shift) % GRAIN.length] as number);
  return luma;
}

/** A clip of scenery with marks, a picture at a time. */
export function* markedPictures(
  kernels: Kernels,
  { width, height, pictures, rate = 25 }: { width: number; height: number; pictures: number; rate?: number },
  marks: readonly DrawnMark[],
): Generator<LumaPicture> {
  for (let picture = 0; picture < pictures; picture++) {
    const shown = marks
      .filter(({ first, last }) => picture >= first && picture <= last)
      .flatMap(({ text, place = USUAL_MARK_PLACE, placeAt = () => place }) => {
        const at = placeAt(picture);
        return at === undefined ? [] : [{ text, place: at }];
      });
    const luma = drawInto(kernels, { luma: scenery(width, height, picture), width, height }, shown);
    const [start, end] = [timeOf(picture, rate), timeOf(picture + 1, rate)];
    yield { width, height, luma, timestampMicroseconds: start, durationMicroseconds: end - start };
  }
}

/** When a picture begins. */
export const timeOf = (picture: number, rate = 25): number => Math.round((picture * 1e6) / rate);

/** What the library sees in pictures. */
export async function seeIn(kernels: Kernels, pictures: Iterable<LumaPicture>): Promise<Sighting[]> {
  const finder = new MarkFinder(kernels, await loadCodeReader());
  for (const { luma, width, height, timestampMicroseconds, durationMicroseconds } of pictures) {
    const pointer = kernels.memory.put(luma);
    const added = finder.add({ pointer, stride: width, width, height }, timestampMicroseconds, durationMicroseconds);
    kernels.memory.release(pointer);
    await added;
  }
  const sightings = await finder.finish();
  finder.close();
  return sightings;
}

/** Such a clip as a .y4m file, in grey. */
export function markedY4m(
  kernels: Kernels,
  size: { width: number; height: number; pictures: number },
  marks: readonly DrawnMark[],
): Uint8Array {
  const grey = new Uint8Array((size.width * size.height) / 2).fill(128);
  const pictures = [...markedPictures(kernels, size, marks)].flatMap(({ luma }) => [Y4M_PICTURE_HEADER, luma, grey]);
  const header = writeY4mHeader({ ...size, frameRate: [25, 1], pixelAspect: [1, 1], fullRange: false } as never);
  return concatBytes(header, ...pictures);
}
