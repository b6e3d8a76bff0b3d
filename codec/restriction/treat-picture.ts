/** What everybody sees of a picture in which parts are hidden (restriction patent, Fig. 5, T06). */
import { chromaSize, type PlanarPicture } from "../pictures/planar-picture.ts";
import type { AllocationScope } from "../wasm/kernel-memory.ts";
import type { Kernels } from "../wasm/load-kernels.ts";
import type { Area, RestrictedPart } from "./part.ts";

/** Areas begin and end at macroblocks, so that no coded block shows some of both. */
export const MACROBLOCK_PIXELS = 16;
/** A mosaic's cell is at least this part of the area's short side (attacks on mosaics read faces and digits in finer ones). */
const CELLS_MAX = 12;
const CELL_MIN_PIXELS = 16;
/** Black and grey of video: 16 and 128 where samples use the studio range, 0 where they use all of it. */
const STUDIO_BLACK = 16;
const GREY = 128;

/** A rectangle in pixels. */
export interface PixelArea {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A picture with opacity in the kernels' memory, laid over hidden areas; matrix and range are those of the video. */
export interface Overlay {
  width: number;
  height: number;
  /** Where Y, Cb, Cr (4:2:0) and the opacity of each pixel (0 to 255) begin. */
  planes: readonly [number, number, number, number];
  /** Bytes from row to row of Y, of Cb and Cr, and of the opacity. */
  strides: readonly [number, number, number];
  /** How much wider than high its pixels become in the picture, whose own may not be square; 1 where absent. */
  stretch?: number;
}

/** What {@link treatPicture} has to know of the video, and what it may lay over. */
export interface TreatmentOptions {
  /** The samples use 0 to 255, not 16 to 235. */
  fullRange?: boolean;
  /** For the treatments `picture` and `text`: shown as large as the area allows, on black. The area is black without one. */
  overlays?: Partial<Record<"picture" | "text", Overlay>>;
}

/** Whether a picture that is shown at this time lies in the part: the start does, the end does not. */
export function isWithin(part: RestrictedPart, microseconds: number): boolean {
  return microseconds >= part.startMicroseconds && microseconds < part.endMicroseconds;
}

/**
 * The macroblocks that an area touches, so that all of it is covered.
 *
 * @returns within the picture, on borders of macroblocks or the picture's own; undefined for an area without extent
 */
export function coveredPixels(area: Area, width: number, height: number): PixelArea | undefined {
  const across = coveredSpan(area.x, area.width, width);
  const down = coveredSpan(area.y, area.height, height);
  if (across === undefined || down === undefined) return undefined;
  return { x: across.from, y: down.from, width: across.length, height: down.length };
}

function coveredSpan(from: number, length: number, pixels: number): { from: number; length: number } | undefined {
  const start = Math.max(0, (from * pixels) / 1000);
  const end = Math.min(pixels, ((from + length) * pixels) / 1000);
  if (!(end > start)) return undefined;
  let first = Math.floor(start / MACROBLOCK_PIXELS) * MACROBLOCK_PIXELS;
  const last = Math.min(pixels, Math.ceil(end / MACROBLOCK_PIXELS) * MACROBLOCK_PIXELS);
  // The picture's last macroblock may be cut off: what is left of it is too small for a cell of its own.
  if (last - first < MACROBLOCK_PIXELS) first = Math.max(0, first - MACROBLOCK_PIXELS);
  return { from: first, length: last - first };
}

/**
 * Hides a part's areas in a picture; nothing of them is left but a mosaic's means. What lies outside stays as it is. Sizes are those of
 * the coded picture, areas are thousandths of it.
 *
 * @param picture 8 bits a sample, of any chroma format; written
 * @param part    its times are not looked at; see {@link isWithin}
 */
export function treatPicture(
  picture: PlanarPicture & { width: number; height: number },
  part: Pick<RestrictedPart, "areas" | "treatment">,
  options: TreatmentOptions = {},
): void {
  for (const area of part.areas) {
    const pixels = coveredPixels(area, picture.width, picture.height);
    if (pixels === undefined) continue;
    if (part.treatment === "mosaic") mosaicArea(picture, pixels);
    else {
      blackenArea(picture, pixels, options.fullRange === true);
      const overlay = part.treatment === "black" ? undefined : options.overlays?.[part.treatment];
      if (overlay !== undefined) layOver(picture, pixels, overlay);
    }
  }
}

type Picture = PlanarPicture & { width: number; height: number };

/** An area's first sample in a plane, and the samples that belong to it. */
interface PlaneArea {
  pointer: number;
  stride: number;
  width: number;
  height: number;
}

function planeArea(
  { planes, strides, width, height, chroma = "420" }: Picture,
  plane: number,
  area: PixelArea,
): PlaneArea {
  const stride = strides[plane === 0 ? 0 : 1];
  const [columns, rows] = plane === 0 ? [width, height] : chromaSize(width, height, chroma);
  const [acrossBy, downBy] = plane === 0 ? [1, 1] : [chroma === "444" ? 1 : 2, chroma === "420" ? 2 : 1];
  const [x, y] = [Math.floor(area.x / acrossBy), Math.floor(area.y / downBy)];
  return {
    pointer: (planes[plane] ?? 0) + y * stride + x,
    stride,
    width: Math.min(columns, Math.ceil((area.x + area.width) / acrossBy)) - x,
    height: Math.min(rows, Math.ceil((area.y + area.height) / downBy)) - y,
  };
}

function blackenArea(picture: Picture, area: PixelArea, fullRange: boolean): void {
  for (let plane = 0; plane < 3; plane++) {
    const { pointer, stride, width, height } = planeArea(picture, plane, area);
    const black = fullRange ? 0 : STUDIO_BLACK;
    picture.kernels.raw.fillPlane(pointer, stride, width, height, plane === 0 ? black : GREY);
  }
}

function mosaicArea(picture: Picture, area: PixelArea): void {
  const cell = Math.max(CELL_MIN_PIXELS, Math.ceil(Math.min(area.width, area.height) / CELLS_MAX));
  const columns = Math.max(1, Math.floor(area.width / cell));
  const rows = Math.max(1, Math.floor(area.height / cell));
  for (let plane = 0; plane < 3; plane++) {
    const { pointer, stride, width, height } = planeArea(picture, plane, area);
    picture.kernels.raw.mosaicPlane(pointer, stride, width, height, columns, rows);
  }
}

/** In the middle of the area, as large as it fits with its own shape. */
function layOver(picture: Picture, area: PixelArea, overlay: Overlay): void {
  const { memory, raw } = picture.kernels;
  const wide = overlay.width * (overlay.stretch ?? 1);
  const scale = Math.min(area.width / wide, area.height / overlay.height);
  const [width, height] = [fitted(wide * scale, area.width), fitted(overlay.height * scale, area.height)];
  const place = {
    x: area.x + evenBelow((area.width - width) / 2),
    y: area.y + evenBelow((area.height - height) / 2),
    width,
    height,
  };
  memory.withAllocations((scope) => {
    for (let plane = 0; plane < 3; plane++) {
      const target = planeArea(picture, plane, place);
      const scaled = (pointer: number, stride: number, columns: number, rows: number): number =>
        fitPlane(picture.kernels, scope, { pointer, stride, width: columns, height: rows }, target);
      const [columns, rows] =
        plane === 0 ? [overlay.width, overlay.height] : chromaSize(overlay.width, overlay.height, "420");
      const samples = scaled(overlay.planes[plane] as number, overlay.strides[plane === 0 ? 0 : 1], columns, rows);
      const alpha = scaled(overlay.planes[3], overlay.strides[2], overlay.width, overlay.height);
      raw.blendPlane(
        ...([target.pointer, target.stride, samples, target.width, alpha, target.width] as const),
        target.width,
        target.height,
      );
    }
  });
}

/** A plane as large as the target, without gaps between rows: halved as often as it goes, then scaled. */
function fitPlane(
  { raw }: Kernels,
  scope: AllocationScope,
  plane: PlaneArea,
  { width, height }: Pick<PlaneArea, "width" | "height">,
): number {
  let from = plane;
  while (from.width >= 2 * width && from.height >= 2 * height) {
    const half = { width: from.width >> 1, height: from.height >> 1 };
    const pointer = scope.allocate(half.width * half.height);
    raw.halvePlane(pointer, half.width, from.pointer, from.stride, from.width, from.height);
    from = { pointer, stride: half.width, ...half };
  }
  const fitted = scope.allocate(width * height);
  raw.scalePlane(fitted, width, width, height, from.pointer, from.stride, from.width, from.height);
  return fitted;
}

const fitted = (pixels: number, most: number): number => Math.max(1, Math.min(most, Math.round(pixels)));

/** So that 4:2:0 samples of overlay and picture stand in the same places. */
const evenBelow = (pixels: number): number => Math.floor(pixels / 2) * 2;
