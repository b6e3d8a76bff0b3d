/**
 * The variable-length codes of ISO/IEC 11172-2 Annex B, as pairs of code and length in bits, and what is built from them: rows for
 * writing, look-up tables for reading.
 */
import { BitReader } from "./bit-reader";
import { BitWriter } from "./bit-writer";

/** Table B.1: macroblock address increments 1 to 33. */
const ADDRESS_INCREMENT: StaticArray<u8> = [
  0x1, 1, 0x3, 3, 0x2, 3, 0x3, 4, 0x2, 4, 0x3, 5, 0x2, 5, 0x7, 7, 0x6, 7, 0xb, 8, 0xa, 8, 0x9, 8, 0x8, 8, 0x7, 8, 0x6,
  8, 0x17, 10, 0x16, 10, 0x15, 10, 0x14, 10, 0x13, 10, 0x12, 10, 0x23, 11, 0x22, 11, 0x21, 11, 0x20, 11, 0x1f, 11, 0x1e,
  11, 0x1d, 11, 0x1c, 11, 0x1b, 11, 0x1a, 11, 0x19, 11, 0x18, 11,
];
/** Table B.1: 11 bits. */
export const ADDRESS_STUFFING: i32 = 0x0f;
export const ADDRESS_ESCAPE: i32 = 0x08;
const ADDRESS_BITS: i32 = 11;

/** Table B.3: coded block patterns 1 to 63. */
const CODED_BLOCK_PATTERN: StaticArray<u8> = [
  0xb, 5, 0x9, 5, 0xd, 6, 0xd, 4, 0x17, 7, 0x13, 7, 0x1f, 8, 0xc, 4, 0x16, 7, 0x12, 7, 0x1e, 8, 0x13, 5, 0x1b, 8, 0x17,
  8, 0x13, 8, 0xb, 4, 0x15, 7, 0x11, 7, 0x1d, 8, 0x11, 5, 0x19, 8, 0x15, 8, 0x11, 8, 0xf, 6, 0xf, 8, 0xd, 8, 0x3, 9,
  0xf, 5, 0xb, 8, 0x7, 8, 0x7, 9, 0xa, 4, 0x14, 7, 0x10, 7, 0x1c, 8, 0xe, 6, 0xe, 8, 0xc, 8, 0x2, 9, 0x10, 5, 0x18, 8,
  0x14, 8, 0x10, 8, 0xe, 5, 0xa, 8, 0x6, 8, 0x6, 9, 0x12, 5, 0x1a, 8, 0x16, 8, 0x12, 8, 0xd, 5, 0x9, 8, 0x5, 8, 0x5, 9,
  0xc, 5, 0x8, 8, 0x4, 8, 0x4, 9, 0x7, 3, 0xa, 5, 0x8, 5, 0xc, 6,
];
const PATTERN_BITS: i32 = 9;

/** Table B.4: magnitudes 0 to 16 of a motion code; a sign bit follows all but the first. */
const MOTION: StaticArray<u8> = [
  0x1, 1, 0x1, 2, 0x1, 3, 0x1, 4, 0x3, 6, 0x5, 7, 0x4, 7, 0x3, 7, 0xb, 9, 0xa, 9, 0x9, 9, 0x11, 10, 0x10, 10, 0xf, 10,
  0xe, 10, 0xd, 10, 0xc, 10,
];
const MOTION_BITS: i32 = 10;

/** Tables B.5a and B.5b: dct_dc_size_luminance and dct_dc_size_chrominance, 0 to 8. */
const DC_SIZE_LUMA: StaticArray<u8> = [0x4, 3, 0x0, 2, 0x1, 2, 0x5, 3, 0x6, 3, 0xe, 4, 0x1e, 5, 0x3e, 6, 0x7e, 7];
const DC_SIZE_CHROMA: StaticArray<u8> = [0x0, 2, 0x1, 2, 0x2, 2, 0x6, 3, 0xe, 4, 0x1e, 5, 0x3e, 6, 0x7e, 7, 0xfe, 8];
const DC_SIZE_BITS: i32 = 8;

