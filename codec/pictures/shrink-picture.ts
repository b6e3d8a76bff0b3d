/** Decoded pictures made small, for thumbnails. */
import type { Kernels } from "../wasm/load-kernels.ts";
import type { PixelFormat, SourcePicture } from "./source-picture.ts";

/** By format: the planes' bytes for each sample, and by what their sides are divided. */
const PLANES: Record<PixelFormat, readonly (readonly [bytes: number, divisor: number])[]> = {
  I420: [
    [1, 1],
    [1, 2],
    [1, 2],
  ],
  NV12: [
    [1, 1],
    [2, 2],
  ],
  RGBA: [[4, 1]],
  BGRA: [[4, 1]],
};

type Picture = Pick<SourcePicture, "format" | "width" | "height" | "data" | "planes">;

/**
 * Means of the samples, plane by plane.
 *
 * @param width  of the small picture, even; its `height` too
 * @returns its planes without gaps, in the picture's own format
 */
export function shrinkPicture(picture: Picture, width: number, height: number): Uint8Array<ArrayBuffer>[] {
  return PLANES[picture.format].map(([bytes, divisor], i) => {
    const { offset, stride } = picture.planes[i] ?? { offset: 0, stride: 0 };
    const [fromWidth, fromHeight] = [Math.ceil(picture.width / divisor), Math.ceil(picture.height / divisor)];
    const [toWidth, toHeight] = [width / divisor, height / divisor];
    const plane = new Uint8Array(toWidth * toHeight * bytes);
    for (let y = 0, at = 0; y < toHeight; y++) {
      const [top, bottom] = spanOf(y, toHeight, fromHeight);
      for (let x = 0; x < toWidth; x++) {
        const [left, right] = spanOf(x, toWidth, fromWidth);
        for (let byte = 0; byte < bytes; byte++) {
          let sum = 0;
          for (let row = top; row < bottom; row++)
            for (let column = left; column < right; column++)
              sum += picture.data[offset + row * stride + column * bytes + byte] ?? 0;
          plane[at++] = sum / ((bottom - top) * (right - left));
        }
      }
    }
    return plane;
  });
}

/** The samples of `whole` that sample `number` of `count` stands for. */
function spanOf(number: number, count: number, whole: number): [from: number, end: number] {
  const from = Math.min(whole - 1, Math.floor((number * whole) / count));
  return [from, Math.max(from + 1, Math.floor(((number + 1) * whole) / count))];
}

/**
 * A small picture as red, green, blue and an opacity of 255.
 *
 * @param shown how the picture's Y'CbCr is meant; of no meaning for others
 */
export function smallRgba(
  kernels: Kernels,
  picture: Picture,
  { width, height }: { width: number; height: number },
  shown: { matrix?: "bt601" | "bt709"; fullRange?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const planes = shrinkPicture(picture, width, height);
  const [first = new Uint8Array()] = planes;
  if (picture.format === "RGBA") return first;
  if (picture.format === "BGRA") {
    for (let at = 0; at < first.length; at += 4)
      [first[at], first[at + 2]] = [first[at + 2] as number, first[at] as number];
    return first;
  }
  const [cb, cr] = picture.format === "NV12" ? apart(planes[1]) : [planes[1], planes[2]];
  const { raw, memory } = kernels;
  return memory.withAllocations((scope) => {
    const rgba = scope.allocate(4 * width * height);
    const [y, u, v] = [first, cb, cr].map((plane) => scope.put(plane ?? new Uint8Array()));
    const { matrix = "bt601", fullRange = false } = shown;
    raw.i420ToRgba(
      ...([rgba, y, u, v] as [number, number, number, number]),
      ...([width, width / 2, width, height] as const),
      matrix === "bt709" ? 1 : 0,
      fullRange ? 1 : 0,
    );
    return memory.copy(rgba, 4 * width * height);
  });
}

function apart(chroma = new Uint8Array()): [Uint8Array, Uint8Array] {
  const half = (from: number) => Uint8Array.from({ length: chroma.length / 2 }, (_, i) => chroma[2 * i + from] ?? 0);
  return [half(0), half(1)];
}
