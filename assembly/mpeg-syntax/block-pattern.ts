/** coded_block_pattern() and where blocks lie (ISO/IEC 13818-2 6.2.5.3 and Figures 6-10 to 6-12). */
import { BitSource } from "../bitstream/bit-source";
import { BitWriter } from "../bitstream/bit-writer";
import { putPattern, takePattern } from "./code-tables";
import { CHROMA_420, CHROMA_422, CHROMA_444 } from "./syntax";

/** Stands for no block of the first six, where there are more: 9 bits. */
const PATTERN_NONE: u32 = 1;
const PATTERN_NONE_BITS: i32 = 9;

/** Blocks of a macroblock beyond the six of 4:2:0. */
export function furtherBlocks(chroma: i32): i32 {
  return chroma == CHROMA_444 ? 6 : chroma == CHROMA_422 ? 2 : 0;
}

/** A bit a block, the first block's highest; or -1. @param further blocks beyond six */
export function takeBlockPattern<Source extends BitSource>(source: Source, further: i32): i32 {
  if (further == 0) return takePattern(source);
  let pattern = 0;
  if (source.peek(PATTERN_NONE_BITS) == PATTERN_NONE) source.skip(PATTERN_NONE_BITS);
  else pattern = takePattern(source);
  return pattern < 0 ? -1 : (pattern << further) | <i32>source.get(further);
}

/** @param pattern not 0 where there are no further blocks */
export function putBlockPattern(writer: BitWriter, pattern: i32, further: i32): void {
  if (pattern >> further == 0) writer.put(PATTERN_NONE, PATTERN_NONE_BITS);
  else putPattern(writer, pattern >> further);
  writer.put(pattern & ((1 << further) - 1), further);
}

/** 0 Y, 1 Cb, 2 Cr: Y by rows, then Cb and Cr by turns, in 4:2:2 downwards, in 4:4:4 downwards first, too. */
export function componentOf(block: i32): i32 {
  return block < 4 ? 0 : 1 + (block & 1);
}

/** Row of a block among its component's. @param row of the macroblock */
export function blockRow(block: i32, row: i32, chroma: i32): i32 {
  if (block < 4) return 2 * row + (block >> 1);
  return chroma == CHROMA_420 ? row : 2 * row + ((block >> 1) & 1);
}

/** Its column. @param column of the macroblock */
export function blockColumn(block: i32, column: i32, chroma: i32): i32 {
  if (block < 4) return 2 * column + (block & 1);
  return chroma == CHROMA_444 ? 2 * column + (block >> 3) : column;
}
