/** Blocks of coefficients, of any table (ISO/IEC 13818-2 6.2.6, ISO/IEC 11172-2 2.4.2.8): passed as they are, or between codes and coder. */
import { BitWriter } from "../bitstream/bit-writer";
import { ERROR_SYNTAX, OK } from "../common/status";
import { BitCursor } from "./bit-cursor";
import { Channel, decidePlain, packs, readsCodes, unpacks, writesCodes } from "./channel";
import { mpeg2 } from "./headers";
import {
  decideEnd,
  decideEscape,
  decideLevel,
  decideRun,
  endContexts,
  levelContexts,
  placeOf,
  runContexts,
} from "./models";
import {
  CODE_TABLE_BYTES,
  COEFFICIENT_TABLE_BYTES,
  coefficientAt,
  coefficientLookup,
  coefficientWords,
  PASS_BITS,
  PASS_END,
  PASS_FIRST,
  PASS_TABLE_BYTES,
  PASS_TURNS,
  passLookup,
  RUN_END,
  RUN_ESCAPE,
} from "./syntax-tables";

/** By how many coefficients the blocks to the left and above have together: 0 to 7. */
const nearClasses: usize = memory.data(129);
for (let i = 0; i < 129; i++)
  store<u8>(nearClasses + i, <u8>(i < 3 ? i : i < 5 ? 3 : i < 9 ? 4 : i < 15 ? 5 : i < 25 ? 6 : 7));

/** Length of an escape's run and level in bits, and the level; what is no level, or has a shorter form, has length 0. */
let escapeLength: i32 = 0;
function escapeLevel(bits: u32): i32 {
  if (mpeg2) {
    const level = <i32>(bits << 12) >> 20;
    escapeLength = level == 0 || level == -2048 ? 0 : 24;
    return level;
  }
  const level = <i32>(<i8>((bits >>> 12) & 0xff));
  const more = <i32>((bits >>> 4) & 0xff);
  if (level == 0) {
    escapeLength = more >= 128 ? 28 : 0;
    return more;
  }
  if (level == -128) {
    escapeLength = more >= 1 && more <= 128 ? 28 : 0;
    return more - 256;
  }
  escapeLength = 20;
  return level;
}

/** A code that an escape stands for although the table has it: some writers do so, by the slice. */
export let longEscapes: bool = false;
export function setLongEscapes(found: bool): void {
  longEscapes = found;
}

