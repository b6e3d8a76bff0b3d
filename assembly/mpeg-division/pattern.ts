/** Coded block patterns (ISO/IEC 13818-2 6.2.5.3). */
import { ERROR_SYNTAX } from "../common/status";
import { putPattern, takePattern } from "../mpeg-syntax/code-tables";
import { CHROMA_420, CHROMA_422, CHROMA_444 } from "../mpeg-syntax/syntax";
import { Channel, readsCodes, usesCoder, writesCodes } from "./channel";
import { decideChromaBit, decideOtherBit, decidePatternBit } from "./models";
import { countAbove, countLeft } from "./neighbours";
import { headers } from "./segment-state";

function nearCoded(component: i32, row: i32, column: i32): i32 {
  return (countLeft(component, row, column) > 0 ? 1 : 0) | (countAbove(component, row, column) > 0 ? 2 : 0);
}

/** Bits of a pattern beyond the six of 4:2:0. */
export function patternMore(): i32 {
  return headers.chroma == CHROMA_444 ? 6 : headers.chroma == CHROMA_422 ? 2 : 0;
}

/**
 * Takes one pattern along.
 * @returns a bit a block, the first block's highest; or ERROR_SYNTAX
 */
export function walkPattern<Way>(channel: Channel, mbRow: i32, mbColumn: i32): i32 {
  const more = patternMore();
  let pattern = 0;
  if (readsCodes<Way>()) {
    const source = channel.source;
    if (more > 0 && source.peek(9) == 1) {
      source.skip(9);
    } else {
      pattern = takePattern(source);
      if (pattern < 0) return ERROR_SYNTAX;
    }
    if (more > 0) pattern = (pattern << more) | <i32>source.get(more);
  }
  if (usesCoder<Way>()) pattern = decidePattern<Way>(channel, mbRow, mbColumn, pattern, more);
  if (writesCodes<Way>()) {
    const target = channel.target;
    if (pattern >> more == 0) {
      if (more == 0) return ERROR_SYNTAX;
      target.put(1, 9);
    } else {
      putPattern(target, pattern >> more);
    }
    target.put(pattern & ((1 << more) - 1), more);
  }
  return pattern;
}

function decidePattern<Way>(channel: Channel, mbRow: i32, mbColumn: i32, pattern: i32, more: i32): i32 {
  let luma = 0;
  let coded = 0;
  for (let block = 0; block < 4; block++) {
    let near = nearCoded(0, 2 * mbRow + (block >> 1), 2 * mbColumn + (block & 1));
    // Blocks of this macroblock are not put down yet: their bits are known.
    if (block & 1) near = (near & 2) | (luma & 1);
    if (block & 2) near = (near & 1) | (((luma >> 1) & 1) << 1);
    const bit = decidePatternBit<Way>(channel, block, near, (pattern >> (more + 5 - block)) & 1);
    luma = (luma << 1) | bit;
    coded += bit;
  }
  const rows = headers.chroma == CHROMA_420 ? mbRow : 2 * mbRow;
  const columns = headers.chroma == CHROMA_444 ? 2 * mbColumn : mbColumn;
  const first = decideChromaBit<Way>(channel, 0, nearCoded(1, rows, columns), coded, (pattern >> (more + 1)) & 1);
  // Cr by what Cb is, and by its own neighbours only where Cb says nothing.
  const second = decideChromaBit<Way>(
    channel,
    1,
    first ? 4 : nearCoded(2, rows, columns),
    coded,
    (pattern >> more) & 1,
  );
  let all = (luma << 2) | (first << 1) | second;
  for (let i = more - 1; i >= 0; i--) all = (all << 1) | decideOtherBit<Way>(channel, i, (pattern >> i) & 1);
  return all;
}
