/** What is laid over hidden areas instead of black: a picture, or a text that was drawn as one (restriction patent, T06). */
import { UnsupportedError } from "../errors.ts";
import type { VideoTrack } from "../format/header.ts";
import { chromaSize } from "../pictures/planar-picture.ts";
import type { AllocationScope, KernelMemory } from "../wasm/kernel-memory.ts";
import type { PictureTreatment, RestrictedPart } from "./part.ts";
import type { Overlay } from "./treat-picture.ts";

/** 1920x1080, and a little more: larger ones are to be made smaller first. */
export const OVERLAY_MAX_PIXELS = 1 << 21;

/** Treatments that need something to lay over. */
export const LAID_TREATMENTS = ["picture", "text"] as const satisfies readonly PictureTreatment[];
/** One of {@link LAID_TREATMENTS}. */
export type LaidTreatment = (typeof LAID_TREATMENTS)[number];

/** A picture as it is shown, upright, in square pixels. */
export interface OverlayPicture {
  /** In pixels; {@link OVERLAY_MAX_PIXELS} at most in all. */
  width: number;
  height: number;
  /** Red, green, blue and opacity, 8 bits each, a row behind another; what is not opaque lets black through. */
  rgba: Uint8Array;
}

/** What a division lays over areas, by their treatment. */
export type Overlays = Partial<Record<LaidTreatment, OverlayPicture>>;

/** An overlay in the colours of a video, turned as its pictures are coded. */
export interface PlanarOverlay extends Required<Pick<Overlay, "stretch">> {
  width: number;
  height: number;
  /** Y, Cb and Cr of 4:2:0, tight. */
  data: Uint8Array;
}
/** The same for each treatment. */
export type PlanarOverlays = Partial<Record<LaidTreatment, PlanarOverlay>>;

/** Of a video, what its overlays have to follow. */
export type OverlaidVideo = Partial<Pick<VideoTrack, "matrix" | "fullRange" | "rotation" | "mirrored" | "pixelAspect">>;

const isLaid = (treatment: PictureTreatment): treatment is LaidTreatment =>
  LAID_TREATMENTS.some((one) => one === treatment);

/** The treatments of parts that need something to lay over. */
export const laidTreatments = (parts: readonly Pick<RestrictedPart, "areas" | "treatment">[]): LaidTreatment[] => [
  ...new Set(parts.flatMap(({ areas, treatment }) => (areas.length > 0 && isLaid(treatment) ? [treatment] : []))),
];

/**
 * Whether everything is there that parts are to be covered with.
 *
 * @throws {@link UnsupportedError} parts are to be covered by a picture or a text, and there is none
 * @throws RangeError `overlays` holds a picture without pixels, with too many, or with other bytes than its size needs
 */
export function checkOverlays(parts: readonly RestrictedPart[], overlays: Overlays): void {
  for (const treatment of laidTreatments(parts))
    if (overlays[treatment] === undefined)
      throw new UnsupportedError(
        `parts are to be covered by a ${treatment}, and none was given: give one, or cover them by black or mosaic`,
        { reason: "overlay", treatment },
      );
  for (const treatment of LAID_TREATMENTS) {
    const overlay = overlays[treatment];
    if (overlay === undefined) continue;
    const { width, height, rgba } = overlay;
    const isSize = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
    if (!isSize || width * height > OVERLAY_MAX_PIXELS)
      throw new RangeError(
        `overlays.${treatment}: ${width}x${height} pixels; 1 to ${OVERLAY_MAX_PIXELS} in all expected`,
      );
    if (rgba.length !== 4 * width * height)
      throw new RangeError(
        `overlays.${treatment}.rgba: ${rgba.length} bytes; ${4 * width * height} expected for ${width}x${height}`,
      );
  }
}

/** Those that parts need; undefined where they need none, so that nothing is sent. */
export function overlaysOf(
  parts: readonly Pick<RestrictedPart, "areas" | "treatment">[],
  overlays: PlanarOverlays,
): PlanarOverlays | undefined {
  const needed = laidTreatments(parts);
  return needed.length === 0 ? undefined : Object.fromEntries(needed.map((one) => [one, overlays[one]]));
}

/** Weights of red and blue in luminance: ITU-R BT.601-7 2.5.1, BT.709-6 3.2. */
const WEIGHTS = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722] } as const;