/** `code << 8 | length` of a pair, 0 where the table has none. @param size magnitude of the level, from 1 */
function wordOf(table: i32, run: i32, size: i32): u32 {
  if (run > 31 || size > 40) return 0;
  return load<u32>(coefficientWords + <usize>table * CODE_TABLE_BYTES + <usize>((run * 41 + size) << 2));
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
  const lookup = coefficientLookup + <usize>table * COEFFICIENT_TABLE_BYTES;
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
        const level = escapeLevel(bits);
        if (escapeLength == 0) return ERROR_SYNTAX;
        if (wordOf(table, (bits >>> 20) & 63, abs<i32>(level)) != 0) longEscapes = true;
        at += escapeLength;
        position += ((bits >>> 20) & 63) + 1;
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

// ---- A block between codes and coder ----
/** Pairs of the block: u8 run, u8 1 where it stands as escape although there is a code, u16 magnitude of the level. */
const pairs: usize = memory.data(64 * 4);
/** Signs, 1 negative, the last pair's lowest. */
let signs: u64 = 0;
let pairCount: i32 = 0;

/** Reads the codes of a block that {@link passBlocks} has passed. */
function takePairs(cursor: BitCursor, table: i32, intra: bool): void {
  const lookup = coefficientLookup + <usize>table * COEFFICIENT_TABLE_BYTES;
  let at = cursor.position;
  let pair = pairs;
  let negative: u64 = 0;
  if (!intra) {
    const bits = cursor.peek32();
    if (bits >>> 31 != 0) {
      // 1s comes first in a predicted block.
      store<u32>(pair, 1 << 16);
      negative = (bits >>> 30) & 1;
      pair += 4;
      at += 2;
    }
  }
  while (true) {
    const bits = cursor.bitsAt(at);
    const entry = coefficientAt(lookup, bits);
    const run = <i32>(entry >>> 16);
    const length = entry & 0xff;
    if (run < RUN_END) {
      store<u32>(pair, ((entry & 0xff00) << 8) | <u32>run);
      negative = (negative << 1) | ((bits << length) >>> 31);
      at += length + 1;
    } else if (run == RUN_END) {
      at += length;
      break;
    } else {
      const level = escapeLevel(bits);
      const zeros = <i32>((bits >>> 20) & 63);
      const size = abs<i32>(level);
      store<u32>(pair, (size << 16) | ((wordOf(table, zeros, size) != 0 ? 1 : 0) << 8) | zeros);
      negative = (negative << 1) | (level < 0 ? 1 : 0);
      at += escapeLength;
    }
    pair += 4;
  }
  signs = negative;
  pairCount = <i32>((pair - pairs) >>> 2);
  cursor.position = at;
}

function putEscape(target: BitWriter, run: i32, level: i32): void {
  target.put((1 << 6) | run, 12);
  if (mpeg2) target.put(level & 0xfff, 12);
  else if (level >= -127 && level <= 127) target.put(level & 0xff, 8);
  else target.put(level > 0 ? level : 0x8000 | (level & 0xff), 16);
}

/** Writes the codes of a block. */
function putPairs(target: BitWriter, table: i32, intra: bool): void {
  const words = coefficientWords + <usize>table * CODE_TABLE_BYTES;
  for (let i = 0; i < pairCount; i++) {
    const pair = load<u32>(pairs + <usize>(i << 2));
    const run = pair & 0xff;
    const size = pair >>> 16;
    const negative = <u32>(signs >> <u64>(pairCount - 1 - i)) & 1;
    const word = run < 32 && size <= 40 && (pair & 0x100) == 0 ? load<u32>(words + ((run * 41 + size) << 2)) : 0;
    if (i == 0 && !intra && word == FIRST_ONE) target.put(2 | negative, 2);
    else if (word != 0) target.put(((word >> 8) << 1) | negative, (word & 0xff) + 1);
    else putEscape(target, run, negative ? -(<i32>size) : size);
  }
  if (table) target.put(6, 4);
  else target.put(2, 2);
}

/** Table B-14's word of run 0 and level 1, which at a predicted block's start is a bit shorter. */
const FIRST_ONE: u32 = (3 << 8) | 2;

/** Takes the pairs to the coder or from it. @returns OK or ERROR_SYNTAX */
function codePairs<Way>(channel: Channel, table: i32, intra: bool, kind: i32, near: i32): i32 {
  const ends = endContexts(kind, near);
  const runs = runContexts(kind, near);
  const levels = levelContexts(kind);
  const predicted = intra ? 0 : 1;
  let pair = pairs;
  const last = pairs + ((<usize>pairCount) << 2);
  let position = intra ? 1 : 0;
  let before = 0;
  while (position < 64) {
    const place = placeOf(position);
    // A predicted block has a first coefficient.
    if ((intra || pair != pairs) && decideEnd<Way>(channel, ends, before, place, pair == last ? 1 : 0)) break;
    let run = 0;
    let size = 0;
    if (packs<Way>()) {
      run = <i32>load<u8>(pair);
      size = <i32>load<u16>(pair, 2);
    }
    run = decideRun<Way>(channel, predicted, runs, place, run);
    position += run;
    if (unpacks<Way>() && position > 63) return ERROR_SYNTAX;
    size = decideLevel<Way>(channel, predicted, levels, before, placeOf(position), size);
    if (unpacks<Way>() && size > 2047) return ERROR_SYNTAX;
    let escaped = 0;
    if (longEscapes && wordOf(table, run, size) != 0) {
      escaped = packs<Way>() ? <i32>load<u8>(pair, 1) : 0;
      escaped = decideEscape<Way>(channel, predicted, escaped);
    }
    if (unpacks<Way>()) store<u32>(pair, (size << 16) | (escaped << 8) | run);
    pair += 4;
    position += 1;
    before = size;
  }
  const count = <i32>((pair - pairs) >>> 2);
  if (unpacks<Way>()) {
    pairCount = count;
    signs = 0;
  }
  const early = max<i32>(0, count - 32);
  const head = decidePlain<Way>(channel, <u32>(signs >> 32), early);
  const tail = decidePlain<Way>(channel, <u32>signs, count - early);
  signs = ((<u64>head) << 32) | <u64>tail;
  return OK;
}

/**
 * Takes one block from codes to coder or back.
 * @param table 1: table B-15
 * @param intra the DC has been dealt with; 0: the first code stands in a predicted block
 * @param kind  for contexts, see models.ts
 * @param near  coefficients of the blocks to the left and above together
 * @returns coefficients without DC, or ERROR_SYNTAX
 */
export function codeBlock<Way>(channel: Channel, table: i32, intra: bool, kind: i32, near: i32): i32 {
  if (readsCodes<Way>()) takePairs(channel.source, table, intra);
  const status = codePairs<Way>(channel, table, intra, kind, <i32>load<u8>(nearClasses + min<i32>(128, near)));
  if (status < 0) return status;
  if (writesCodes<Way>()) putPairs(channel.target, table, intra);
  return pairCount;
}