/** Table B.5c: code without sign, length, run, level. The first row's code is 1 where it comes first in a predicted block. */
const COEFFICIENT: StaticArray<u8> = [
  0x3, 2, 0, 1, 0x3, 3, 1, 1, 0x4, 4, 0, 2, 0x5, 4, 2, 1, 0x5, 5, 0, 3, 0x7, 5, 3, 1, 0x6, 5, 4, 1, 0x6, 6, 1, 2, 0x7,
  6, 5, 1, 0x5, 6, 6, 1, 0x4, 6, 7, 1, 0x6, 7, 0, 4, 0x4, 7, 2, 2, 0x7, 7, 8, 1, 0x5, 7, 9, 1, 0x26, 8, 0, 5, 0x21, 8,
  0, 6, 0x25, 8, 1, 3, 0x24, 8, 3, 2, 0x27, 8, 10, 1, 0x23, 8, 11, 1, 0x22, 8, 12, 1, 0x20, 8, 13, 1, 0xa, 10, 0, 7,
  0xc, 10, 1, 4, 0xb, 10, 2, 3, 0xf, 10, 4, 2, 0x9, 10, 5, 2, 0xe, 10, 14, 1, 0xd, 10, 15, 1, 0x8, 10, 16, 1, 0x1d, 12,
  0, 8, 0x18, 12, 0, 9, 0x13, 12, 0, 10, 0x10, 12, 0, 11, 0x1b, 12, 1, 5, 0x14, 12, 2, 4, 0x1c, 12, 3, 3, 0x12, 12, 4,
  3, 0x1e, 12, 6, 2, 0x15, 12, 7, 2, 0x11, 12, 8, 2, 0x1f, 12, 17, 1, 0x1a, 12, 18, 1, 0x19, 12, 19, 1, 0x17, 12, 20, 1,
  0x16, 12, 21, 1, 0x1a, 13, 0, 12, 0x19, 13, 0, 13, 0x18, 13, 0, 14, 0x17, 13, 0, 15, 0x16, 13, 1, 6, 0x15, 13, 1, 7,
  0x14, 13, 2, 5, 0x13, 13, 3, 4, 0x12, 13, 5, 3, 0x11, 13, 9, 2, 0x10, 13, 10, 2, 0x1f, 13, 22, 1, 0x1e, 13, 23, 1,
  0x1d, 13, 24, 1, 0x1c, 13, 25, 1, 0x1b, 13, 26, 1, 0x1f, 14, 0, 16, 0x1e, 14, 0, 17, 0x1d, 14, 0, 18, 0x1c, 14, 0, 19,
  0x1b, 14, 0, 20, 0x1a, 14, 0, 21, 0x19, 14, 0, 22, 0x18, 14, 0, 23, 0x17, 14, 0, 24, 0x16, 14, 0, 25, 0x15, 14, 0, 26,
  0x14, 14, 0, 27, 0x13, 14, 0, 28, 0x12, 14, 0, 29, 0x11, 14, 0, 30, 0x10, 14, 0, 31, 0x18, 15, 0, 32, 0x17, 15, 0, 33,
  0x16, 15, 0, 34, 0x15, 15, 0, 35, 0x14, 15, 0, 36, 0x13, 15, 0, 37, 0x12, 15, 0, 38, 0x11, 15, 0, 39, 0x10, 15, 0, 40,
  0x1f, 15, 1, 8, 0x1e, 15, 1, 9, 0x1d, 15, 1, 10, 0x1c, 15, 1, 11, 0x1b, 15, 1, 12, 0x1a, 15, 1, 13, 0x19, 15, 1, 14,
  0x13, 16, 1, 15, 0x12, 16, 1, 16, 0x11, 16, 1, 17, 0x10, 16, 1, 18, 0x14, 16, 6, 3, 0x1a, 16, 11, 2, 0x19, 16, 12, 2,
  0x18, 16, 13, 2, 0x17, 16, 14, 2, 0x16, 16, 15, 2, 0x15, 16, 16, 2, 0x1f, 16, 27, 1, 0x1e, 16, 28, 1, 0x1d, 16, 29, 1,
  0x1c, 16, 30, 1, 0x1b, 16, 31, 1,
];
/** End of block: 2 bits. */
export const END_OF_BLOCK: u32 = 2;
/** Escape: 6 bits, then run and level. */
export const COEFFICIENT_ESCAPE: u32 = 1;
export const LEVELS_IN_TABLE: i32 = 40;

/** Packed `code << 8 | length`, indexed by increment 1..33. */
export const incrementCodes: usize = memory.data(34 * 4);
/** The same, indexed by pattern 1..63. */
export const patternCodes: usize = memory.data(64 * 4);
/** The same, indexed by magnitude 0..16. */
export const motionCodes: usize = memory.data(17 * 4);
/** The same, indexed by size 0..8. */
export const dcLumaCodes: usize = memory.data(9 * 4);
export const dcChromaCodes: usize = memory.data(9 * 4);
/** The same, indexed by run * 41 + level; 0 where the table has no code. */
export const coefficientCodes: usize = memory.data(32 * 41 * 4);

