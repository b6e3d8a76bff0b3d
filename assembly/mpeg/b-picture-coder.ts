/** Slices and macroblocks of a B-picture, coded and reconstructed (ISO/IEC 11172-2 2.4.2.6 to 2.4.2.7, 2.4.4.3). */
import { putIncrement } from "../mpeg-syntax/code-tables";
import { putSliceHeader } from "../mpeg-syntax/header-writer";
import { MB_BACKWARD, MB_FORWARD, MB_INTRA, MB_PATTERN, putType } from "../mpeg-syntax/macroblock-types";
import { TYPE_B } from "../mpeg-syntax/syntax";
import { putVectorDifference } from "../mpeg-syntax/vectors";
import { backwardOf, directionOf, forwardOf, isLumaSame } from "./b-motion-field";
import { predictFrom } from "./compensation";
import { DIVISION_NONE } from "./division-modes";
import { state, withheldWriter, writer } from "./encoder-state";
import { codeIntraBlocks, putBlocks, quantiseBlocks, resetDc } from "./macroblock-blocks";
import { vectorX, vectorY } from "./motion-field";

/** Codes a whole B-picture by the directions and vectors found. @param forwardCode, backwardCode f_codes that carry them */
export function encodeBidirectionalPicture(quality: i32, forwardCode: i32, backwardCode: i32): void {
  const picture = state.source!;
  const target = state.reconstruction!;
  const dcWriter = state.division == DIVISION_NONE ? writer : withheldWriter;
  for (let row = 0; row < state.macroblocksHigh; row++) {
    putSliceHeader(writer, row, quality);
    resetDc();
    let increment = 1;
    let lastForward = 0;
    let lastBackward = 0;
    let lastDirection = 0;
    for (let column = 0; column < state.macroblocksWide; column++) {
      const index = row * state.macroblocksWide + column;
      const direction = directionOf(index);
      if (direction == 0) {
        putIncrement(writer, increment);
        increment = 1;
        putType(writer, TYPE_B, MB_INTRA);
        codeIntraBlocks(dcWriter, state.isContextCoding, picture, target, column, row);
        lastForward = 0;
        lastBackward = 0;
        lastDirection = 0;
        continue;
      }
      resetDc();
      const forward = direction & MB_FORWARD ? forwardOf(index) : lastForward;
      const backward = direction & MB_BACKWARD ? backwardOf(index) : lastBackward;
      predictMacroblock(direction, forward, backward, column, row);
      const luma = <usize>(row * 16 * picture.stride + column * 16);
      const chroma = <usize>(row * 8 * picture.chromaStride + column * 8);
      const pattern = quantiseBlocks(picture, target, luma, chroma, isLumaSame(index));
      const isRepeated = direction == lastDirection && forward == lastForward && backward == lastBackward;
      if (isRepeated && pattern == 0 && column + 1 < state.macroblocksWide) {
        increment += 1; // skipped: predicted as the one before, nothing coded
        continue;
      }
      putIncrement(writer, increment);
      increment = 1;
      putType(writer, TYPE_B, pattern == 0 ? direction : direction | MB_PATTERN);
      if (direction & MB_FORWARD) putVector(forward, lastForward, forwardCode);
      if (direction & MB_BACKWARD) putVector(backward, lastBackward, backwardCode);
      lastForward = forward;
      lastBackward = backward;
      lastDirection = direction;
      if (pattern != 0) putBlocks(target, luma, chroma, pattern);
    }
  }
}

function putVector(vector: i32, last: i32, code: i32): void {
  putVectorDifference(writer, vectorX(vector) - vectorX(last), code - 1);
  putVectorDifference(writer, vectorY(vector) - vectorY(last), code - 1);
}

/** The macroblock's prediction, straight into the reconstruction. */
function predictMacroblock(direction: i32, forward: i32, backward: i32, column: i32, row: i32): void {
  const target = state.reconstruction!;
  const isForward = (direction & MB_FORWARD) != 0;
  if (isForward) predictFrom(state.older!, vectorX(forward), vectorY(forward), column, row << 4, 16, target, false);
  if (direction & MB_BACKWARD)
    predictFrom(state.reference!, vectorX(backward), vectorY(backward), column, row << 4, 16, target, isForward);
}
