/** Decoded pictures, whatever form a decoder gives them in, as planes in the kernels' memory. */
import type { Kernels } from "../wasm/load-kernels.ts";
import { chromaSize, type PlanarPicture } from "./planar-picture.ts";
import type { SourcePicture } from "./source-picture.ts";

/**
 * Writes a picture as Y, Cb and Cr of 4:2:0.
 *
 * @param staging where `picture.data` stands in the kernels' memory
 * @param target  planes as large as the picture, or larger
 * @throws TypeError the picture has not the planes of its format
 */
export function loadI420(
  { raw }: Pick<Kernels, "raw">,
  { format, width, height, planes }: Pick<SourcePicture, "format" | "width" | "height" | "planes">,
  staging: number,
  { planes: [y, cb, cr], strides: [yStride, cStride] }: Pick<PlanarPicture, "planes" | "strides">,
): void {
  const [first, second, third] = planes.map(({ offset, stride }) => ({ pointer: staging + offset, stride }));
  const [chromaWidth, chromaHeight] = chromaSize(width, height, "420");
  if (format === "RGBA" || format === "BGRA") {
    if (first === undefined) throw new TypeError("picture.planes: one plane expected");
    const order = format === "BGRA" ? 1 : 0;
    raw.rgbaToI420(y, cb, cr, yStride, cStride, first.pointer, first.stride, width, height, order);
    return;
  }
  if (first === undefined || second === undefined) throw new TypeError("picture.planes: two or three planes expected");
  raw.copyPlane(y, yStride, first.pointer, first.stride, width, height);
  if (format === "NV12") {
    for (let row = 0; row < chromaHeight; row++)
      raw.deinterleaveChroma(
        ...([cb + row * cStride, cr + row * cStride] as const),
        ...([second.pointer + row * second.stride, chromaWidth] as const),
      );
    return;
  }
  if (third === undefined) throw new TypeError("picture.planes: three planes expected");
  raw.copyPlane(cb, cStride, second.pointer, second.stride, chromaWidth, chromaHeight);
  raw.copyPlane(cr, cStride, third.pointer, third.stride, chromaWidth, chromaHeight);
}
