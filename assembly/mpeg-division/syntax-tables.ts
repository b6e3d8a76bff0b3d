/** Codes of ISO/IEC 13818-2 Annex B that ISO/IEC 11172-2 lacks, macroblock types of both, and the look-up tables built from them. */
import { BitWriter } from "../bitstream/bit-writer";
import {
  coefficientCodes,
  coefficientEntry,
  incrementCodes,
  motionCodes,
  patternCodes,
} from "../bitstream/code-tables";
import { BitCursor } from "./bit-cursor";

/** Levels 1 to this have a code, by run 0 to 31. */
const LEVELS: StaticArray<u8> = [
  40, 18, 5, 4, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
];
/** Table B-15: code without sign and length, by run, then level. */
const INTRA_COEFFICIENT: StaticArray<u8> = [
  0x02, 2, 0x06, 3, 0x07, 4, 0x1c, 5, 0x1d, 5, 0x05, 6, 0x04, 6, 0x7b, 7, 0x7c, 7, 0x23, 8, 0x22, 8, 0xfa, 8, 0xfb, 8,
  0xfe, 8, 0xff, 8, 0x1f, 14, 0x1e, 14, 0x1d, 14, 0x1c, 14, 0x1b, 14, 0x1a, 14, 0x19, 14, 0x18, 14, 0x17, 14, 0x16, 14,
  0x15, 14, 0x14, 14, 0x13, 14, 0x12, 14, 0x11, 14, 0x10, 14, 0x18, 15, 0x17, 15, 0x16, 15, 0x15, 15, 0x14, 15, 0x13,
  15, 0x12, 15, 0x11, 15, 0x10, 15, 0x02, 3, 0x06, 5, 0x79, 7, 0x27, 8, 0x20, 8, 0x16, 13, 0x15, 13, 0x1f, 15, 0x1e, 15,
  0x1d, 15, 0x1c, 15, 0x1b, 15, 0x1a, 15, 0x19, 15, 0x13, 16, 0x12, 16, 0x11, 16, 0x10, 16, 0x05, 5, 0x07, 7, 0xfc, 8,
  0x0c, 10, 0x14, 13, 0x07, 5, 0x26, 8, 0x1c, 12, 0x13, 13, 0x06, 6, 0xfd, 8, 0x12, 12, 0x07, 6, 0x04, 9, 0x12, 13,
  0x06, 7, 0x1e, 12, 0x14, 16, 0x04, 7, 0x15, 12, 0x05, 7, 0x11, 12, 0x78, 7, 0x11, 13, 0x7a, 7, 0x10, 13, 0x21, 8,
  0x1a, 16, 0x25, 8, 0x19, 16, 0x24, 8, 0x18, 16, 0x05, 9, 0x17, 16, 0x07, 9, 0x16, 16, 0x0d, 10, 0x15, 16, 0x1f, 12,
  0x1a, 12, 0x19, 12, 0x17, 12, 0x16, 12, 0x1f, 13, 0x1e, 13, 0x1d, 13, 0x1c, 13, 0x1b, 13, 0x1f, 16, 0x1e, 16, 0x1d,
  16, 0x1c, 16, 0x1b, 16,
];

/** Tables B-12 and B-13: dct_dc_size 0 to 11; the code's value has up to ten bits, so it stands as two bytes. */
const DC_SIZE_LUMA: StaticArray<u16> = [
  0x4, 3, 0x0, 2, 0x1, 2, 0x5, 3, 0x6, 3, 0xe, 4, 0x1e, 5, 0x3e, 6, 0x7e, 7, 0xfe, 8, 0x1fe, 9, 0x1ff, 9,
];
const DC_SIZE_CHROMA: StaticArray<u16> = [
  0x0, 2, 0x1, 2, 0x2, 2, 0x6, 3, 0xe, 4, 0x1e, 5, 0x3e, 6, 0x7e, 7, 0xfe, 8, 0x1fe, 9, 0x3fe, 10, 0x3ff, 10,
];
export const DC_SIZE_MAX: i32 = 11;
const DC_BITS: i32 = 10;

export const MB_INTRA: i32 = 1;
export const MB_PATTERN: i32 = 2;
export const MB_BACKWARD: i32 = 4;
export const MB_FORWARD: i32 = 8;
export const MB_QUANTISER: i32 = 16;
/** Tables B-2 to B-4: code, length, flags; types are numbered in this order. */
const TYPES_I: StaticArray<u8> = [1, 1, 1, 1, 2, 17];
const TYPES_P: StaticArray<u8> = [1, 1, 10, 1, 2, 2, 1, 3, 8, 3, 5, 1, 2, 5, 26, 1, 5, 18, 1, 6, 17];
const TYPES_B: StaticArray<u8> = [
  2, 2, 12, 3, 2, 14, 2, 3, 4, 3, 3, 6, 2, 4, 8, 3, 4, 10, 3, 5, 1, 2, 5, 30, 3, 6, 26, 2, 6, 22, 1, 6, 17,
];
const TYPE_BITS: i32 = 6;

