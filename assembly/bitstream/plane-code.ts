/**
 * The top bit plane by context coding: 64 or eight samples at once where all around them agree, else sample by sample, each decision in two
 * contexts: which of the two samples that the low bits allow fits the samples around, and the pattern of the bits around. The decoder
 * has the low bits by then. FORMAT.md 9.1.
 */
import { ArithmeticDecoder, ArithmeticEncoder, CONTEXT_BYTES, resetContext } from "./arithmetic";

/** Sample contexts: how the two possible values fit what is around, how well the better one fits, four neighbouring bits. */
const FITS: i32 = 13;
const SAMPLE_CONTEXTS: i32 = FITS * 4 * 16;
const sampleContexts: usize = memory.data(13 * 4 * 16 * 4);
/** The class of the low bits and ten neighbouring bits. */
const TEMPLATE_CONTEXTS: i32 = 4096;
const templateContexts: usize = memory.data(4096 * 4);
/** For eight groups at once, by class and by what is around: zeros or ones. */
const wideContexts: usize = memory.data(8 * 4);
/** For one group the same, and whether the eight it stands in do not agree. */
const groupContexts: usize = memory.data(16 * 4);
let isBinary: bool = false;
/** {@link fitOf} by difference + 255; distance of the better sample; class of low bits. */
const fits: usize = memory.data(511);
const distances: usize = memory.data(256);
const classes: usize = memory.data(256);

/** Probability of a one, in 2^-15, that a context starts with, by how much better a one fits. */
const FIRST_ONES: StaticArray<u16> = [
  300, 800, 1600, 3200, 6400, 11000, 16384, 21768, 26368, 29568, 31168, 31968, 32468,
];

const HIGH_BITS: u64 = 0x8080808080808080;

/** Forgets what was learnt, before luminance and before the two chrominance planes together. */
export function resetPlaneContexts(binary: bool): void {
  isBinary = binary;
  for (let i = 0; i < SAMPLE_CONTEXTS; i++) resetContext(sampleContexts + i * CONTEXT_BYTES, <i32>FIRST_ONES[i >> 6]);
  for (let i = 0; i < TEMPLATE_CONTEXTS; i++) {
    // As many of the neighbours as are one, so likely is a one.
    const likely: i32 = ((2 * popcnt<i32>(i & 1023) + 1) * 32768) / 22;
    resetContext(templateContexts + i * CONTEXT_BYTES, likely);
  }
  for (let i = 0; i < 8; i++) resetContext(wideContexts + i * CONTEXT_BYTES, 29491); // 0.9
  for (let i = 0; i < 16; i++) resetContext(groupContexts + i * CONTEXT_BYTES, 29491);
}

/** The sample that low bits and a top bit make. */
function sampleOf(low: i32, bit: i32): i32 {
  const seven = min<i32>(127, low);
  return isBinary ? seven + (bit << 7) : bit ? 255 - seven : seven;
}

/** Set high bits where a byte is at least `least`, 1..127. */
function atLeast(eight: u64, least: i32): u64 {
  const rest: u64 = <u64>(128 - least) * 0x0101010101010101;
  return (eight | ((eight & ~HIGH_BITS) + rest)) & HIGH_BITS;
}

/** Class of the highest of eight samples, or of one standing for others. */
function classOf(eight: u64): i32 {
  if (atLeast(eight, 122) != 0) return 3;
  if (atLeast(eight, 112) != 0) return 2;
  return atLeast(eight, 96) != 0 ? 1 : 0;
}

/** Bits x - 2 to x + 9 of a row, where x is the first of byte `index`: 12 bits, zeros outside. */
function around(row: usize, index: i32, rowBytes: i32): i32 {
  if (row == 0) return 0;
  const before = index > 0 ? <i32>load<u8>(row + index - 1) & 3 : 0;
  const behind = index + 1 < rowBytes ? <i32>load<u8>(row + index + 1) >> 6 : 0;
  return (before << 10) | ((<i32>load<u8>(row + index)) << 2) | behind;
}

/** Class of the highest of 64 samples, by the higher ones of each two, four, … of them. */
function wideClass(low: usize): i32 {
  let highest: u64 = 0;
  for (let at = low; at < low + 64; at += 8) {
    // Limited to 127, so that a larger one of two needs no ninth bit.
    const eight = load<u64>(at);
    const limited = (eight | (((eight & HIGH_BITS) >> 7) * 127)) & ~HIGH_BITS;
    const isLess = ((((highest | HIGH_BITS) - limited) & HIGH_BITS) ^ HIGH_BITS) >> 7;
    const mask = isLess * 255;
    highest = (highest & ~mask) | (limited & mask);
  }
  return classOf(highest);
}

