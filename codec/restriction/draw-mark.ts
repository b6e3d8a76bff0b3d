/** Draws a mark into pictures, for creators who add it themselves (restriction patent, claim 4: the insertion of restriction information). */
import { encode } from "uqr";
import { chromaSize, type PlanarPicture } from "../pictures/planar-picture.ts";

/** A QR code's modules with its quiet zone. */
export interface MarkModules {
  /** Modules of a side, quiet zone included. */
  size: number;
  /** Row by row: 1 is dark. */
  dark: Uint8Array;
}

/** Where a mark is drawn, in thousandths of the picture. It is moved inside where it would go over the edge. */
export interface MarkPlace {
  x: number;
  y: number;
  /** Its side with the quiet zone, of the picture's shorter side. It gets as many whole pixels a module as fit in there. */
  size: number;
}

/** A mark that a creator adds to some time of a video. */
export interface DrawnMark {
  /** As `writeMark` gives it. */
  text: string;
  /** In the picture as it is shown. */
  place: MarkPlace;
  /** Of the first picture that shows it. */
  startMicroseconds: number;
  /** Of the first picture without it. */
  endMicroseconds: number;
}

/** In the top right corner, legible after strong compression: see RESULTS.md. */
export const USUAL_MARK_PLACE: MarkPlace = { x: 1000, y: 0, size: 260 };

/** Modules around the code that stay light (ISO/IEC 18004 6.3.8). */
const QUIET_MODULES = 4;
/** Below two pixels a module no reader finds it again. */
const MODULE_MIN_PIXELS = 2;
/** Cb and Cr without colour. */
const GREY = 128;

/**
 * The modules of a code with this text, error correction H: three tenths of it may be lost.
 *
 * @throws RangeError more text than a code holds
 */
export function markModules(text: string): MarkModules {
  const { size, data } = encode(text, { ecc: "H", border: QUIET_MODULES });
  return { size, dark: Uint8Array.from(data.flat(), Number) };
}

/** Where a mark's samples are in a picture of this size, in pixels. @throws RangeError too small for two pixels a module */
export function markPixels(
  { size }: Pick<MarkModules, "size">,
  place: MarkPlace,
  picture: { width: number; height: number },
): { x: number; y: number; modulePixels: number } {
  const shorter = Math.min(picture.width, picture.height);
  const modulePixels = Math.floor((place.size * shorter) / 1000 / size);
  if (modulePixels < MODULE_MIN_PIXELS || modulePixels * size > shorter)
    throw new RangeError(
      `size: ${place.size} thousandths of ${shorter} pixels; a mark of ${size} modules needs ${MODULE_MIN_PIXELS * size} to ${shorter} pixels`,
    );
  const at = (thousandths: number, pixels: number): number =>
    Math.max(0, Math.min(pixels - modulePixels * size, Math.round((thousandths * pixels) / 1000)));
  return { x: at(place.x, picture.width), y: at(place.y, picture.height), modulePixels };
}

/**
 * Draws a mark: black and white modules without colour.
 *
 * @param picture 8 bits a sample, of any chroma format; written
 * @throws RangeError as {@link markPixels}
 */
export function drawMark(
  picture: PlanarPicture & { width: number; height: number },
  modules: MarkModules,
  place: MarkPlace = USUAL_MARK_PLACE,
  fullRange = false,
): void {
  const { raw } = picture.kernels;
  const { x, y, modulePixels } = markPixels(modules, place, picture);
  const pixels = modulePixels * modules.size;
  const [black, white] = fullRange ? [0, 255] : [16, 235];
  const stride = picture.strides[0];
  const luma = (left: number, top: number): number => picture.planes[0] + top * stride + left;
  raw.fillPlane(luma(x, y), stride, pixels, pixels, white);
  for (const { row, from, to } of darkRuns(modules)) {
    const start = luma(x + from * modulePixels, y + row * modulePixels);
    raw.fillPlane(start, stride, (to - from) * modulePixels, modulePixels, black);
  }
  const [chromaWidth, chromaHeight] = chromaSize(picture.width, picture.height, picture.chroma ?? "420");
  const [left, right] = chromaSpan(x, x + pixels, chromaWidth < picture.width);
  const [top, bottom] = chromaSpan(y, y + pixels, chromaHeight < picture.height);
  const chromaStride = picture.strides[1];
  for (const plane of [picture.planes[1], picture.planes[2]])
    raw.fillPlane(plane + top * chromaStride + left, chromaStride, right - left, bottom - top, GREY);
}

/** The colour samples that belong to pixels, outwards. */
const chromaSpan = (from: number, to: number, isHalved: boolean): [number, number] =>
  isHalved ? [from >> 1, (to + 1) >> 1] : [from, to];

/** Modules of a row that are dark side by side. */
function* darkRuns({ size, dark }: MarkModules): Generator<{ row: number; from: number; to: number }> {
  for (let row = 0; row < size; row++)
    for (let from = 0; from < size; from++) {
      if (dark[row * size + from] === 0) continue;
      let to = from;
      while (to < size && dark[row * size + to] === 1) to += 1;
      yield { row, from, to };
      from = to;
    }
}
