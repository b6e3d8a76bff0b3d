/**
 * The top bit plane by context coding: eight samples at once where all around them agree, else sample by sample, each decision in the
 * context of its neighbours and of its own low bits, which the decoder has by then: with the reflected code the top bit turns over
 * where the low bits come near 127. FORMAT.md 9.
 */
import { ArithmeticDecoder, ArithmeticEncoder, CONTEXT_BYTES, resetContext } from "./arithmetic";

/** Neighbours: two to the left, five above, three above those. */
const TEMPLATE_BITS: i32 = 10;
/** Classes of the low bits: below 96, 112, 122, and above. */
const CLASSES: i32 = 4;
const SAMPLE_CONTEXTS: i32 = CLASSES << TEMPLATE_BITS;
const sampleContexts: usize = memory.data(4096 * 4);
/** By class and by what is around: zeros or ones. */
const groupContexts: usize = memory.data(8 * 4);

const HIGH_BITS: u64 = 0x8080808080808080;

/** Forgets what was learnt, before luminance and before the two chrominance planes together. */
export function resetPlaneContexts(): void {
  for (let i = 0; i < SAMPLE_CONTEXTS; i++) {
    // As many of the neighbours as are one, so likely is a one.
    const ones = popcnt<i32>(i & ((1 << TEMPLATE_BITS) - 1));
    const likely: i32 = ((2 * ones + 1) * 32768) / 22;
    resetContext(sampleContexts + i * CONTEXT_BYTES, likely);
  }
  for (let i = 0; i < 8; i++) resetContext(groupContexts + i * CONTEXT_BYTES, 29491); // 0.9
}

/** Class of one sample's low bits; a decoded sample may lie above 127. */
function sampleClass(low: i32): i32 {
  return low < 96 ? 0 : low < 112 ? 1 : low < 122 ? 2 : 3;
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

function sampleContext(above2: i32, above1: i32, i: i32, lastTwo: i32, low: i32): usize {
  // above1 holds x - 2 .. x + 9 from bit 11 down; sample i wants i .. i + 4 of those, and of above2 i + 1 .. i + 3.
  const near = (above1 >> (7 - i)) & 31;
  const far = (above2 >> (8 - i)) & 7;
  return sampleContexts + ((sampleClass(low) << TEMPLATE_BITS) | (far << 7) | (near << 2) | lastTwo) * CONTEXT_BYTES;
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
        coder.put(sampleContext(above2, above1, i, lastTwo, <i32>load<u8>(low + i)), bit);
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
        const bit = coder.get(sampleContext(above2, above1, i, lastTwo, <i32>load<u8>(low + i)));
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
