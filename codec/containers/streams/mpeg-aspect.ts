/** Shapes of pixels of MPEG-1 and MPEG-2 video. */
import type { VideoFacts } from "./video-scanner.ts";

/** ISO/IEC 11172-2 2.4.3.2, from code 1 on: a pixel's height over its width, in ten-thousandths. */
const MPEG1_HEIGHTS = [10000, 6735, 7031, 7615, 8055, 8437, 8935, 9157, 9815, 10255, 10695, 10950, 11575, 12015];
/** ISO/IEC 13818-2 table 6-3, from code 2 on: of the whole picture. */
const MPEG2_DISPLAYS: [number, number][] = [
  [4, 3],
  [16, 9],
  [221, 100],
];

/** Width over height of a pixel, as the sequence header tells; square where it does not. */
export function mpegPixelAspect({
  width,
  height,
  aspectCode,
  mpeg2,
}: Pick<VideoFacts, "width" | "height" | "aspectCode" | "mpeg2">): [number, number] {
  const display = mpeg2 ? MPEG2_DISPLAYS[aspectCode - 2] : undefined;
  if (display !== undefined) return reduced(display[0] * height, display[1] * width);
  const pixelHeight = mpeg2 ? undefined : MPEG1_HEIGHTS[aspectCode - 1];
  return pixelHeight === undefined ? [1, 1] : reduced(10000, pixelHeight);
}

function reduced(numerator: number, denominator: number): [number, number] {
  let [a, b] = [numerator, denominator];
  while (b > 0) [a, b] = [b, a % b];
  return [numerator / a, denominator / a];
}