/** What a coefficient's entry holds as run where no run-level pair stands. */
export const RUN_END: i32 = 64;
export const RUN_ESCAPE: i32 = 65;
/** Entries `run << 16 | level << 8 | length`, 0 where no code starts so: two tables, each 256 by the first eight bits, then 1024 by the last ten. */
export const COEFFICIENT_TABLE_BYTES: usize = 1280 * 4;
export const coefficientLookup: usize = memory.data(2 * 1280 * 4);
/** `code << 8 | length` by run * 41 + level, 0 where there is none: two tables. */
export const CODE_TABLE_BYTES: usize = 32 * 41 * 4;
export const coefficientWords: usize = memory.data(2 * 32 * 41 * 4);
/** Bits that {@link passLookup} looks at, and how often 57 bits hold as many. */
export const PASS_BITS: i32 = 12;
export const PASS_TURNS: i32 = 4;
export const PASS_END: u32 = 0x8000;
export const PASS_TABLE_BYTES: usize = (1 << 12) * 2;
/** The table for the start of a predicted block, behind those two. */
export const PASS_FIRST: usize = 2;
/** What codes pass in the next bits, as many as are whole: their bits, run and level pairs' scan positions << 4, PASS_END where the block ends with them. */
export const passLookup: usize = memory.data(3 * (1 << 12) * 2);
const dcLookup: usize = memory.data(2 * (1 << 10) * 2);
const dcWords: usize = memory.data(2 * 12 * 4);
const typeLookup: usize = memory.data(3 * (1 << 6) * 2);
const typeWords: usize = memory.data(3 * 16 * 4);
/** `value << 8 | length` by the next 11, 9 and MOTION_BITS bits. */
const incrementLookup: usize = memory.data((1 << 11) * 2);
const patternLookup: usize = memory.data((1 << 9) * 2);
const MOTION_BITS: i32 = 10;
/** No motion_code. */
export const MOTION_NONE: i32 = i32.MIN_VALUE;
const motionLookup: usize = memory.data((1 << 10) * 2);

function spread(table: i32, code: i32, length: i32, entry: i32): void {
  const base = coefficientLookup + <usize>table * COEFFICIENT_TABLE_BYTES;
  if (length <= 8) {
    for (let k = 0; k < 1 << (8 - length); k++) store<u32>(base + (((code << (8 - length)) + k) << 2), entry);
  } else {
    for (let k = 0; k < 1 << (16 - length); k++) store<u32>(base + 1024 + (((code << (16 - length)) + k) << 2), entry);
  }
}

function buildCoefficients(): void {
  // Table B-14 is what MPEG-1 has.
  memory.copy(coefficientWords, coefficientCodes, CODE_TABLE_BYTES);
  for (let i: u32 = 4; i < 256; i++) store<u32>(coefficientLookup + (i << 2), coefficientEntry(i << 8));
  for (let i: u32 = 0; i < 1024; i++) store<u32>(coefficientLookup + 1024 + (i << 2), coefficientEntry(i));
  let row = 0;
  for (let run = 0; run < 32; run++) {
    for (let level = 1; level <= <i32>LEVELS[run]; level++) {
      const code = <i32>INTRA_COEFFICIENT[row];
      const length = <i32>INTRA_COEFFICIENT[row + 1];
      const entry = (run << 16) | (level << 8) | length;
      spread(1, code, length, entry);
      store<u32>(coefficientWords + CODE_TABLE_BYTES + ((run * 41 + level) << 2), (code << 8) | length);
      row += 2;
    }
  }
  const end = RUN_END << 16;
  const escaped = (RUN_ESCAPE << 16) | 6;
  spread(0, 2, 2, end | 2);
  spread(1, 6, 4, end | 4);
  spread(0, 1, 6, escaped);
  spread(1, 1, 6, escaped);
}

/** The entry of the one code at the start of 32 bits. */
export function coefficientAt(lookup: usize, bits: u32): u32 {
  return load<u32>(lookup + (bits >= 0x04000000 ? (bits >>> 24) << 2 : 1024 + ((bits >>> 16) << 2)));
}

