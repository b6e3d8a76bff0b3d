/**
 * The variable-length codes of ISO/IEC 13818-2 Annex B, of which those of ISO/IEC 11172-2 Annex B are a part, but for
 * macroblock types and coefficients: as pairs of code and length in bits, and what is built from them, words for
 * writing and look-up tables for reading.
 */
import { BitSource } from "../bitstream/bit-source";
import { BitWriter } from "../bitstream/bit-writer";

/** Table B-1: macroblock address increments 1 to 33. */
const ADDRESS_INCREMENT: StaticArray<u16> = [
  0x1, 1, 0x3, 3, 0x2, 3, 0x3, 4, 0x2, 4, 0x3, 5, 0x2, 5, 0x7, 7, 0x6, 7, 0xb, 8, 0xa, 8, 0x9, 8, 0x8, 8, 0x7, 8, 0x6,
  8, 0x17, 10, 0x16, 10, 0x15, 10, 0x14, 10, 0x13, 10, 0x12, 10, 0x23, 11, 0x22, 11, 0x21, 11, 0x20, 11, 0x1f, 11, 0x1e,
  11, 0x1d, 11, 0x1c, 11, 0x1b, 11, 0x1a, 11, 0x19, 11, 0x18, 11,
];
/** Table B-1: 11 bits. Stuffing is MPEG-1's. */
export const ADDRESS_STUFFING: i32 = 0x0f;
export const ADDRESS_ESCAPE: i32 = 0x08;
export const ADDRESS_BITS: i32 = 11;
/** What an escape stands for, and the largest increment that has a code. */
export const INCREMENT_MAX: i32 = 33;

/** Table B-9: coded block patterns 1 to 63. */
const CODED_BLOCK_PATTERN: StaticArray<u16> = [
  0xb, 5, 0x9, 5, 0xd, 6, 0xd, 4, 0x17, 7, 0x13, 7, 0x1f, 8, 0xc, 4, 0x16, 7, 0x12, 7, 0x1e, 8, 0x13, 5, 0x1b, 8, 0x17,
  8, 0x13, 8, 0xb, 4, 0x15, 7, 0x11, 7, 0x1d, 8, 0x11, 5, 0x19, 8, 0x15, 8, 0x11, 8, 0xf, 6, 0xf, 8, 0xd, 8, 0x3, 9,
  0xf, 5, 0xb, 8, 0x7, 8, 0x7, 9, 0xa, 4, 0x14, 7, 0x10, 7, 0x1c, 8, 0xe, 6, 0xe, 8, 0xc, 8, 0x2, 9, 0x10, 5, 0x18, 8,
  0x14, 8, 0x10, 8, 0xe, 5, 0xa, 8, 0x6, 8, 0x6, 9, 0x12, 5, 0x1a, 8, 0x16, 8, 0x12, 8, 0xd, 5, 0x9, 8, 0x5, 8, 0x5, 9,
  0xc, 5, 0x8, 8, 0x4, 8, 0x4, 9, 0x7, 3, 0xa, 5, 0x8, 5, 0xc, 6,
];
const PATTERN_BITS: i32 = 9;

/** Table B-10: magnitudes 0 to 16 of a motion code; a sign bit follows all but the first. */
const MOTION: StaticArray<u16> = [
  0x1, 1, 0x1, 2, 0x1, 3, 0x1, 4, 0x3, 6, 0x5, 7, 0x4, 7, 0x3, 7, 0xb, 9, 0xa, 9, 0x9, 9, 0x11, 10, 0x10, 10, 0xf, 10,
  0xe, 10, 0xd, 10, 0xc, 10,
];
const MOTION_BITS: i32 = 10;

/** Tables B-12 and B-13: dct_dc_size 0 to 11, in MPEG-1 to 8. */
const DC_SIZE_LUMA: StaticArray<u16> = [
  0x4, 3, 0x0, 2, 0x1, 2, 0x5, 3, 0x6, 3, 0xe, 4, 0x1e, 5, 0x3e, 6, 0x7e, 7, 0xfe, 8, 0x1fe, 9, 0x1ff, 9,
];
const DC_SIZE_CHROMA: StaticArray<u16> = [
  0x0, 2, 0x1, 2, 0x2, 2, 0x6, 3, 0xe, 4, 0x1e, 5, 0x3e, 6, 0x7e, 7, 0xfe, 8, 0x1fe, 9, 0x3fe, 10, 0x3ff, 10,
];
export const DC_SIZE_MAX: i32 = 11;
export const DC_SIZE_MAX_MPEG1: i32 = 8;
const DC_BITS: i32 = 10;

