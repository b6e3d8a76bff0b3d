/** Slices and macroblocks of one picture, coded and reconstructed (ISO/IEC 11172-2 2.4.2.6 to 2.4.2.7). */
import { BitWriter } from "../bitstream/bit-writer";
import { incrementCodes, motionCodes, patternCodes, putCode } from "../bitstream/code-tables";
import { predict } from "../kernels/motion";
import { codeInterBlock, codeIntraBlock, quantiseInterBlock } from "./block-coder";
import { edgesInside, edgesOf } from "./edge-dc-code";
import { DIVISION_NONE, state, withheldWriter, writer } from "./encoder-state";
import { putSliceHeader } from "./headers";
import { KIND_ALONE, KIND_SAME, kindOf, vectorOf, vectorX, vectorY } from "./motion-field";
import { PictureBuffer } from "./picture-buffer";

let lumaDc: i32 = 128;
let cbDc: i32 = 128;
let crDc: i32 = 128;

function resetDc(): void {
  lumaDc = 128;
  cbDc = 128;
  crDc = 128;
}

/** Codes a whole picture, intra. */
export function encodeIntraMacroblocks(picture: PictureBuffer, target: PictureBuffer, quality: i32): void {
  for (let row = 0; row < state.macroblocksHigh; row++) {
    putSliceHeader(writer, row, quality);
    resetDc();
    for (let column = 0; column < state.macroblocksWide; column++) {
      writer.put(3, 2); // address increment 1, macroblock type intra
      codeIntraBlocks(writer, false, picture, target, column, row);
    }
  }
}

/** @param byContext the DC levels are coded by context as well */
function codeIntraBlocks(
  dcWriter: BitWriter,
  byContext: bool,
  picture: PictureBuffer,
  target: PictureBuffer,
  column: i32,
  row: i32,
): void {
  const stride = <usize>picture.stride;
  const chromaStride = <usize>picture.chromaStride;
  const luma = <usize>(row * 16 * picture.stride + column * 16);
  const chroma = <usize>(row * 8 * picture.chromaStride + column * 8);
  const outer = edgesOf(column, row);
  for (let block = 0; block < 4; block++) {
    const place = luma + (block & 1 ? 8 : 0) + (block & 2 ? stride * 8 : 0);
    const edges = byContext ? outer | edgesInside(block) : -1;
    lumaDc = codeIntraBlock(dcWriter, false, lumaDc, picture.luma + place, stride, target.luma + place, edges);
  }
  const edges = byContext ? outer : -1;
  cbDc = codeIntraBlock(dcWriter, true, cbDc, picture.cb + chroma, chromaStride, target.cb + chroma, edges);
  crDc = codeIntraBlock(dcWriter, true, crDc, picture.cr + chroma, chromaStride, target.cr + chroma, edges);
}

/** One component of a vector, as a difference to the one before (2.4.4.2). */
function putVectorComponent(difference: i32, codeRange: i32): void {
  const bits = codeRange - 1;
  const limit = 16 << bits;
  if (difference < -limit) difference += 2 * limit;
  else if (difference >= limit) difference -= 2 * limit;
  const magnitude = abs<i32>(difference);
  const code = (magnitude + (1 << bits) - 1) >> bits;
  putCode(writer, motionCodes, code);
  if (code == 0) return;
  writer.put(difference < 0 ? 1 : 0, 1);
  if (bits > 0) writer.put((magnitude - 1) & ((1 << bits) - 1), bits);
}

function putAddressIncrement(increment: i32): void {
  while (increment > 33) {
    writer.put(8, 11); // macroblock_escape
    increment -= 33;
  }
  putCode(writer, incrementCodes, increment);
}

/** Codes a whole P-picture by the vectors found. */
export function encodePredictedPicture(quality: i32, codeRange: i32): void {
  const picture = state.source!;
  const before = state.reference!;
  const target = state.reconstruction!;
  const stride = <usize>picture.stride;
  const chromaStride = <usize>picture.chromaStride;
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
        putAddressIncrement(increment);
        increment = 1;
        writer.put(3, 5); // intra
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

      let pattern = 0;
      for (let block = 0; block < 4 && kind != KIND_SAME; block++) {
        const place = luma + (block & 1 ? 8 : 0) + (block & 2 ? stride * 8 : 0);
        if (quantiseInterBlock(block, picture.luma + place, stride, target.luma + place, stride))
          pattern |= 32 >> block;
      }
      if (quantiseInterBlock(4, picture.cb + chroma, chromaStride, target.cb + chroma, chromaStride)) pattern |= 2;
      if (quantiseInterBlock(5, picture.cr + chroma, chromaStride, target.cr + chroma, chromaStride)) pattern |= 1;

      const still = vector == 0;
      if (still && pattern == 0 && column > 0 && column + 1 < state.macroblocksWide) {
        increment += 1; // skipped: predicted in place, nothing coded
        lastX = 0;
        lastY = 0;
        continue;
      }
      putAddressIncrement(increment);
      increment = 1;
      if (still && pattern != 0) {
        writer.put(1, 2); // no motion, coded
        lastX = 0;
        lastY = 0;
      } else {
        if (pattern == 0)
          writer.put(1, 3); // motion, not coded
        else writer.put(1, 1); // motion, coded
        putVectorComponent(x - lastX, codeRange);
        putVectorComponent(y - lastY, codeRange);
        lastX = x;
        lastY = y;
      }
      if (pattern == 0) continue;
      putCode(writer, patternCodes, pattern);
      for (let block = 0; block < 4; block++) {
        if ((pattern & (32 >> block)) == 0) continue;
        codeInterBlock(block, target.luma + luma + (block & 1 ? 8 : 0) + (block & 2 ? stride * 8 : 0), stride);
      }
      if (pattern & 2) codeInterBlock(4, target.cb + chroma, chromaStride);
      if (pattern & 1) codeInterBlock(5, target.cr + chroma, chromaStride);
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