/** 0 or 1 where the bits of eight bytes of the row above, the two before and behind and the sample to the left agree, else -1. */
function wideAgreed(row: usize, index: i32, rowBytes: i32, left: i32): i32 {
  if (index + 8 > rowBytes) return -1;
  if (row == 0) return left == 0 ? 0 : -1;
  const above = load<u64>(row + index);
  const value = left == 0 ? <u64>0 : ~(<u64>0);
  if (above != value) return -1;
  // What lies outside the plane is zero.
  const before = index > 0 ? <i32>load<u8>(row + index - 1) & 3 : 0;
  const behind = index + 8 < rowBytes ? <i32>load<u8>(row + index + 8) >> 6 : 0;
  return before == (left ? 3 : 0) && behind == (left ? 3 : 0) ? left : -1;
}

/** 0 or 1 where all of the row above around the byte and the sample to the left agree, else -1. */
function agreed(above: i32, left: i32): i32 {
  if (above == 0 && left == 0) return 0;
  return above == 0xfff && left == 1 ? 1 : -1;
}

/**
 * Fit context of a sample.
 * @param value its low bits
 * @param a     the sample to the left
 * @param b     the one above
 * @param c     the one above left
 * @param near  bits to the left, above, above left, above right
 */
function sampleContext(value: i32, a: i32, b: i32, c: i32, near: i32): usize {
  // Of left, above and their sum less above left, the middle one.
  const most = max<i32>(a, b);
  const least = min<i32>(a, b);
  const predicted = min<i32>(most, max<i32>(least, a + b - c));
  const zero = abs<i32>(sampleOf(value, 0) - predicted);
  const one = abs<i32>(sampleOf(value, 1) - predicted);
  const fit = <i32>load<u8>(fits + 255 + zero - one);
  const distance = <i32>load<u8>(distances + min<i32>(zero, one));
  return sampleContexts + ((((fit << 2) | distance) << 4) | near) * CONTEXT_BYTES;
}

function templateContext(above2: i32, above1: i32, i: i32, lastTwo: i32, low: i32): usize {
  // above1 holds x - 2 .. x + 9 from bit 11 down; sample i wants i .. i + 4 of those, and of above2 i + 1 .. i + 3.
  const near = (above1 >> (7 - i)) & 31;
  const far = (above2 >> (8 - i)) & 7;
  return (
    templateContexts + (((<i32>load<u8>(classes + low)) << 10) | (far << 7) | (near << 2) | lastTwo) * CONTEXT_BYTES
  );
}

/** 0, a zero fits far better, to 12, a one does. */
function fitOf(difference: i32): i32 {
  const size = abs<i32>(difference);
  const step = size < 3 ? 0 : size < 8 ? 1 : size < 16 ? 2 : size < 32 ? 3 : size < 64 ? 4 : size < 112 ? 5 : 6;
  return difference < 0 ? 6 - step : 6 + step;
}

function buildTables(): void {
  for (let i = 0; i < 511; i++) store<u8>(fits + i, <u8>fitOf(i - 255));
  for (let i = 0; i < 256; i++) {
    store<u8>(distances + i, i < 3 ? 0 : i < 8 ? 1 : i < 24 ? 2 : 3);
    store<u8>(classes + i, i < 96 ? 0 : i < 112 ? 1 : i < 122 ? 2 : 3);
  }
}

buildTables();

/** What of the samples around carries on from one sample of a group to the next: left and above left. */
let left: i32 = 0;
let aboveLeft: i32 = 0;

/** Takes up the samples before a group. @param low of the group's first sample; `x` its column, `row` the bits above or 0 */
function beginGroup(row: usize, low: usize, stride: i32, x: i32, above1: i32, lastTwo: i32): void {
  left = x > 0 ? sampleOf(<i32>load<u8>(low - 1), lastTwo & 1) : 0;
  aboveLeft = x > 0 && row != 0 ? sampleOf(<i32>load<u8>(low - 1 - stride), (above1 >> 10) & 1) : -1;
}

/** Fit context of sample `i` of a group. */
function contextAt(row: usize, low: usize, stride: i32, i: i32, above1: i32, lastTwo: i32): usize {
  const value = <i32>load<u8>(low + i);
  const near = ((lastTwo & 1) << 3) | (((above1 >> (9 - i)) & 1) << 2) | (((above1 >> (10 - i)) & 1) << 1);
  const b = row != 0 ? sampleOf(<i32>load<u8>(low + i - stride), (above1 >> (9 - i)) & 1) : left;
  if (aboveLeft < 0) {
    // Where neighbours are missing others stand for them: in the first line the left one, in the first column the one above.
    aboveLeft = b;
    if (row != 0) left = b;
  }
  const context = sampleContext(value, left, b, aboveLeft, near | ((above1 >> (8 - i)) & 1));
  aboveLeft = row != 0 ? b : -1;
  return context;
}