/** Packed `code << 8 | length`, indexed by increment 1..33. */
export const incrementCodes: usize = memory.data(34 * 4);
/** The same, indexed by pattern 1..63. */
export const patternCodes: usize = memory.data(64 * 4);
/** The same, indexed by magnitude 0..16. */
export const motionCodes: usize = memory.data(17 * 4);
/** The same, indexed by size 0..11: of luminance, then of chrominance. */
export const DC_CODES_BYTES: usize = 12 * 4;
export const dcCodes: usize = memory.data(2 * 12 * 4);

/** Packed `value << 8 | length`, indexed by the next bits; 0 where no code starts so. */
const incrementLookup: usize = memory.data((1 << 11) * 2);
const patternLookup: usize = memory.data((1 << 9) * 2);
const motionLookup: usize = memory.data((1 << 10) * 2);
const DC_LOOKUP_BYTES: usize = (1 << 10) * 2;
const dcLookup: usize = memory.data(2 * (1 << 10) * 2);

/** Writes `value << 8 | length` wherever the next `bits` bits begin with the code. */
export function spreadCode(lookup: usize, bits: i32, code: i32, length: i32, value: i32): void {
  const first = code << (bits - length);
  const count = 1 << (bits - length);
  for (let i = 0; i < count; i++) store<u16>(lookup + ((first + i) << 1), <u16>((value << 8) | length));
}

function build(pairs: StaticArray<u16>, firstValue: i32, codes: usize, lookup: usize, bits: i32): void {
  for (let i = 0; i < pairs.length; i += 2) {
    const value = firstValue + (i >> 1);
    const code = <i32>pairs[i];
    const length = <i32>pairs[i + 1];
    store<u32>(codes + (value << 2), (code << 8) | length);
    spreadCode(lookup, bits, code, length, value);
  }
}

build(ADDRESS_INCREMENT, 1, incrementCodes, incrementLookup, ADDRESS_BITS);
build(CODED_BLOCK_PATTERN, 1, patternCodes, patternLookup, PATTERN_BITS);
build(MOTION, 0, motionCodes, motionLookup, MOTION_BITS);
build(DC_SIZE_LUMA, 0, dcCodes, dcLookup, DC_BITS);
build(DC_SIZE_CHROMA, 0, dcCodes + DC_CODES_BYTES, dcLookup + DC_LOOKUP_BYTES, DC_BITS);

/** Writes the code at `index` of one of the tables above. */
function putCode(writer: BitWriter, codes: usize, index: i32): void {
  const entry = load<u32>(codes + (index << 2));
  writer.put(entry >> 8, entry & 0xff);
}

function takeCode<Source extends BitSource>(source: Source, lookup: usize, bits: i32): i32 {
  const entry = <i32>load<u16>(lookup + ((<usize>source.peek(bits)) << 1));
  if (entry == 0) return -1;
  source.skip(entry & 0xff);
  return entry >> 8;
}

/** Increment 1 to 33, or -1; stuffing and escapes are the caller's. */
export function takeIncrementCode<Source extends BitSource>(source: Source): i32 {
  return takeCode<Source>(source, incrementLookup, ADDRESS_BITS);
}

/**
 * An increment with the stuffing, which MPEG-1 has, and the escapes before it.
 * @param most no increment is greater; beyond it reading ends
 * @returns 1 to most + 33, or -1
 */
export function takeIncrement<Source extends BitSource>(source: Source, most: i32): i32 {
  let increment = 0;
  while (true) {
    const next = <i32>source.peek(ADDRESS_BITS);
    if (next == ADDRESS_ESCAPE) increment += INCREMENT_MAX;
    else if (next != ADDRESS_STUFFING) break;
    source.skip(ADDRESS_BITS);
    if (source.overrun() || increment > most) return -1;
  }
  const last = takeIncrementCode<Source>(source);
  return last < 0 ? -1 : increment + last;
}