/** Packed `value << 8 | length`, indexed by the next bits; 0 where no code starts so. */
const incrementLookup: usize = memory.data((1 << 11) * 2);
const patternLookup: usize = memory.data((1 << 9) * 2);
const motionLookup: usize = memory.data((1 << 10) * 2);
const dcLumaLookup: usize = memory.data((1 << 8) * 2);
const dcChromaLookup: usize = memory.data((1 << 8) * 2);
/** Packed `run << 16 | level << 8 | length`, by the next 16 bits shifted right by 8 where at least 0x400, else by themselves. */
const shortCoefficients: usize = memory.data(256 * 4);
const longCoefficients: usize = memory.data(1024 * 4);

function spread(lookup: usize, bits: i32, code: i32, length: i32, value: i32): void {
  const first = code << (bits - length);
  const count = 1 << (bits - length);
  for (let i = 0; i < count; i++) store<u16>(lookup + ((first + i) << 1), <u16>((value << 8) | length));
}

function build(pairs: StaticArray<u8>, firstValue: i32, codes: usize, lookup: usize, bits: i32): void {
  for (let i = 0; i < pairs.length; i += 2) {
    const value = firstValue + (i >> 1);
    const code = <i32>pairs[i];
    const length = <i32>pairs[i + 1];
    store<u32>(codes + (value << 2), (code << 8) | length);
    spread(lookup, bits, code, length, value);
  }
}

function buildCoefficients(): void {
  for (let i = 0; i < COEFFICIENT.length; i += 4) {
    const code = <i32>COEFFICIENT[i];
    const length = <i32>COEFFICIENT[i + 1];
    const run = <i32>COEFFICIENT[i + 2];
    const level = <i32>COEFFICIENT[i + 3];
    store<u32>(coefficientCodes + ((run * 41 + level) << 2), (code << 8) | length);
    const entry = (run << 16) | (level << 8) | length;
    if (length <= 8) {
      for (let k = 0; k < 1 << (8 - length); k++)
        store<u32>(shortCoefficients + (((code << (8 - length)) + k) << 2), entry);
    } else {
      for (let k = 0; k < 1 << (16 - length); k++)
        store<u32>(longCoefficients + (((code << (16 - length)) + k) << 2), entry);
    }
  }
}

build(ADDRESS_INCREMENT, 1, incrementCodes, incrementLookup, ADDRESS_BITS);
build(CODED_BLOCK_PATTERN, 1, patternCodes, patternLookup, PATTERN_BITS);
build(MOTION, 0, motionCodes, motionLookup, MOTION_BITS);
build(DC_SIZE_LUMA, 0, dcLumaCodes, dcLumaLookup, DC_SIZE_BITS);
build(DC_SIZE_CHROMA, 0, dcChromaCodes, dcChromaLookup, DC_SIZE_BITS);
buildCoefficients();

/** Writes the code at `index` of one of the tables above. */
export function putCode(writer: BitWriter, codes: usize, index: i32): void {
  const entry = load<u32>(codes + (index << 2));
  writer.put(entry >> 8, entry & 0xff);
}

function takeCode(reader: BitReader, lookup: usize, bits: i32): i32 {
  const entry = <i32>load<u16>(lookup + ((<usize>reader.peek(bits)) << 1));
  if (entry == 0) return -1;
  reader.skip(entry & 0xff);
  return entry >> 8;
}

/** Increment 1..33, or -1; stuffing and escape are the caller's. */
export function takeIncrement(reader: BitReader): i32 {
  return takeCode(reader, incrementLookup, ADDRESS_BITS);
}

/** Pattern 1..63, or -1. */
export function takePattern(reader: BitReader): i32 {
  return takeCode(reader, patternLookup, PATTERN_BITS);
}

/** Magnitude 0..16, or -1; the sign is the caller's. */
export function takeMotion(reader: BitReader): i32 {
  return takeCode(reader, motionLookup, MOTION_BITS);
}

/** dct_dc_size 0..8, or -1. */
export function takeDcSize(reader: BitReader, chroma: bool): i32 {
  return takeCode(reader, chroma ? dcChromaLookup : dcLumaLookup, DC_SIZE_BITS);
}

/** The entry `run << 16 | level << 8 | length` for the next 16 bits; 0 for end of block, escape and what is no code. */
export function coefficientEntry(next16: u32): u32 {
  return next16 >= 0x400
    ? load<u32>(shortCoefficients + ((next16 >> 8) << 2))
    : load<u32>(longCoefficients + (next16 << 2));
}
