/** A block of coefficients from its codes to the coder: block-unpacker.ts the other way round. FORMAT.md 11.5. */
import { BitCursor } from "../bitstream/bit-cursor";
import {
  coefficientAt,
  coefficientLookup,
  escapeLevel,
  escapeRun,
  FIRST_ONE,
  RUN_END,
  wordOf,
} from "../mpeg-syntax/coefficient-tables";
import { longEscapes, nearClass } from "./block";
import { Channel, decideNumber, decidePlain } from "./channel";
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

/** Four decisions in the contexts that follow a first one, each as offset plus answer: as many ones as the row's number, then a zero. */
const unary: usize = memory.data(5 * 16);
for (let ones = 0; ones <= 4; ones++)
  for (let i = 0; i < 4; i++) store<u32>(unary + <usize>(ones * 16 + i * 4), (i << 2) | (i < ones ? 1 : 0));

/** Puts four decisions to `next`, of which the caller keeps as many as count. @param ones 0 to 4 */
function putUnary(next: usize, context: usize, ones: i32): void {
  v128.store(next, i32x4.add(i32x4.splat(<i32>context), v128.load(unary + ((<usize>ones) << 4))));
}

/**
 * Reads the codes of a block that passBlocks has passed, and puts them to the coder.
 * @param table 1: table B-15
 * @param intra the DC has been dealt with; otherwise the first code stands in a predicted block
 * @param kind  for contexts, see models.ts
 * @param near  coefficients of the blocks to the left and above together
 * @returns coefficients without DC
 */
export function packBlock(channel: Channel, table: i32, intra: bool, kind: i32, near: i32): i32 {
  const cursor: BitCursor = channel.source;
  const packer = channel.packer;
  const lookup = coefficientLookup(table);
  const nearby = nearClass(near);
  const ends = endContexts(kind, nearby);
  const runs = runContexts(kind, nearby);
  const levels = levelContexts(kind);
  const predicted = intra ? 0 : 1;
  let at = cursor.position;
  let next = packer.next;
  let position = intra ? 1 : 0;
  let before = 0;
  let count = 0;
  /** 1 negative, the last pair's lowest. */
  let signs: u64 = 0;
  while (true) {
    const bits = cursor.bitsAt(at);
    let entry = coefficientAt(lookup, bits);
    // 1s comes first in a predicted block.
    if (count == 0 && !intra && bits >>> 31 != 0) entry = FIRST_ONE;
    let run = <i32>(entry >>> 16);
    let size = <i32>((entry >>> 8) & 0xff);
    const isEnd = run == RUN_END;
    if ((intra || count > 0) && position < 64) {
      store<u32>(next, <u32>endContext(ends, before, position) | (isEnd ? 1 : 0));
      next += 4;
    }
    if (isEnd) {
      at += entry & 0xff;
      break;
    }
    let escaped = 0;
    if (run < RUN_END) {
      const length = entry & 0xff;
      signs = (signs << 1) | ((bits << length) >>> 31);
      at += length + 1;
    } else {
      const levelAndLength = escapeLevel(bits, segmentHeaders.mpeg2);
      const level = levelAndLength >> 8;
      run = escapeRun(bits);
      size = abs<i32>(level);
      escaped = 1;
      signs = (signs << 1) | (level < 0 ? 1 : 0);
      at += levelAndLength & 0xff;
    }
    putUnary(next, runContext(runs, position), min<i32>(RUN_UNARY, run));
    if (run < RUN_UNARY) {
      next += <usize>((run + 1) << 2);
    } else {
      packer.next = next + (RUN_UNARY << 2);
      decideNumber<u16>(channel, longRunContexts(predicted, position), run - RUN_UNARY);
      next = packer.next;
    }
    position += run;
    let level = levelContext(levels, before, position);
    let more = size - 1;
    putUnary(next, level, min<i32>(4, more));
    if (more < 4) {
      next += <usize>((more + 1) << 2);
    } else {
      next += 16;
      level += 16;
      more -= 4;
      putUnary(next, level, min<i32>(3, more));
      next += <usize>(min<i32>(3, more + 1) << 2);
      if (size >= LEVEL_UNARY) {
        packer.next = next;
        decideNumber<u16>(channel, longLevelContexts(predicted), size - LEVEL_UNARY);
        next = packer.next;
      }
    }
    if (longEscapes && wordOf(table, run, size) != 0) {
      packer.next = next;
      decideEscape<u16>(channel, predicted, escaped);
      next = packer.next;
    }
    position += 1;
    before = size;
    count += 1;
  }
  cursor.position = at;
  packer.next = next;
  const early = max<i32>(0, count - 32);
  decidePlain<u16>(channel, <u32>(signs >> 32), early);
  decidePlain<u16>(channel, <u32>signs, count - early);
  return count;
}