/** @param first 1s comes first, in table B-14 */
function buildPass(number: usize, table: i32, first: bool): void {
  const lookup = coefficientLookup + <usize>table * COEFFICIENT_TABLE_BYTES;
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

function buildDc(table: i32, rows: StaticArray<u16>): void {
  for (let size = 0; size <= DC_SIZE_MAX; size++) {
    const code = <i32>rows[size << 1];
    const length = <i32>rows[(size << 1) + 1];
    store<u32>(dcWords + ((table * 12 + size) << 2), (code << 8) | length);
    const first = (table << DC_BITS) + (code << (DC_BITS - length));
    for (let k = 0; k < 1 << (DC_BITS - length); k++)
      store<u16>(dcLookup + ((first + k) << 1), <u16>((size << 8) | length));
  }
}

function buildTypes(table: i32, rows: StaticArray<u8>): void {
  for (let i = 0; i < rows.length; i += 3) {
    const code = <i32>rows[i];
    const length = <i32>rows[i + 1];
    const flags = <i32>rows[i + 2];
    const number = i / 3;
    store<u32>(typeWords + (((table << 4) + number) << 2), (flags << 16) | (code << 8) | length);
    const first = (table << TYPE_BITS) + (code << (TYPE_BITS - length));
    for (let k = 0; k < 1 << (TYPE_BITS - length); k++)
      store<u16>(typeLookup + ((first + k) << 1), <u16>((number << 8) | length));
  }
}

/** A look-up table from the words that `bitstream/code-tables` writes. */
function buildLookup(lookup: usize, bits: i32, words: usize, first: i32, last: i32): void {
  for (let value = first; value <= last; value++) {
    const word = load<u32>(words + (value << 2));
    const length = <i32>(word & 0xff);
    const start = (<i32>(word >> 8)) << (bits - length);
    for (let k = 0; k < 1 << (bits - length); k++)
      store<u16>(lookup + ((start + k) << 1), <u16>((value << 8) | length));
  }
}

buildLookup(incrementLookup, 11, incrementCodes, 1, 33);
buildLookup(patternLookup, 9, patternCodes, 1, 63);
buildLookup(motionLookup, MOTION_BITS, motionCodes, 0, 16);
buildCoefficients();
buildPass(0, 0, false);
buildPass(1, 1, false);
buildPass(PASS_FIRST, 0, true);
buildDc(0, DC_SIZE_LUMA);
buildDc(1, DC_SIZE_CHROMA);
buildTypes(0, TYPES_I);
buildTypes(1, TYPES_P);
buildTypes(2, TYPES_B);

/** dct_dc_size, of which every word is one, and dct_dc_differential. */
export function takeDcDifference(reader: BitCursor, chroma: i32): i32 {
  const bits = reader.peek32();
  const entry = <i32>load<u16>(dcLookup + (((chroma << DC_BITS) + <i32>(bits >>> (32 - DC_BITS))) << 1));
  const size = entry >> 8;
  reader.skip((entry & 0xff) + size);
  if (size == 0) return 0;
  const value = <i32>((bits << (entry & 0xff)) >>> (32 - size));
  return value >> (size - 1) ? value : value - (1 << size) + 1;
}

/** @param size bits of the difference's magnitude, 0 to 11 */
export function putDcDifference(writer: BitWriter, chroma: i32, size: i32, difference: i32): void {
  const word = load<u32>(dcWords + ((chroma * 12 + size) << 2));
  const value = difference > 0 ? difference : difference + (1 << size) - 1;
  writer.put(((word >> 8) << size) | value, (word & 0xff) + size);
}

/** Number of a macroblock type, or -1. @param pictureType 1 to 3 */
export function takeType(reader: BitCursor, pictureType: i32): i32 {
  const entry = <i32>load<u16>(typeLookup + ((((pictureType - 1) << TYPE_BITS) + <i32>reader.peek(TYPE_BITS)) << 1));
  if (entry == 0) return -1;
  reader.skip(entry & 0xff);
  return entry >> 8;
}

/** `flags << 16 | code << 8 | length`; 0 for a number that no type has. @param number 0 to 15 */
export function typeWord(pictureType: i32, number: i32): u32 {
  return load<u32>(typeWords + ((((pictureType - 1) << 4) + number) << 2));
}

function takeCode(reader: BitCursor, lookup: usize, bits: i32): i32 {
  const entry = <i32>load<u16>(lookup + ((<usize>reader.peek(bits)) << 1));
  if (entry == 0) return -1;
  reader.skip(entry & 0xff);
  return entry >> 8;
}

/** Increment 1 to 33, or -1; stuffing and escape are the caller's. */
export function takeIncrement(reader: BitCursor): i32 {
  return takeCode(reader, incrementLookup, 11);
}

/** Pattern 1 to 63, or -1. */
export function takePattern(reader: BitCursor): i32 {
  return takeCode(reader, patternLookup, 9);
}

/**
 * motion_code and motion_residual.
 * @param residualBits 0 to 8
 * @returns motion_code << 8 | motion_residual, or MOTION_NONE
 */
export function takeMotion(reader: BitCursor, residualBits: i32): i32 {
  const bits = reader.peek32();
  const entry = <i32>load<u16>(motionLookup + ((<usize>(bits >>> (32 - MOTION_BITS))) << 1));
  if (entry == 0) return MOTION_NONE;
  const length = entry & 0xff;
  const magnitude = entry >> 8;
  if (magnitude == 0) {
    reader.skip(length);
    return 0;
  }
  reader.skip(length + 1 + residualBits);
  const code = (bits << length) >>> 31 ? -magnitude : magnitude;
  return (code << 8) | (residualBits > 0 ? <i32>((bits << (length + 1)) >>> (32 - residualBits)) : 0);
}
