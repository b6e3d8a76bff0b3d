/** Coded block patterns of a division. */
import { ERROR_SYNTAX } from "../common/status";
import { blockColumn, blockRow, furtherBlocks, putBlockPattern, takeBlockPattern } from "../mpeg-syntax/block-pattern";
import { Channel, readsCodes, usesCoder, writesCodes } from "./channel";
import { decideChromaBit, decideOtherBit, decidePatternBit } from "./models";
import { countAbove, countLeft } from "./neighbours";
import { segmentHeaders } from "./segment-state";

function nearCoded(component: i32, row: i32, column: i32): i32 {
  return (countLeft(component, row, column) > 0 ? 1 : 0) | (countAbove(component, row, column) > 0 ? 2 : 0);
}

/**
 * Takes one pattern along.
 * @returns a bit a block, the first block's highest; or ERROR_SYNTAX
 */
export function walkPattern<Way>(channel: Channel, mbRow: i32, mbColumn: i32): i32 {
  const further = furtherBlocks(segmentHeaders.chroma);
  let pattern = 0;
  if (readsCodes<Way>()) {
    pattern = takeBlockPattern(channel.source, further);
    if (pattern < 0) return ERROR_SYNTAX;
  }
  if (usesCoder<Way>()) pattern = decidePattern<Way>(channel, mbRow, mbColumn, pattern, further);
  if (writesCodes<Way>()) {
    if (pattern == 0 && further == 0) return ERROR_SYNTAX;
    putBlockPattern(channel.target, pattern, further);
  }
  return pattern;
}

function decidePattern<Way>(channel: Channel, mbRow: i32, mbColumn: i32, pattern: i32, further: i32): i32 {
  const chroma = segmentHeaders.chroma;
  let luma = 0;
  let coded = 0;
  for (let block = 0; block < 4; block++) {
    let near = nearCoded(0, blockRow(block, mbRow, chroma), blockColumn(block, mbColumn, chroma));
    // Blocks of this macroblock are not put down yet: their bits are known.
    if (block & 1) near = (near & 2) | (luma & 1);
    if (block & 2) near = (near & 1) | (((luma >> 1) & 1) << 1);
    const bit = decidePatternBit<Way>(channel, block, near, (pattern >> (further + 5 - block)) & 1);
    luma = (luma << 1) | bit;
    coded += bit;
  }
  // Cb's first block and Cr's lie in the same place.
  const rows = blockRow(4, mbRow, chroma);
  const columns = blockColumn(4, mbColumn, chroma);
  const first = decideChromaBit<Way>(channel, 0, nearCoded(1, rows, columns), coded, (pattern >> (further + 1)) & 1);
  // Cr by what Cb is, and by its own neighbours only where Cb says nothing.
  const second = decideChromaBit<Way>(
    channel,
    1,
    first ? 4 : nearCoded(2, rows, columns),
    coded,
    (pattern >> further) & 1,
  );
  let all = (luma << 2) | (first << 1) | second;
  for (let i = further - 1; i >= 0; i--) all = (all << 1) | decideOtherBit<Way>(channel, i, (pattern >> i) & 1);
  return all;
}
