/** How far one look takes a walk that only passes blocks: over all codes that are whole in the next bits. */
import { coefficientAt, coefficientLookup, RUN_END, RUN_ESCAPE } from "../mpeg-syntax/coefficient-tables";

/** Bits that {@link passLookup} looks at, and how often 57 bits hold as many. */
export const PASS_BITS: i32 = 12;
export const PASS_TURNS: i32 = 4;
export const PASS_END: u32 = 0x8000;
export const PASS_TABLE_BYTES: usize = (1 << 12) * 2;
/** The table for the start of a predicted block, behind those two. */
export const PASS_FIRST: usize = 2;
/**
 * What codes pass in the next bits, as many as are whole: their bits, run and level pairs' scan positions << 4, PASS_END
 * where the block ends with them.
 */
export const passLookup: usize = memory.data(3 * (1 << 12) * 2);

/** @param first 1s comes first, in table B-14 */
function buildPass(number: usize, table: i32, first: bool): void {
  const lookup = coefficientLookup(table);
  for (let i: u32 = 0; i < 1 << PASS_BITS; i++) {
    const isFirst = first && i >>> (PASS_BITS - 1) != 0;
    let used: u32 = isFirst ? 2 : 0;
    let positions: u32 = isFirst ? 1 : 0;
    let end: u32 = 0;
    while (end == 0) {
      const entry = coefficientAt(lookup, (i << (32 - PASS_BITS)) << used);
      const run = entry >>> 16;
      if (entry == 0 || run == RUN_ESCAPE) break;
      const length = (entry & 0xff) + (run == RUN_END ? 0 : 1);
      if (used + length > <u32>PASS_BITS) break;
      used += length;
      if (run == RUN_END) end = PASS_END;
      else positions += run + 1;
    }
    store<u16>(passLookup + number * PASS_TABLE_BYTES + (i << 1), <u16>(end | (positions << 4) | used));
  }
}

buildPass(0, 0, false);
buildPass(1, 1, false);
buildPass(PASS_FIRST, 0, true);