/** @param increment from 1 on, with the escapes that it needs */
export function putIncrement(writer: BitWriter, increment: i32): void {
  while (increment > INCREMENT_MAX) {
    writer.put(ADDRESS_ESCAPE, ADDRESS_BITS);
    increment -= INCREMENT_MAX;
  }
  putCode(writer, incrementCodes, increment);
}

/** Pattern 1 to 63, or -1. */
export function takePattern<Source extends BitSource>(source: Source): i32 {
  return takeCode<Source>(source, patternLookup, PATTERN_BITS);
}

/** @param pattern 1 to 63 */
export function putPattern(writer: BitWriter, pattern: i32): void {
  putCode(writer, patternCodes, pattern);
}

/** No motion_code. */
export const MOTION_NONE: i32 = i32.MIN_VALUE;

/**
 * motion_code and motion_residual.
 * @param residualBits 0 to 8
 * @returns motion_code << 8 | motion_residual, or MOTION_NONE
 */
export function takeMotion<Source extends BitSource>(source: Source, residualBits: i32): i32 {
  const bits = source.peek32();
  const entry = <i32>load<u16>(motionLookup + ((<usize>(bits >>> (32 - MOTION_BITS))) << 1));
  if (entry == 0) return MOTION_NONE;
  const length = entry & 0xff;
  const magnitude = entry >> 8;
  if (magnitude == 0) {
    source.skip(length);
    return 0;
  }
  source.skip(length + 1 + residualBits);
  const code = (bits << length) >>> 31 ? -magnitude : magnitude;
  return (code << 8) | (residualBits > 0 ? <i32>((bits << (length + 1)) >>> (32 - residualBits)) : 0);
}

/** @param code -16 to 16 */
export function putMotion(writer: BitWriter, code: i32, residual: i32, residualBits: i32): void {
  putCode(writer, motionCodes, abs<i32>(code));
  if (code == 0) return;
  writer.put(code < 0 ? 1 : 0, 1);
  writer.put(residual, residualBits);
}

/** dmvector, table B-11: -1 to 1. */
export function takeDualVector<Source extends BitSource>(source: Source): i32 {
  if (source.get(1) == 0) return 0;
  return source.get(1) != 0 ? -1 : 1;
}

export function putDualVector(writer: BitWriter, value: i32): void {
  if (value == 0) writer.put(0, 1);
  else writer.put(value < 0 ? 3 : 2, 2);
}

/** The dct_dc_size that `bits` begin with, above the length of its code: every word is one. @param chroma 0 or 1 */
export function dcSizeAt(bits: u32, chroma: i32): i32 {
  return <i32>load<u16>(dcLookup + <usize>chroma * DC_LOOKUP_BYTES + ((<usize>(bits >>> (32 - DC_BITS))) << 1));
}

/** dct_dc_differential of `size` bits, 1 to 11. */
function dcDifferenceOf(size: i32, value: i32): i32 {
  return value >> (size - 1) ? value : value - (1 << size) + 1;
}

/** No difference: its size is greater than it may be. */
export const BAD_DIFFERENCE: i32 = i32.MIN_VALUE;

/**
 * dct_dc_size and dct_dc_differential (ISO/IEC 13818-2 7.2.1, ISO/IEC 11172-2 2.4.3.8).
 *
 * @param chroma 0 or 1
 * @param most   largest size
 * @returns the difference, or BAD_DIFFERENCE
 */
export function takeDcDifference<Source extends BitSource>(source: Source, chroma: i32, most: i32): i32 {
  const bits = source.peek32();
  const entry = dcSizeAt(bits, chroma);
  const size = entry >> 8;
  if (size > most) return BAD_DIFFERENCE;
  source.skip((entry & 0xff) + size);
  return size == 0 ? 0 : dcDifferenceOf(size, <i32>((bits << (entry & 0xff)) >>> (32 - size)));
}

/** Bits of a difference's magnitude, which have to be at most DC_SIZE_MAX. */
export function dcSizeOf(difference: i32): i32 {
  return 32 - clz<i32>(abs<i32>(difference));
}

/** @param size of the difference, see {@link dcSizeOf} */
export function putDcDifference(writer: BitWriter, chroma: i32, size: i32, difference: i32): void {
  const word = load<u32>(dcCodes + <usize>chroma * DC_CODES_BYTES + ((<usize>size) << 2));
  const value = difference > 0 ? difference : difference + (1 << size) - 1;
  writer.put(((word >> 8) << size) | value, (word & 0xff) + size);
}