/**
 * Codes one plane.
 * @param bits   u8[stride * lines / 8], most significant bit first
 * @param low    u8[stride * lines], the low bits as the decoder will have them
 * @param stride samples a line, a multiple of 8
 */
export function putPlane(coder: ArithmeticEncoder, bits: usize, low: usize, stride: i32, lines: i32): void {
  const rowBytes = stride >> 3;
  let row1: usize = 0;
  let row2: usize = 0;
  for (let y = 0; y < lines; y++) {
    let lastTwo = 0;
    let broken = 0;
    for (let index = 0; index < rowBytes; index++) {
      const wide = (index & 7) == 0 ? wideAgreed(row1, index, rowBytes, lastTwo & 1) : -1;
      if (wide >= 0) {
        const same = load<u64>(bits + index) == (wide ? ~(<u64>0) : 0) ? 1 : 0;
        coder.put(wideContexts + ((wide << 2) | wideClass(low)) * CONTEXT_BYTES, same);
        if (same) {
          lastTwo = wide ? 3 : 0;
          low += 64;
          index += 7;
          continue;
        }
      }
      if ((index & 7) == 0) broken = wide < 0 ? 0 : 8;
      const byte = <i32>load<u8>(bits + index);
      const above1 = around(row1, index, rowBytes);
      const uniform = agreed(above1, lastTwo & 1);
      if (uniform >= 0) {
        const same = byte == (uniform ? 0xff : 0) ? 1 : 0;
        coder.put(groupContexts + (broken | (uniform << 2) | classOf(load<u64>(low))) * CONTEXT_BYTES, same);
        if (same) {
          lastTwo = uniform ? 3 : 0;
          low += 8;
          continue;
        }
      }
      const above2 = around(row2, index, rowBytes);
      beginGroup(row1, low, stride, index, above1, lastTwo);
      for (let i = 0; i < 8; i++) {
        const bit = (byte >> (7 - i)) & 1;
        coder.putMixed(
          contextAt(row1, low, stride, i, above1, lastTwo),
          templateContext(above2, above1, i, lastTwo, <i32>load<u8>(low + i)),
          bit,
        );
        left = sampleOf(<i32>load<u8>(low + i), bit);
        lastTwo = ((lastTwo << 1) | bit) & 3;
      }
      low += 8;
    }
    row2 = row1;
    row1 = bits;
    bits += rowBytes;
  }
}

/** Undoes {@link putPlane}. */
export function getPlane(coder: ArithmeticDecoder, bits: usize, low: usize, stride: i32, lines: i32): void {
  const rowBytes = stride >> 3;
  let row1: usize = 0;
  let row2: usize = 0;
  for (let y = 0; y < lines; y++) {
    let lastTwo = 0;
    let broken = 0;
    for (let index = 0; index < rowBytes; index++) {
      const wide = (index & 7) == 0 ? wideAgreed(row1, index, rowBytes, lastTwo & 1) : -1;
      if (wide >= 0 && coder.get(wideContexts + ((wide << 2) | wideClass(low)) * CONTEXT_BYTES)) {
        store<u64>(bits + index, wide ? ~(<u64>0) : 0);
        lastTwo = wide ? 3 : 0;
        low += 64;
        index += 7;
        continue;
      }
      if ((index & 7) == 0) broken = wide < 0 ? 0 : 8;
      const above1 = around(row1, index, rowBytes);
      const uniform = agreed(above1, lastTwo & 1);
      if (
        uniform >= 0 &&
        coder.get(groupContexts + (broken | (uniform << 2) | classOf(load<u64>(low))) * CONTEXT_BYTES)
      ) {
        store<u8>(bits + index, uniform ? 0xff : 0);
        lastTwo = uniform ? 3 : 0;
        low += 8;
        continue;
      }
      const above2 = around(row2, index, rowBytes);
      beginGroup(row1, low, stride, index, above1, lastTwo);
      let byte = 0;
      for (let i = 0; i < 8; i++) {
        const bit = coder.getMixed(
          contextAt(row1, low, stride, i, above1, lastTwo),
          templateContext(above2, above1, i, lastTwo, <i32>load<u8>(low + i)),
        );
        left = sampleOf(<i32>load<u8>(low + i), bit);
        byte = (byte << 1) | bit;
        lastTwo = ((lastTwo << 1) | bit) & 3;
      }
      store<u8>(bits + index, <u8>byte);
      low += 8;
    }
    row2 = row1;
    row1 = bits;
    bits += rowBytes;
  }
}
