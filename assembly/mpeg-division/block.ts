/** One block of coefficients, of any table (ISO/IEC 13818-2 6.2.6, ISO/IEC 11172-2 2.4.2.8). */
import { ERROR_SYNTAX, OK } from "../common/status";
import { BitCursor } from "./bit-cursor";
import { Channel, copies, decideEven, readsCodes, usesCoder, writesCodes } from "./channel";
import { mpeg2 } from "./headers";
import { decideEnd, decideEscape, decideLevel, decideRun } from "./models";
import {
  CODE_TABLE_BYTES,
  COEFFICIENT_TABLE_BYTES,
  coefficientLookup,
  coefficientWords,
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

function putEscape(channel: Channel, run: i32, level: i32): void {
  channel.target.put((1 << 6) | run, 12);
  if (mpeg2) channel.target.put(level & 0xfff, 12);
  else if (level >= -127 && level <= 127) channel.target.put(level & 0xff, 8);
  else channel.target.put(level > 0 ? level : 0x8000 | (level & 0xff), 16);
}

/** The way that copies, for {@link walkBlock}: only where the block ends counts. */
function passBlock(cursor: BitCursor, lookup: usize, intra: bool): i32 {
  const base = cursor.base;
  let at = cursor.position;
  let position = intra ? 1 : 0;
  if (!intra && load<u8>(base + (at >>> 3)) & (0x80 >>> (at & 7))) {
    // 1s comes first in a predicted block.
    at += 2;
    position = 1;
  }
  while (true) {
    const next = bswap<u64>(load<u64>(base + (at >>> 3)));
    const taken = <u64>(at & 7);
    const bits = <u32>((next << taken) >> 32);
    const place = bits >= 0x04000000 ? (bits >>> 24) << 2 : 1024 + ((bits >>> 16) << 2);
    const entry = load<u32>(lookup + place);
    const run = <i32>(entry >>> 16);
    if (run < RUN_END) {
      at += (entry & 0xff) + 1;
      position += run + 1;
      if (position > 64 || entry == 0) return ERROR_SYNTAX;
      continue;
    }
    if (run == RUN_END) {
      cursor.position = at + (entry & 0xff);
      return OK;
    }
    escapeLevel(bits);
    if (escapeLength == 0) return ERROR_SYNTAX;
    at += escapeLength;
    position += ((bits >>> 20) & 63) + 1;
    if (position > 64) return ERROR_SYNTAX;
  }
}

/**
 * Takes one block along.
 * @param table 1: table B-15
 * @param intra the DC has been dealt with; 0: the first code stands in a predicted block
 * @param kind  for contexts, see models.ts
 * @param near  coefficients of the blocks to the left and above together
 * @returns coefficients without DC, OK where they are only copied, or ERROR_SYNTAX
 */
export function walkBlock<Way>(channel: Channel, table: i32, intra: bool, kind: i32, near: i32): i32 {
  const lookup = coefficientLookup + <usize>table * COEFFICIENT_TABLE_BYTES;
  if (copies<Way>()) return passBlock(channel.source, lookup, intra);
  const words = coefficientWords + <usize>table * CODE_TABLE_BYTES;
  const nearClass = <i32>load<u8>(nearClasses + min<i32>(128, near));
  let position = intra ? 1 : 0;
  let count = 0;
  let before = 0;
  while (true) {
    const first = !intra && count == 0;
    let run = 0;
    let level = 0;
    let escaped = 0;
    let end = 0;
    if (readsCodes<Way>()) {
      const bits = channel.source.peek32();
      if (first && bits >>> 31 != 0) {
        level = bits & 0x40000000 ? -1 : 1;
        channel.source.skip(2);
      } else {
        const entry =
          bits >= 0x04000000
            ? load<u32>(lookup + ((bits >>> 24) << 2))
            : load<u32>(lookup + 1024 + ((bits >>> 16) << 2));
        if (entry == 0) return ERROR_SYNTAX;
        const length = <i32>(entry & 0xff);
        run = <i32>(entry >>> 16);
        if (run < RUN_END) {
          level = <i32>((entry >>> 8) & 0xff);
          if ((bits << length) >>> 31 != 0) level = -level;
          channel.source.skip(length + 1);
        } else if (run == RUN_ESCAPE) {
          run = (bits >>> 20) & 63;
          level = escapeLevel(bits);
          if (escapeLength == 0) return ERROR_SYNTAX;
          channel.source.skip(escapeLength);
          escaped = 1;
        } else {
          channel.source.skip(length);
          end = 1;
        }
      }
      if (position + run > 63 && end == 0) return ERROR_SYNTAX;
    }
    if (usesCoder<Way>()) {
      // Behind position 63 only the end can stand; a predicted block has a first coefficient.
      if (!first) end = position > 63 ? 1 : decideEnd<Way>(channel, kind, nearClass, before, position, end);
      if (end == 0) {
        run = decideRun<Way>(channel, kind, nearClass, position, run);
        if (position + run > 63) return ERROR_SYNTAX;
        const size = decideLevel<Way>(channel, kind, before, position + run, abs<i32>(level));
        const negative = decideEven<Way>(channel, level < 0 ? 1 : 0, 1);
        if (size > 2047) return ERROR_SYNTAX;
        level = negative ? -size : size;
        if (run < 32 && size <= 40 && load<u32>(words + ((run * 41 + size) << 2)) != 0)
          escaped = decideEscape<Way>(channel, escaped);
      }
    }
    if (writesCodes<Way>()) {
      const size = abs<i32>(level);
      const word = run < 32 && size <= 40 && escaped == 0 ? load<u32>(words + ((run * 41 + size) << 2)) : 0;
      if (end) {
        if (table) channel.target.put(6, 4);
        else channel.target.put(2, 2);
      } else if (word == 0) {
        putEscape(channel, run, level);
      } else if (first && run == 0 && size == 1) {
        channel.target.put(level < 0 ? 3 : 2, 2);
      } else {
        channel.target.put(((word >> 8) << 1) | (level < 0 ? 1 : 0), (word & 0xff) + 1);
      }
    }
    if (end) return count;
    position += run + 1;
    count += 1;
    before = abs<i32>(level);
  }
}
