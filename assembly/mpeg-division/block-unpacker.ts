/**
 * A block of coefficients from the coder to its codes: block-packer.ts the other way round. FORMAT.md 11.5. The
 * decoder's state stays in locals over a block, which is why a decision is written out three times here.
 */
import { learn, onesOf, RANGE_LEAST } from "../bitstream/arithmetic";
import { ERROR_SYNTAX } from "../common/status";
import { endCode, escapeCode, wordOf } from "../mpeg-syntax/coefficient-tables";
import { longEscapes, nearClass } from "./block";
import { Channel, decideNumber } from "./channel";
import { Unpacker } from "./coder";
import {
  decideEscape,
  endContext,
  endContexts,
  LEVEL_UNARY,
  levelContext,
  levelContexts,
  longLevelContexts,
  longRunContexts,
  RUN_UNARY,
  runContext,
  runContexts,
} from "./models";
import { segmentHeaders } from "./segment-state";

/** Codes of the block: u32 bits, u32 length. */
const codes: usize = memory.data(65 * 8);
/** Table B-14's word of run 0 and level 1, which at a predicted block's start is a bit shorter. */
const FIRST_ONE_LATER: u32 = (3 << 8) | 2;
/** In place of a length: the bits are run << 16 | level. */
const ESCAPE: u32 = 0;
/** Of MPEG-2, and more than MPEG-1 has. */
const ESCAPE_LEVEL_MAX: i32 = 2047;

function putCode(at: usize, bits: u32, length: u32): void {
  store<u32>(at, bits);
  store<u32>(at, length, 4);
}

/**
 * Takes a block from the coder and writes its codes.
 * @param table, intra, kind, near as packBlock has them
 * @returns coefficients without DC, or ERROR_SYNTAX
 */
export function unpackBlock(channel: Channel, table: i32, intra: bool, kind: i32, near: i32): i32 {
  const unpacker = channel.unpacker;
  const decoder = unpacker.decoder;
  const nearby = nearClass(near);
  const ends = endContexts(kind, nearby);
  const runs = runContexts(kind, nearby);
  const levels = levelContexts(kind);
  const predicted = intra ? 0 : 1;
  let range = decoder.range;
  let code = decoder.code;
  let position = intra ? 1 : 0;
  let before = 0;
  let count = 0;
  while (position < 64) {
    // A predicted block has a first coefficient.
    if (intra || count > 0) {
      const context = endContext(ends, before, position);
      const state = load<u32>(context);
      const ones = onesOf(range, state);
      const isEnd = code < ones;
      learn(context, state, isEnd ? 1 : 0);
      code -= select<u32>(0, ones, isEnd);
      range = select<u32>(ones, range - ones, isEnd);
      if (range < RANGE_LEAST) {
        code = decoder.refill(code, range);
        range = decoder.range;
      }
      if (isEnd) break;
    }
    let run = 0;
    for (let context = runContext(runs, position); run < RUN_UNARY; context += 4) {
      const state = load<u32>(context);
      const ones = onesOf(range, state);
      const isMore = code < ones;
      learn(context, state, isMore ? 1 : 0);
      code -= select<u32>(0, ones, isMore);
      range = select<u32>(ones, range - ones, isMore);
      if (range < RANGE_LEAST) {
        code = decoder.refill(code, range);
        range = decoder.range;
      }
      if (!isMore) break;
      run += 1;
    }
    if (run == RUN_UNARY) {
      decoder.range = range;
      decoder.code = code;
      run += decideNumber<u32>(channel, longRunContexts(predicted, position), 0);
      range = decoder.range;
      code = decoder.code;
    }
    position += run;
    if (position > 63) return ERROR_SYNTAX;
    let size = 1;
    for (let context = levelContext(levels, before, position); size < LEVEL_UNARY; context += 4) {
      const state = load<u32>(context);
      const ones = onesOf(range, state);
      const isMore = code < ones;
      learn(context, state, isMore ? 1 : 0);
      code -= select<u32>(0, ones, isMore);
      range = select<u32>(ones, range - ones, isMore);
      if (range < RANGE_LEAST) {
        code = decoder.refill(code, range);
        range = decoder.range;
      }
      if (!isMore) break;
      size += 1;
    }
    if (size == LEVEL_UNARY) {
      decoder.range = range;
      decoder.code = code;
      size += decideNumber<u32>(channel, longLevelContexts(predicted), 0);
      range = decoder.range;
      code = decoder.code;
      if (size > ESCAPE_LEVEL_MAX) return ERROR_SYNTAX;
    }
    let word = wordOf(table, run, size);
    if (longEscapes && word != 0) {
      decoder.range = range;
      decoder.code = code;
      if (decideEscape<u32>(channel, predicted, 0)) word = 0;
      range = decoder.range;
      code = decoder.code;
    }
    const at = codes + ((<usize>count) << 3);
    if (word == FIRST_ONE_LATER && count == 0 && !intra) putCode(at, 2, 2);
    else if (word != 0) putCode(at, (word >> 8) << 1, (word & 0xff) + 1);
    else putCode(at, (run << 16) | size, ESCAPE);
    position += 1;
    before = size;
    count += 1;
  }
  decoder.range = range;
  decoder.code = code;
  putSigns(unpacker, min<i32>(32, count), 0);
  if (count > 32) putSigns(unpacker, count, 32);
  store<u64>(codes + ((<usize>count) << 3), endCode(table));
  channel.target.putAll(codes, count + 1);
  return count;
}

/** Gives pairs `from` to `count`, 32 at most, their signs, and escapes their form. */
function putSigns(unpacker: Unpacker, count: i32, from: i32): void {
  let signs = unpacker.peekPlain();
  unpacker.skipPlain(count - from);
  for (let i = from; i < count; i++) {
    const at = codes + ((<usize>i) << 3);
    const code = load<u32>(at);
    const negative = <i32>(signs >> 63);
    if (load<u32>(at, 4) != ESCAPE) store<u32>(at, code | negative);
    else
      store<u64>(at, escapeCode(code >>> 16, negative ? -(<i32>(code & 0xffff)) : code & 0xffff, segmentHeaders.mpeg2));
    signs <<= 1;
  }
}
