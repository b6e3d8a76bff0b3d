/** Coding and reconstruction of one 8x8 block (ISO/IEC 11172-2 2.4.2.8). */
import { BitWriter } from "../bitstream/bit-writer";
import { clearBlock } from "../common/memory";
import { addResidual8, residual8, storeBlock8, widen8 } from "../kernels/difference";
import { magnitude8 } from "../kernels/half-difference";
import { inverseTransformOf } from "../kernels/low-transform";
import {
  dequantiseInter,
  dequantiseIntra,
  LEVEL_MAX,
  largePlaces,
  QUANTISER_SHIFT,
  quantise,
} from "../kernels/quantise";
import { forwardTransform, inverseTransform, inverseTransformDc } from "../kernels/transform";
import { dcSizeOf, putDcDifference } from "../mpeg-syntax/code-tables";
import { END_OF_BLOCK, END_OF_BLOCK_BITS, escapeCode, wordOf } from "../mpeg-syntax/coefficient-tables";
import { defaultIntraMatrix, scanTransposed } from "../mpeg-syntax/scan-tables";
import { putDcLevel } from "./edge-dc-code";
import { contextCoder, writer } from "./encoder-state";

/** Rounding of intra levels, in 2^-19: 3/8. Predicted ones round down, since reconstruction is already in the middle of the step. */
const INTRA_BIAS: i32 = 196608;
/**
 * Residuals whose magnitudes sum up to less than this times the quantiser scale are left out without a transform. A coefficient is at
 * most a quarter of that sum and must reach 2.7 scales to be worth a block's bits: below 11 that is certain, up to 24 nearly so.
 */
export const ZERO_MAGNITUDE: i32 = 24;
/** Place of the highest frequencies, which MPEG-2's mismatch control corrects. */
const LAST: usize = 63 << 1;
const LAST_BIT: u64 = (<u64>1) << 63;
/** Weight of every coefficient of a predicted block (the default matrix). */
const INTER_WEIGHT: i32 = 16;

/** The block in work, its levels, and an intra block's coefficients as a decoder has them. */
const work: usize = memory.data(128, 16);
const levels: usize = memory.data(128, 16);
const intraCoefficients: usize = memory.data(128, 16);
/** Of each of a macroblock's six predicted blocks: coefficients as a decoder has them, codes, how many, and at which places. */
const interCoefficients: usize = memory.data(6 * 128, 16);
const interCodes: usize = memory.data(6 * 64 * 8, 16);
const interCounts: StaticArray<i32> = new StaticArray<i32>(6);
const interPlaces: StaticArray<u64> = new StaticArray<u64>(6);
/** Odd where the sum of a block's coefficients is. */
const interOdd: StaticArray<i32> = new StaticArray<i32>(6);
const intraReciprocals: usize = memory.data(128, 16);
/** Scan positions of the places in each byte of a mask of places: u64[8][256]. */
const scanMasks: usize = memory.data(8 * 256 * 8, 8);

for (let position = 0; position < 64; position++) {
  const place = <i32>load<u8>(scanTransposed + position);
  for (let byte = 0; byte < 256; byte++) {
    if ((byte & (1 << (place & 7))) == 0) continue;
    const at = scanMasks + <usize>((((place >> 3) << 8) | byte) << 3);
    store<u64>(at, load<u64>(at) | ((<u64>1) << (<u64>position)));
  }
}

let quality: i32 = 0;
let mpeg2: bool = false;
/** Residuals below this sum of magnitudes are not transformed. */
let zeroMagnitude: i32 = 0;

/** Blocks from now on are MPEG-2's, whose escapes, coefficients and mismatch control are its own, or MPEG-1's. */
export function setSyntax(isMpeg2: bool): void {
  mpeg2 = isMpeg2;
}

/** Prepares the quantisers for a quantiser scale of 1..31. */
export function setQuality(scale: i32): void {
  if (scale == quality) return;
  quality = scale;
  zeroMagnitude = ZERO_MAGNITUDE * scale;
  for (let i: usize = 0; i < 64; i++) {
    const step = scale * <i32>load<u8>(defaultIntraMatrix + i);
    const intra: i32 = ((1 << QUANTISER_SHIFT) + (step >> 1)) / step;
    store<u16>(intraReciprocals + i * 2, <u16>min<i32>(65535, intra));
  }
}

