/** A decoded picture with what a part hides in it, for an encoder. */
import { loadI420 } from "../pictures/load-i420.ts";
import { chromaSize } from "../pictures/planar-picture.ts";
import type { SourcePicture } from "../pictures/source-picture.ts";
import type { Kernels } from "../wasm/load-kernels.ts";
import type { RestrictedPart } from "./part.ts";
import { treatPicture } from "./treat-picture.ts";

/** What of a part a picture has to know; areas are thousandths of the coded picture. */
export type TreatedPart = Pick<RestrictedPart, "areas" | "treatment">;

/**
 * A picture as everybody sees it; as it was without parts.
 *
 * @param fullRange the samples use 0 to 255, not 16 to 235
 * @returns Y, Cb and Cr of 4:2:0, tight
 */
export function treatedPicture(
  kernels: Kernels,
  picture: SourcePicture,
  parts: readonly TreatedPart[],
  fullRange: boolean,
): Uint8Array {
  const { width, height } = picture;
  const { memory } = kernels;
  const [columns, rows] = chromaSize(width, height, "420");
  const [luma, chroma] = [width * height, columns * rows];
  return memory.withAllocations((scope) => {
    const staging = scope.put(picture.data);
    const y = scope.allocate(luma + 2 * chroma);
    const planes = [y, y + luma, y + luma + chroma] as const;
    const planar = { kernels, planes, strides: [width, columns] as const, width, height };
    loadI420(kernels, picture, staging, planar);
    for (const part of parts) treatPicture(planar, part, { fullRange });
    return memory.copy(y, luma + 2 * chroma);
  });
}
