/** The vectors of a P-picture, and what kind of macroblock each is (Cmix patent, Fig. 6, ST106 and ST115). */
import { spread16, sumSquared16 } from "../kernels/difference";
import { predict } from "../kernels/motion";
import { ZERO_MAGNITUDE } from "./block-coder";
import { state } from "./encoder-state";
import { foundCost, foundSum, foundX, foundY, searchBegin, searchEnd, searchFrom } from "./motion-search";

/** A picture becomes an I-picture where more than this share of its macroblocks, in 256ths, is better coded alone. */
const CUT_SHARE: i32 = 166;
/** Squared error a macroblock may have before coding it alone is weighed: 3 a sample. */
export const ERROR_FLOOR: i32 = 9 * 256;
/** Squared error, by quantiser scale, that a prediction may have beyond the macroblock's own spread: its DC values cost bits too. */
export const ALONE_BIAS: i32 = 400;

/** Current macroblock's luminance, rows tight. */
const packed: usize = memory.data(256, 16);
/** Its best prediction, rows tight. */
const matched: usize = memory.data(256, 16);

/** Kinds of macroblocks of a P-picture: its luminance as good as its prediction, to be coded after prediction, better coded alone. */
export const KIND_SAME: i32 = 0;
export const KIND_PREDICTED: i32 = 1;
export const KIND_ALONE: i32 = 2;

/** Two i16 a macroblock, the vector in half samples; and one byte a macroblock, its kind. */
let vectors: usize = 0;
let kinds: usize = 0;

export function openMotionField(macroblocks: i32): void {
  vectors = heap.alloc(<usize>(macroblocks << 2));
  kinds = heap.alloc(<usize>macroblocks);
}

export function closeMotionField(): void {
  heap.free(vectors);
  heap.free(kinds);
}

/** Vector of a macroblock by its number; see {@link vectorX} and {@link vectorY}. */
export function vectorOf(index: i32): i32 {
  return load<i32>(vectors + (index << 2));
}

export function kindOf(index: i32): i32 {
  return <i32>load<u8>(kinds + index);
}

/** Finds every macroblock's vector and whether it is coded alone; true where so many are that the picture becomes an I-picture. */
export function findVectors(quality: i32): bool {
  const before = state.reference!;
  const lambda = quality + 1;
  let intra = 0;
  for (let row = 0; row < state.macroblocksHigh; row++) {
    for (let column = 0; column < state.macroblocksWide; column++) {
      const index = row * state.macroblocksWide + column;
      packMacroblock(packed, column, row);
      const left = column > 0 ? load<i32>(vectors + ((index - 1) << 2)) : 0;
      const above = row > 0 ? load<i32>(vectors + ((index - state.macroblocksWide) << 2)) : 0;
      const aboveRight =
        row > 0 && column + 1 < state.macroblocksWide
          ? load<i32>(vectors + ((index - state.macroblocksWide + 1) << 2))
          : 0;
      searchBegin(
        packed,
        before.luma,
        before.stride,
        column << 4,
        row << 4,
        state.macroblocksWide << 4,
        state.macroblocksHigh << 4,
        vectorX(left),
        vectorY(left),
        lambda,
      );
      searchFrom(vectorX(left), vectorY(left));
      searchFrom(vectorX(above), vectorY(above));
      searchFrom(vectorX(aboveRight), vectorY(aboveRight));
      searchEnd();
      store<i32>(vectors + (index << 2), packVector(foundX, foundY));
      let kind = isSame(foundSum, quality) ? KIND_SAME : KIND_PREDICTED;
      // 512: two a sample; below that no macroblock is better coded alone.
      if (foundCost > 512) {
        const at = before.luma + <usize>(((row << 4) + (foundY >> 1)) * before.stride + (column << 4) + (foundX >> 1));
        predict(matched, 16, at, <usize>before.stride, 16, 16, foundX & 1, foundY & 1);
        const error = sumSquared16(packed, matched, 16);
        if (error > ERROR_FLOOR && error > spread16(packed) + ALONE_BIAS * quality) {
          kind = KIND_ALONE;
          intra += 1;
          store<i32>(vectors + (index << 2), 0);
        }
      }
      store<u8>(kinds + index, <u8>kind);
    }
  }
  return intra * 256 > state.macroblocksWide * state.macroblocksHigh * CUT_SHARE;
}

/** Copies a macroblock's luminance of the source, rows tight. */
export function packMacroblock(packed: usize, column: i32, row: i32): void {
  const picture = state.source!;
  const luma = picture.luma + <usize>(row * 16 * picture.stride + column * 16);
  for (let y = 0; y < 16; y++) v128.store(packed + y * 16, v128.load(luma + y * picture.stride));
}

/** Is luminance of which a prediction misses so much, by absolute differences, not worth coding? */
export function isSame(sum: i32, quality: i32): bool {
  return sum < ZERO_MAGNITUDE * quality;
}

export function packVector(x: i32, y: i32): i32 {
  return (y << 16) | (x & 0xffff);
}

export function vectorX(vector: i32): i32 {
  return (vector << 16) >> 16;
}

export function vectorY(vector: i32): i32 {
  return vector >> 16;
}

/** The smallest forward_f_code that carries every vector of the picture. */
export function vectorRangeCode(): i32 {
  let furthest = 0;
  for (let i = 0; i < state.macroblocksWide * state.macroblocksHigh; i++)
    furthest = max<i32>(furthest, reachOf(vectorOf(i)));
  return rangeCodeOf(furthest);
}

/** How far the longer component of a vector reaches, -1 as far as 0. */
export function reachOf(vector: i32): i32 {
  const x = vectorX(vector);
  const y = vectorY(vector);
  return max<i32>(x < 0 ? -x - 1 : x, y < 0 ? -y - 1 : y);
}

/** The f_code that carries a reach: code f carries -16 * 2^(f-1) to 16 * 2^(f-1) - 1. */
export function rangeCodeOf(reach: i32): i32 {
  let code = 1;
  while (reach >= 16 << (code - 1)) code += 1;
  return code;
}
