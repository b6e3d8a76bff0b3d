/** Shapes of pixels of MPEG-1 and MPEG-2 video. */
import type { VideoTrack } from "../../format/header.ts";
import type { VideoFacts } from "./video-scanner.ts";

/** ISO/IEC 11172-2 2.4.3.2, from code 1 on: a pixel's height over its width, in ten-thousandths. */
const MPEG1_HEIGHTS = [10000, 6735, 7031, 7615, 8055, 8437, 8935, 9157, 9815, 10255, 10695, 10950, 11575, 12015];
/** ISO/IEC 13818-2 table 6-3, from code 2 on: of the whole picture. */
const MPEG2_DISPLAYS: [number, number][] = [
  [4, 3],
  [16, 9],
  [221, 100],
];

const USUAL_SHAPES: [number, number][] = [
  [4, 3],
  [16, 9],
];
const EXTENSION = 0xb5;
/** extension_start_code_identifier. */
const SEQUENCE = 1;
const SEQUENCE_DISPLAY = 2;

/** What the shape of a pixel follows from. */
export type AspectFacts = Pick<VideoFacts, "width" | "height" | "aspectCode" | "mpeg2">;

/**
 * Width over height of a pixel; square where the stream does not tell.
 *
 * @param context the sequence header and its extensions, start codes included
 */
export function mpegPixelAspect(facts: AspectFacts, context: Uint8Array): [number, number] {
  return pixelAspectFor(facts, displaySize(context));
}

/**
 * Width over height of a pixel; square where the stream does not tell. MPEG-2's aspect is that of the display size where a sequence display
 * extension tells one (ISO/IEC 13818-2 6.3.3, 6.3.6). Many streams have one that does not fit: it counts where the whole picture has one
 * of the two usual shapes by it, as in other players.
 *
 * @param shown display size; undefined where none is told
 */
export function pixelAspectFor(
  { width, height, aspectCode, mpeg2 }: AspectFacts,
  shown: readonly [number, number] | undefined,
): [number, number] {
  const display = mpeg2 ? MPEG2_DISPLAYS[aspectCode - 2] : undefined;
  if (display !== undefined) {
    const [across, down] = display;
    const [shownWidth, shownHeight] = shown ?? [width, height];
    const [wide, high] = [across * shownHeight * width, down * shownWidth * height];
    const isUsual = USUAL_SHAPES.some(([a, b]) => wide * b === high * a);
    return isUsual ? reduced(across * shownHeight, down * shownWidth) : reduced(across * height, down * width);
  }
  const pixelHeight = mpeg2 ? undefined : MPEG1_HEIGHTS[aspectCode - 1];
  return pixelHeight === undefined ? [1, 1] : reduced(10000, pixelHeight);
}

/** Of a sequence display extension; undefined where there is none, or one of nothing. */
function displaySize(context: Uint8Array): [number, number] | undefined {
  const display = extensionIn(context, SEQUENCE_DISPLAY);
  if (display === undefined) return undefined;
  // Behind the video format and, where it is told, the colours: 14 bits, a marker, 14 bits.
  const [a = 0, b = 0, c = 0, d = 0] = display.subarray(1 + (((display[0] ?? 0) & 1) === 1 ? 3 : 0));
  const size: [number, number] = [(a << 6) | (b >> 2), ((b & 1) << 13) | (c << 5) | (d >> 3)];
  return size[0] > 0 && size[1] > 0 ? size : undefined;
}

/** An extension (13818-2 6.2.2.3 and 6.2.2.4) from the byte with its identifier on; undefined where there is none. */
function extensionIn(context: Uint8Array, identifier: number): Uint8Array | undefined {
  for (let at = 0; at + 5 <= context.length; at++)
    if (
      context[at] === 0 &&
      context[at + 1] === 0 &&
      context[at + 2] === 1 &&
      context[at + 3] === EXTENSION &&
      (context[at + 4] ?? 0) >> 4 === identifier
    )
      return context.subarray(at + 4);
  return undefined;
}

/** progressive_sequence is not set (13818-2 6.3.5): frames may be of two fields of different moments. @param context as above */
export function hasFields(context: Uint8Array): boolean {
  const sequence = extensionIn(context, SEQUENCE);
  return sequence !== undefined && ((sequence[1] ?? 0) & 8) === 0;
}

/** chroma_format (13818-2 6.3.5): 1 4:2:0, 2 4:2:2, 3 4:4:4; MPEG-1 has 4:2:0. @param context as above */
export function chromaFormat(context: Uint8Array): number {
  return ((extensionIn(context, SEQUENCE)?.[1] ?? 2) >> 1) & 3;
}

/** matrix_coefficients of a sequence display extension (13818-2 table 6-9); undefined where none is told. @param context as above */
export function mpegMatrix(context: Uint8Array): VideoTrack["matrix"] | undefined {
  const display = extensionIn(context, SEQUENCE_DISPLAY);
  if (display === undefined || ((display[0] ?? 0) & 1) === 0) return undefined;
  return display[3] === 1 ? "bt709" : display[3] === 5 || display[3] === 6 ? "bt601" : undefined;
}

function reduced(numerator: number, denominator: number): [number, number] {
  let [a, b] = [numerator, denominator];
  while (b > 0) [a, b] = [b, a % b];
  return [numerator / a, denominator / a];
}
