/** Slices and macroblocks of an I- or P-picture, coded and reconstructed (ISO/IEC 11172-2 2.4.2.6 to 2.4.2.7). */
import { predict } from "../kernels/motion";
import { putIncrement } from "../mpeg-syntax/code-tables";
import { putSliceHeader } from "../mpeg-syntax/header-writer";
import { MB_FORWARD, MB_INTRA, MB_PATTERN, putType } from "../mpeg-syntax/macroblock-types";
import { TYPE_P } from "../mpeg-syntax/syntax";
import { putVectorDifference } from "../mpeg-syntax/vectors";
import { DIVISION_NONE } from "./division-modes";
import { state, withheldWriter, writer } from "./encoder-state";
import { codeIntraBlocks, putBlocks, quantiseBlocks, resetDc } from "./macroblock-blocks";
import { KIND_ALONE, KIND_SAME, kindOf, vectorOf, vectorX, vectorY } from "./motion-field";
import { PictureBuffer } from "./picture-buffer";

/** Codes a whole picture, intra. @param type of the picture: I, or B without predictions */
export function encodeIntraMacroblocks(picture: PictureBuffer, target: PictureBuffer, quality: i32, type: i32): void {
  for (let row = 0; row < state.macroblocksHigh; row++) {
    putSliceHeader(writer, row, quality);
    resetDc();
    for (let column = 0; column < state.macroblocksWide; column++) {
      putIncrement(writer, 1);
      putType(writer, type, MB_INTRA);
      codeIntraBlocks(writer, false, picture, target, column, row);
    }
  }
}

/** Codes a whole P-picture by the vectors found. */
export function encodePredictedPicture(quality: i32, codeRange: i32): void {
  const picture = state.source!;
  const before = state.reference!;
  const target = state.reconstruction!;
  const dcWriter = state.division == DIVISION_NONE ? writer : withheldWriter;
  for (let row = 0; row < state.macroblocksHigh; row++) {
    putSliceHeader(writer, row, quality);
    resetDc();
    let increment = 1;
    let lastX = 0;
    let lastY = 0;
    for (let column = 0; column < state.macroblocksWide; column++) {
      const index = row * state.macroblocksWide + column;
      const kind = kindOf(index);
      if (kind == KIND_ALONE) {
        putIncrement(writer, increment);
        increment = 1;
        putType(writer, TYPE_P, MB_INTRA);
        codeIntraBlocks(dcWriter, state.isContextCoding, picture, target, column, row);
        lastX = 0;
        lastY = 0;
        continue;
      }
      resetDc();
      const vector = vectorOf(index);
      const x = vectorX(vector);
      const y = vectorY(vector);
      const luma = <usize>(row * 16 * picture.stride + column * 16);
      const chroma = <usize>(row * 8 * picture.chromaStride + column * 8);
      predictMacroblock(before, target, x, y, luma, chroma);

      const pattern = quantiseBlocks(picture, target, luma, chroma, kind == KIND_SAME);
      const still = vector == 0;
      if (still && pattern == 0 && column > 0 && column + 1 < state.macroblocksWide) {
        increment += 1; // skipped: predicted in place, nothing coded
        lastX = 0;
        lastY = 0;
        continue;
      }
      putIncrement(writer, increment);
      increment = 1;
      if (still && pattern != 0) {
        putType(writer, TYPE_P, MB_PATTERN);
        lastX = 0;
        lastY = 0;
      } else {
        putType(writer, TYPE_P, pattern == 0 ? MB_FORWARD : MB_FORWARD | MB_PATTERN);
        putVectorDifference(writer, x - lastX, codeRange - 1);
        putVectorDifference(writer, y - lastY, codeRange - 1);
        lastX = x;
        lastY = y;
      }
      if (pattern != 0) putBlocks(target, luma, chroma, pattern);
    }
  }
}

/** The macroblock's prediction, straight into the reconstruction. Chrominance vectors are halved towards zero (2.4.4.2). */
function predictMacroblock(
  before: PictureBuffer,
  target: PictureBuffer,
  x: i32,
  y: i32,
  luma: usize,
  chroma: usize,
): void {
  const stride = <usize>before.stride;
  const chromaStride = <usize>before.chromaStride;
  predict(
    target.luma + luma,
    stride,
    before.luma + luma + (y >> 1) * before.stride + (x >> 1),
    stride,
    16,
    16,
    x & 1,
    y & 1,
  );
  const chromaX = x / 2;
  const chromaY = y / 2;
  const offset = chroma + (chromaY >> 1) * before.chromaStride + (chromaX >> 1);
  predict(target.cb + chroma, chromaStride, before.cb + offset, chromaStride, 8, 8, chromaX & 1, chromaY & 1);
  predict(target.cr + chroma, chromaStride, before.cr + offset, chromaStride, 8, 8, chromaX & 1, chromaY & 1);
}