/** Overlays as a video's pictures are coded: laid on black, in its matrix and range, turned as they are. */
export function planarOverlays(overlays: Overlays, video: OverlaidVideo): PlanarOverlays {
  const made: PlanarOverlays = {};
  for (const treatment of LAID_TREATMENTS) {
    const overlay = overlays[treatment];
    if (overlay !== undefined) made[treatment] = planarOverlay(overlay, video);
  }
  return made;
}

/** {@link planarOverlays} of a video whose pictures may come in either range, made once for each. */
export function overlaysByRange(overlays: Overlays, video: OverlaidVideo): (fullRange: boolean) => PlanarOverlays {
  const made = new Map<boolean, PlanarOverlays>();
  return (fullRange) => {
    const found = made.get(fullRange) ?? planarOverlays(overlays, { ...video, fullRange });
    made.set(fullRange, found);
    return found;
  };
}

function planarOverlay(
  shown: OverlayPicture,
  { matrix = "bt601", fullRange = false, rotation = 0, mirrored = false, pixelAspect = [1, 1] }: OverlaidVideo,
): PlanarOverlay {
  const isLying = rotation === 90 || rotation === 270;
  const [width, height] = isLying ? [shown.height, shown.width] : [shown.width, shown.height];
  const [columns, rows] = chromaSize(width, height, "420");
  const data = new Uint8Array(width * height + 2 * columns * rows);
  const [cb, cr] = [width * height, width * height + columns * rows];
  const [red, blue] = WEIGHTS[matrix];
  const [black, lumaSpan, chromaSpan] = fullRange ? [0, 255, 255] : [16, 219, 224];
  /** Where a coded pixel stands in the picture as it is shown. */
  const placeOf = (x: number, y: number): number => {
    const [across, down] = {
      0: [x, y],
      90: [shown.width - 1 - y, x],
      180: [shown.width - 1 - x, shown.height - 1 - y],
      270: [y, shown.height - 1 - x],
    }[rotation] as [number, number];
    return 4 * (down * shown.width + (mirrored ? shown.width - 1 - across : across));
  };
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      // At odd sizes the last column and row count twice.
      let [blues, reds] = [0, 0];
      for (let i = 0; i < 4; i++) {
        const [x, y] = [Math.min(width - 1, 2 * column + (i & 1)), Math.min(height - 1, 2 * row + (i >> 1))];
        const at = placeOf(x, y);
        const opacity = (shown.rgba[at + 3] ?? 0) / (255 * 255);
        const [r, g, b] = [0, 1, 2].map((channel) => (shown.rgba[at + channel] ?? 0) * opacity) as [
          number,
          number,
          number,
        ];
        const luma = red * r + (1 - red - blue) * g + blue * b;
        data[y * width + x] = Math.round(black + lumaSpan * luma);
        blues += (b - luma) / (2 * (1 - blue));
        reds += (r - luma) / (2 * (1 - red));
      }
      data[cb + row * columns + column] = chromaOf(blues / 4, chromaSpan);
      data[cr + row * columns + column] = chromaOf(reds / 4, chromaSpan);
    }
  return { width, height, stretch: pixelAspect[1] / pixelAspect[0], data };
}

/** @param difference -0.5 to 0.5 */
const chromaOf = (difference: number, span: number): number => Math.min(255, Math.round(128 + span * difference));

/**
 * Puts overlays into the kernels' memory, where the first plane's pointer is what is to be released of each.
 *
 * @param allocate a scope's, or the memory's own
 */
export function putOverlays(
  memory: KernelMemory,
  allocate: AllocationScope["allocate"],
  overlays: PlanarOverlays = {},
): Partial<Record<LaidTreatment, Overlay>> {
  const put: Partial<Record<LaidTreatment, Overlay>> = {};
  for (const treatment of LAID_TREATMENTS) {
    const overlay = overlays[treatment];
    if (overlay === undefined) continue;
    const { width, height, stretch, data } = overlay;
    const [columns, rows] = chromaSize(width, height, "420");
    const pointer = allocate(data.length + width * height);
    const opacity = pointer + data.length;
    memory.bytes(pointer, data.length).set(data);
    memory.bytes(opacity, width * height).fill(255);
    put[treatment] = {
      ...{ width, height, stretch, strides: [width, columns, width] },
      planes: [pointer, pointer + width * height, pointer + width * height + columns * rows, opacity],
    };
  }
  return put;
}
