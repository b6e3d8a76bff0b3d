/** A decoded picture with what a part hides in it, for an encoder. */
import { loadI420 } from "../pictures/load-i420.ts";
import { chromaSize } from "../pictures/planar-picture.ts";
import type { SourcePicture } from "../pictures/source-picture.ts";
import type { Kernels } from "../wasm/load-kernels.ts";
import { type PlanarOverlays, putOverlays } from "./overlays.ts";
import type { RestrictedPart } from "./part.ts";
import { treatPicture } from "./treat-picture.ts";

/** What of a part a picture has to know; areas are thousandths of the coded picture. */
export type TreatedPart = Pick<RestrictedPart, "areas" | "treatment">;

/** What is not to be seen of pictures. */
export interface HiddenAreas {
  parts: readonly TreatedPart[];
  /** The samples use 0 to 255, not 16 to 235. */
  fullRange: boolean;
  /** For the parts that are covered by a picture or a text. */
  overlays?: PlanarOverlays | undefined;
}

/**
 * A picture as everybody sees it; as it was without parts.
 *
 * @returns Y, Cb and Cr of 4:2:0, tight
 */
export function treatedPicture(
  kernels: Kernels,
  picture: SourcePicture,
  { parts, fullRange, overlays }: HiddenAreas,
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
    const laid = putOverlays(memory, scope.allocate, overlays);
    for (const part of parts) treatPicture(planar, part, { fullRange, overlays: laid });
    return memory.copy(y, luma + 2 * chroma);
  });
}
