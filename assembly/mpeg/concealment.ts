/** What stands in place of macroblocks that are damaged or missing: the same place of the picture before. */
import { copyPlane, PictureLines } from "./picture-buffer";

/** A line of mid grey, where there is no picture before. */
const GREY_BYTES: i32 = 16;
const grey: usize = memory.data(16);
memory.fill(grey, 128, GREY_BYTES);

/**
 * Conceals what no slice held.
 * @param covered u8 a macroblock, row by row: 1 where it was decoded
 * @param before  or null: grey
 * @returns how many macroblocks
 */
export function conceal(target: PictureLines, before: PictureLines | null, covered: usize): i32 {
  const wide = target.columns >> 4;
  const high = target.rows >> 4;
  let count = 0;
  for (let row = 0; row < high; row++) {
    for (let column = 0; column < wide; column++) {
      if (load<u8>(covered + <usize>(row * wide + column))) continue;
      concealMacroblock(target, before, row, column);
      count += 1;
    }
  }
  return count;
}

function concealMacroblock(target: PictureLines, before: PictureLines | null, row: i32, column: i32): void {
  const luma = <usize>(row * 16 * target.stride + column * 16);
  const width = 16 >> target.halfColumns;
  const height = 16 >> target.halfRows;
  const chroma = <usize>(row * height * target.chromaStride + column * width);
  const stride = before === null ? 0 : target.stride;
  const chromaStride = before === null ? 0 : target.chromaStride;
  copyPlane(target.luma + luma, target.stride, before === null ? grey : before.luma + luma, stride, 16, 16);
  copyPlane(
    target.cb + chroma,
    target.chromaStride,
    before === null ? grey : before.cb + chroma,
    chromaStride,
    width,
    height,
  );
  copyPlane(
    target.cr + chroma,
    target.chromaStride,
    before === null ? grey : before.cr + chroma,
    chromaStride,
    width,
    height,
  );
}

/** Repeats the lines of the one field that came: the other never did. */
export function repeatField(from: PictureLines, to: PictureLines): void {
  copyPlane(to.luma, to.stride, from.luma, from.stride, to.columns, to.rows);
  const columns = to.columns >> to.halfColumns;
  const rows = to.rows >> to.halfRows;
  copyPlane(to.cb, to.chromaStride, from.cb, from.chromaStride, columns, rows);
  copyPlane(to.cr, to.chromaStride, from.cr, from.chromaStride, columns, rows);
}
