/**
 * Blocks of coefficients passed as they are (ISO/IEC 13818-2 6.2.6, ISO/IEC 11172-2 2.4.2.8), and what they share with
 * block-packer.ts and block-unpacker.ts.
 */
import { BitCursor } from "../bitstream/bit-cursor";
import { ERROR_SYNTAX, OK } from "../common/status";
import {
  coefficientAt,
  coefficientLookup,
  escapeLevel,
  escapeRun,
  RUN_ESCAPE,
  wordOf,
} from "../mpeg-syntax/coefficient-tables";
import { PASS_BITS, PASS_END, PASS_FIRST, PASS_TABLE_BYTES, PASS_TURNS, passLookup } from "./pass-tables";
import { segmentHeaders } from "./segment-state";

/** By how many coefficients the blocks to the left and above have together: 0 to 7. */
const nearClasses: usize = memory.data(129);
for (let i = 0; i < 129; i++)
  store<u8>(nearClasses + i, <u8>(i < 3 ? i : i < 5 ? 3 : i < 9 ? 4 : i < 15 ? 5 : i < 25 ? 6 : 7));

/** @param count coefficients of the blocks to the left and above together */
export function nearClass(count: i32): i32 {
  return <i32>load<u8>(nearClasses + min<i32>(128, count));
}

/** False for a level that is none, or has a shorter escape: from the coder another would come back. */
function isShortest(level: i32, length: i32): bool {
  if (segmentHeaders.mpeg2) return level != 0 && level != -2048;
  return length == 20 || level >= 128 || (level <= -128 && level > -256);
}

/** A code that an escape stands for although the table has it: some writers do so, by the slice. */
export let longEscapes: bool = false;
export function setLongEscapes(found: bool): void {
  longEscapes = found;
}

/**
 * Passes the codes of blocks, of which only the ends count.
 * @param table 1: table B-15
 * @param count blocks that follow each other
 * @param intra the DC has been dealt with
 * @returns OK or ERROR_SYNTAX
 */
export function passBlocks(cursor: BitCursor, table: i32, count: i32, intra: bool): i32 {
  const pass = passLookup + <usize>table * PASS_TABLE_BYTES;
  const first = intra ? pass : passLookup + PASS_FIRST * PASS_TABLE_BYTES;
  const lookup = coefficientLookup(table);
  const base = cursor.base;
  let at = cursor.position;
  for (; count > 0; count--) {
    let position: u32 = intra ? 1 : 0;
    let place = first;
    let codes: u32 = 0;
    do {
      const passed = <u64>(at & 7);
      let next = bswap<u64>(load<u64>(base + (at >>> 3))) << passed;
      for (let turn = 0; turn < PASS_TURNS; turn++) {
        codes = <u32>load<u16>(place + ((<usize>(next >> (64 - PASS_BITS))) << 1));
        const used = codes & 15;
        at += used;
        next <<= <u64>used;
        position += (codes >>> 4) & 0x7ff;
        // None whole, or the block's end.
        if (codes - 1 >= PASS_END - 1) break;
        place = pass;
      }
      if (codes != 0) continue;
      const bits = cursor.bitsAt(at);
      const entry = coefficientAt(lookup, bits);
      if (entry == 0) return ERROR_SYNTAX;
      const run = entry >>> 16;
      place = pass;
      if (run == RUN_ESCAPE) {
        const levelAndLength = escapeLevel(bits, segmentHeaders.mpeg2);
        const level = levelAndLength >> 8;
        if (!isShortest(level, levelAndLength & 0xff)) return ERROR_SYNTAX;
        if (wordOf(table, escapeRun(bits), abs<i32>(level)) != 0) longEscapes = true;
        at += levelAndLength & 0xff;
        position += escapeRun(bits) + 1;
      } else {
        at += (entry & 0xff) + 1;
        position += run + 1;
      }
    } while (codes < PASS_END);
    // Positions only grow: one that was too high still is.
    if (position > 64) return ERROR_SYNTAX;
  }
  cursor.position = at;
  return OK;
}