/** The same set in the order of the scan. */
function inScanOrder(mask: u64): u64 {
  let scanned: u64 = 0;
  let table = scanMasks;
  while (mask != 0) {
    scanned |= load<u64>(table + ((<usize>(mask & 255)) << 3));
    mask >>= 8;
    table += 2048;
  }
  return scanned;
}

/** Code of a run and level: its length in the upper half, its bits in the lower. */
function coefficientCode(run: i32, level: i32): u64 {
  const word = wordOf(0, run, abs<i32>(level));
  if (word == 0) return escapeCode(run, level, mpeg2);
  return ((<u64>((word & 0xff) + 1)) << 32) | <u64>(((word >> 8) << 1) | <u32>(level >>> 31));
}

/**
 * Codes an intra block: DC to `dcWriter`, the rest to `writer`, and stores its reconstruction.
 * Source: Cmix patent, Fig. 6, ST109-ST111 and ST117-ST120.
 *
 * @param predictedDc DC level of the block before of the same component
 * @param edges       where the picture goes on, for the DC's code by context; -1 where it is not coded so
 * @returns its own DC level, 0..255
 */
export function codeIntraBlock(
  dcWriter: BitWriter,
  chroma: bool,
  predictedDc: i32,
  source: usize,
  stride: usize,
  target: usize,
  edges: i32,
): i32 {
  widen8(work, source, stride);
  forwardTransform(work);
  const dc = min<i32>(255, max<i32>(0, (<i32>load<i16>(work) + 32) >> 6));
  const places = quantise(levels, work, intraReciprocals, INTRA_BIAS) & ~1;
  putDcDifference(dcWriter, chroma ? 1 : 0, dcSizeOf(dc - predictedDc), dc - predictedDc);
  const odd = places != 0 ? putIntraLevels(inScanOrder(places)) : 0;
  writer.put(END_OF_BLOCK, END_OF_BLOCK_BITS);
  if (edges >= 0) {
    if (places == 0) clearBlock(work);
    else memory.copy(work, intraCoefficients, 128);
    inverseTransform(work);
    putDcLevel(contextCoder, chroma, dc, target, stride, work, edges);
  }
  if (places == 0) {
    fillBlock(target, stride, inverseTransformDc(dc << 3));
    return dc;
  }
  store<i16>(intraCoefficients, <i16>(dc << 3));
  transformCoded(intraCoefficients, places, odd);
  storeBlock8(target, stride, intraCoefficients);
  return dc;
}

/** Inverse transform of coefficients, in MPEG-2 with mismatch control (ISO/IEC 13818-2 7.4.4). @param odd lowest bit: of their sum */
function transformCoded(coefficients: usize, places: u64, odd: i32): void {
  let last = 0;
  if (mpeg2 && (odd & 1) == 0) {
    if (places & LAST_BIT) store<i16>(coefficients, load<i16>(coefficients, LAST) ^ 1, LAST);
    else last = 1;
  }
  inverseTransformOf(coefficients, places, last);
}

/**
 * Writes the levels but for the DC and leaves their coefficients, as a decoder has them, in `intraCoefficients`.
 * @returns odd where their sum is
 */
function putIntraLevels(mask: u64): i32 {
  clearBlock(intraCoefficients);
  let odd = 0;
  let before = 0;
  while (mask != 0) {
    const position = <i32>ctz<u64>(mask);
    mask &= mask - 1;
    const place = <usize>load<u8>(scanTransposed + position);
    const level = <i32>load<i16>(levels + (place << 1));
    const code = coefficientCode(position - before - 1, level);
    writer.put(<u32>code, <i32>(code >> 32));
    const coefficient = dequantiseIntra(level, quality * <i32>load<u8>(defaultIntraMatrix + place), mpeg2);
    store<i16>(intraCoefficients + (place << 1), <i16>coefficient);
    odd ^= coefficient;
    before = position;
  }
  return odd;
}

