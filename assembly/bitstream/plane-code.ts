/**
 * The top bit plane by context coding: eight samples at once where all around them agree, else sample by sample, each decision in two
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
/** By class and by what is around: zeros or ones. */
const groupContexts: usize = memory.data(8 * 4);
let isBinary: bool = false;

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
  for (let i = 0; i < 8; i++) resetContext(groupContexts + i * CONTEXT_BYTES, 29491); // 0.9
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

/** Class of the highest of eight samples. */
function groupClass(low: usize): i32 {
  const eight = load<u64>(low);
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

/** 0 or 1 where all of the row above around the byte and the sample to the left agree, else -1. */
function agreed(above: i32, left: i32): i32 {
  if (above == 0 && left == 0) return 0;
  return above == 0xfff && left == 1 ? 1 : -1;
}

/** Context of sample x of a line. `row` holds the bits of the line above, or is 0; `low` is the line's low bits, `left` the bit before. */
function sampleContext(row: usize, low: usize, stride: i32, x: i32, left: i32): usize {
  const here = low + x;
  const up = here - stride;
  let near = left << 3;
  // Samples to the left, above and above left; where one is missing its neighbour stands for it.
  let a = x > 0 ? sampleOf(<i32>load<u8>(here - 1), left) : 0;
  let b = a;
  let c = a;
  if (row != 0) {
    const above = bitAt(row, x);
    b = sampleOf(<i32>load<u8>(up), above);
    c = b;
    near |= above << 2;
    if (x > 0) {
      const aboveLeft = bitAt(row, x - 1);
      c = sampleOf(<i32>load<u8>(up - 1), aboveLeft);
      near |= aboveLeft << 1;
    } else {
      a = b;
    }
    if (x + 1 < stride) near |= bitAt(row, x + 1);
  }
  // Of left, above and their sum less above left, the middle one.
  const most = max<i32>(a, b);
  const least = min<i32>(a, b);
  const predicted = c >= most ? least : c <= least ? most : a + b - c;
  const value = <i32>load<u8>(here);
  const zero = abs<i32>(sampleOf(value, 0) - predicted);
  const one = abs<i32>(sampleOf(value, 1) - predicted);
  const better = min<i32>(zero, one);
  const distance = better < 3 ? 0 : better < 8 ? 1 : better < 24 ? 2 : 3;
  return sampleContexts + ((((fitOf(zero - one) << 2) | distance) << 4) | near) * CONTEXT_BYTES;
}

function templateContext(above2: i32, above1: i32, i: i32, lastTwo: i32, low: i32): usize {
  // above1 holds x - 2 .. x + 9 from bit 11 down; sample i wants i .. i + 4 of those, and of above2 i + 1 .. i + 3.
  const near = (above1 >> (7 - i)) & 31;
  const far = (above2 >> (8 - i)) & 7;
  const level = low < 96 ? 0 : low < 112 ? 1 : low < 122 ? 2 : 3;
  return templateContexts + ((level << 10) | (far << 7) | (near << 2) | lastTwo) * CONTEXT_BYTES;
}

function bitAt(row: usize, x: i32): i32 {
  return (<i32>load<u8>(row + (x >> 3)) >> (7 - (x & 7))) & 1;
}

/** 0, a zero fits far better, to 12, a one does. */
function fitOf(difference: i32): i32 {
  const size = abs<i32>(difference);
  const step = size < 3 ? 0 : size < 8 ? 1 : size < 16 ? 2 : size < 32 ? 3 : size < 64 ? 4 : size < 112 ? 5 : 6;
  return difference < 0 ? 6 - step : 6 + step;
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
    const line = low;
    for (let index = 0; index < rowBytes; index++) {
      const byte = <i32>load<u8>(bits + index);
      const above1 = around(row1, index, rowBytes);
      const uniform = agreed(above1, lastTwo & 1);
      if (uniform >= 0) {
        const same = byte == (uniform ? 0xff : 0) ? 1 : 0;
        coder.put(groupContexts + ((uniform << 2) | groupClass(low)) * CONTEXT_BYTES, same);
        if (same) {
          lastTwo = uniform ? 3 : 0;
          low += 8;
          continue;
        }
      }
      const above2 = around(row2, index, rowBytes);
      for (let i = 0; i < 8; i++) {
        const bit = (byte >> (7 - i)) & 1;
        coder.putMixed(
          sampleContext(row1, line, stride, (index << 3) + i, lastTwo & 1),
          templateContext(above2, above1, i, lastTwo, <i32>load<u8>(low + i)),
          bit,
        );
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
    const line = low;
    for (let index = 0; index < rowBytes; index++) {
      const above1 = around(row1, index, rowBytes);
      const uniform = agreed(above1, lastTwo & 1);
      if (uniform >= 0 && coder.get(groupContexts + ((uniform << 2) | groupClass(low)) * CONTEXT_BYTES)) {
        store<u8>(bits + index, uniform ? 0xff : 0);
        lastTwo = uniform ? 3 : 0;
        low += 8;
        continue;
      }
      const above2 = around(row2, index, rowBytes);
      let byte = 0;
      for (let i = 0; i < 8; i++) {
        const bit = coder.getMixed(
          sampleContext(row1, line, stride, (index << 3) + i, lastTwo & 1),
          templateContext(above2, above1, i, lastTwo, <i32>load<u8>(low + i)),
        );
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
