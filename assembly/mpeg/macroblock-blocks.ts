/** The six blocks of a macroblock, coded and reconstructed (ISO/IEC 11172-2 2.4.2.7). */
import { BitWriter } from "../bitstream/bit-writer";
import { putPattern } from "../mpeg-syntax/code-tables";
import { codeInterBlock, codeIntraBlock, quantiseInterBlock } from "./block-coder";
import { edgesInside, edgesOf } from "./edge-dc-code";
import { writer } from "./encoder-state";
import { PictureBuffer } from "./picture-buffer";

let lumaDc: i32 = 128;
let cbDc: i32 = 128;
let crDc: i32 = 128;

/** As at the start of a slice, and behind a macroblock that is not intra. */
export function resetDc(): void {
  lumaDc = 128;
  cbDc = 128;
  crDc = 128;
}

/**
 * Codes the six blocks of an intra macroblock.
 * @param byContext the DC levels are coded by context as well
 */
export function codeIntraBlocks(
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

/**
 * Quantises what the macroblock's prediction, which stands in `target`, misses.
 * @param luma        where its luminance begins in a plane; `chroma` likewise
 * @param isLumaSame  its luminance is taken as it is predicted
 * @returns the coded block pattern, for {@link putBlocks}
 */
export function quantiseBlocks(
  picture: PictureBuffer,
  target: PictureBuffer,
  luma: usize,
  chroma: usize,
  isLumaSame: bool,
): i32 {
  const stride = <usize>picture.stride;
  const chromaStride = <usize>picture.chromaStride;
  let pattern = 0;
  for (let block = 0; block < 4 && !isLumaSame; block++) {
    const place = luma + (block & 1 ? 8 : 0) + (block & 2 ? stride * 8 : 0);
    if (quantiseInterBlock(block, picture.luma + place, stride, target.luma + place, stride)) pattern |= 32 >> block;
  }
  if (quantiseInterBlock(4, picture.cb + chroma, chromaStride, target.cb + chroma, chromaStride)) pattern |= 2;
  if (quantiseInterBlock(5, picture.cr + chroma, chromaStride, target.cr + chroma, chromaStride)) pattern |= 1;
  return pattern;
}

/** Codes the pattern, not 0, and the levels that {@link quantiseBlocks} kept, and adds their residual. */
export function putBlocks(target: PictureBuffer, luma: usize, chroma: usize, pattern: i32): void {
  const stride = <usize>target.stride;
  const chromaStride = <usize>target.chromaStride;
  putPattern(writer, pattern);
  for (let block = 0; block < 4; block++) {
    if ((pattern & (32 >> block)) == 0) continue;
    codeInterBlock(block, target.luma + luma + (block & 1 ? 8 : 0) + (block & 2 ? stride * 8 : 0), stride);
  }
  if (pattern & 2) codeInterBlock(4, target.cb + chroma, chromaStride);
  if (pattern & 1) codeInterBlock(5, target.cr + chroma, chromaStride);
}