function fillBlock(target: usize, stride: usize, sample: i32): void {
  const value = <u8>min<i32>(255, max<i32>(0, sample));
  const eight = <u64>value * 0x0101010101010101;
  for (let y = 0; y < 8; y++) {
    store<u64>(target, eight);
    target += stride;
  }
}

/**
 * Quantises the residual of block `index` (0..5) and keeps the codes of the levels that are worth their bits; true where there are any.
 *
 * A level _n_ stands for (2n + 1) q. Lowering it costs the difference of two squares and saves bits; a bit is worth q^2 / 2, and, for the
 * block as a whole, 7/8 q^2 (both found by measuring). Below, magnitudes are in eighths of a coefficient.
 */
export function quantiseInterBlock(
  index: i32,
  source: usize,
  sourceStride: usize,
  predicted: usize,
  predictedStride: usize,
): bool {
  residual8(work, source, sourceStride, predicted, predictedStride);
  if (magnitude8(work) < zeroMagnitude) return false;
  forwardTransform(work);
  const step = INTER_WEIGHT * quality;
  let mask = largePlaces(work, step);
  if (mask == 0) return false;
  const coefficients = interCoefficients + ((<usize>index) << 7);
  const codes = interCodes + ((<usize>index) << 9);
  clearBlock(coefficients);
  mask = inScanOrder(mask);
  let kept: u64 = 0;
  let odd = 0;
  let before = -1;
  let at = codes;
  let bits = 0;
  let gain = 0;
  while (mask != 0) {
    const position = <i32>ctz<u64>(mask);
    mask &= mask - 1;
    const place = <usize>load<u8>(scanTransposed + position);
    const found = <i32>load<i16>(work + (place << 1));
    const magnitude = abs<i32>(found);
    let n = min<i32>(LEVEL_MAX, magnitude / step);
    let level = found < 0 ? -n : n;
    const run = position - before - 1;
    let code = firstOrLaterCode(position, run, level);
    const length = <i32>(code >> 32);
    if (n == 1) {
      if (3 * magnitude < quality * (36 + 2 * length)) continue;
    } else if (magnitude < quality * (16 * n + 6)) {
      const lower = level > 0 ? level - 1 : level + 1;
      const lowerCode = firstOrLaterCode(position, run, lower);
      if (magnitude < quality * (16 * n + length - <i32>(lowerCode >> 32))) {
        code = lowerCode;
        level = lower;
        n -= 1;
      }
    }
    const twice = 2 * n + 1;
    bits += <i32>(code >> 32);
    gain += twice * (2 * magnitude - 8 * twice * quality);
    store<u64>(at, code);
    at += 8;
    const coefficient = dequantiseInter(level, step, mpeg2);
    store<i16>(coefficients + (place << 1), <i16>coefficient);
    odd ^= coefficient;
    kept |= (<u64>1) << (<u64>place);
    before = position;
  }
  // 3: the end of the block and its share of the pattern.
  if (gain < 7 * quality * (bits + 3)) return false;
  unchecked((interCounts[index] = <i32>((at - codes) >> 3)));
  unchecked((interPlaces[index] = kept));
  unchecked((interOdd[index] = odd));
  return true;
}

/** The first coefficient of a predicted block has a shorter code for run 0, level 1. */
function firstOrLaterCode(position: i32, run: i32, level: i32): u64 {
  if (position == 0 && abs<i32>(level) == 1) return ((<u64>2) << 32) | <u64>(2 | (level >>> 31));
  return coefficientCode(run, level);
}

/** Codes the levels kept for block `index` and adds their residual to the prediction at `target`. */
export function codeInterBlock(index: i32, target: usize, stride: usize): void {
  const coefficients = interCoefficients + ((<usize>index) << 7);
  writer.putAll(interCodes + ((<usize>index) << 9), unchecked(interCounts[index]));
  writer.put(END_OF_BLOCK, END_OF_BLOCK_BITS);
  transformCoded(coefficients, unchecked(interPlaces[index]), unchecked(interOdd[index]));
  addResidual8(target, stride, target, stride, coefficients);
}
