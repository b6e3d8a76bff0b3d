/** Coding and reconstruction of one 8x8 block (ISO/IEC 11172-2 2.4.2.8). */
import { BitWriter } from "../bitstream/bit-writer";
import {
  COEFFICIENT_ESCAPE,
  coefficientCodes,
  dcChromaCodes,
  dcLumaCodes,
  END_OF_BLOCK,
  LEVELS_IN_TABLE,
  putCode,
} from "../bitstream/code-tables";
import { addResidual8, residual8, storeBlock8, widen8 } from "../kernels/difference";
import { magnitude8 } from "../kernels/half-difference";
import { dequantiseInter, dequantiseIntra, QUANTISER_SHIFT, quantise } from "../kernels/quantise";
import { forwardTransform, inverseTransform, inverseTransformDc } from "../kernels/transform";
import { defaultIntraMatrix, scanTransposed } from "./syntax";

/** Rounding of levels, in 2^-19: intra 3/8, predicted 0, since reconstruction there is already in the middle of the step. */
const INTRA_BIAS: i32 = 196608;
const INTER_BIAS: i32 = 0;
/**
 * A coefficient is at most a quarter of the sum of magnitudes, and a level needs two quantiser scales: below 8 scales every level is zero
 * for certain. Up to 16 one is so rarely not that size and error stay within 0.1 % and 0.002 dB.
 */
const ZERO_MAGNITUDE: i32 = 16;
/** Weight of every coefficient of a predicted block (the default matrix). */
const INTER_WEIGHT: i32 = 16;

/** Six blocks of coefficients, of levels, and one to work in. */
const work: usize = memory.data(128, 16);
const intraLevels: usize = memory.data(128, 16);
const interLevels: usize = memory.data(6 * 128, 16);
const interMasks: StaticArray<u64> = new StaticArray<u64>(6);
const intraReciprocals: usize = memory.data(128, 16);
const interReciprocals: usize = memory.data(128, 16);

let quality: i32 = 0;
/** Residuals below this sum of magnitudes are not transformed. */
let zeroMagnitude: i32 = 0;

/** Prepares the quantisers for a quantiser scale of 1..31. */
export function setQuality(scale: i32): void {
  if (scale == quality) return;
  quality = scale;
  zeroMagnitude = ZERO_MAGNITUDE * scale;
  for (let i: usize = 0; i < 64; i++) {
    const step = scale * <i32>load<u8>(defaultIntraMatrix + i);
    const intra: i32 = ((1 << QUANTISER_SHIFT) + (step >> 1)) / step;
    const inter: i32 = (1 << QUANTISER_SHIFT) / (INTER_WEIGHT * scale);
    store<u16>(intraReciprocals + i * 2, <u16>min<i32>(65535, intra));
    store<u16>(interReciprocals + i * 2, <u16>inter);
  }
}

function putCoefficient(writer: BitWriter, run: i32, level: i32): void {
  const magnitude = abs<i32>(level);
  const sign = <u32>(level >>> 31);
  if (magnitude <= LEVELS_IN_TABLE && run < 32) {
    const entry = load<u32>(coefficientCodes + ((run * 41 + magnitude) << 2));
    if (entry != 0) {
      writer.put(((entry >> 8) << 1) | sign, (entry & 0xff) + 1);
      return;
    }
  }
  writer.put((COEFFICIENT_ESCAPE << 6) | run, 12);
  if (magnitude < 128) writer.put(level & 0xff, 8);
  else writer.put((sign << 15) | (level & 0xff), 16);
}

/** dct_dc_size and differential (2.4.3.8). */
function putDc(writer: BitWriter, codes: usize, difference: i32): void {
  const size = 32 - clz<i32>(abs<i32>(difference));
  putCode(writer, codes, size);
  if (size > 0) writer.put((difference < 0 ? difference + (1 << size) - 1 : difference) & ((1 << size) - 1), size);
}

/**
 * Codes an intra block: DC to `dcWriter`, the rest to `writer`, and stores its reconstruction.
 * Source: Cmix patent, Fig. 6, ST109-ST111 and ST117-ST120.
 *
 * @param predictedDc DC level of the block before of the same component
 * @returns its own DC level, 0..255
 */
export function codeIntraBlock(
  writer: BitWriter,
  dcWriter: BitWriter,
  chroma: bool,
  predictedDc: i32,
  source: usize,
  stride: usize,
  target: usize,
): i32 {
  widen8(work, source, stride);
  forwardTransform(work);
  const dc = min<i32>(255, max<i32>(0, (<i32>load<i16>(work) + 32) >> 6));
  const mask = quantise(intraLevels, work, intraReciprocals, INTRA_BIAS) & ~1;
  putDc(dcWriter, chroma ? dcChromaCodes : dcLumaCodes, dc - predictedDc);
  if (mask == 0) {
    writer.put(END_OF_BLOCK, 2);
    fillBlock(target, stride, inverseTransformDc(dc << 3));
    return dc;
  }
  memory.fill(work, 0, 128);
  store<i16>(work, <i16>(dc << 3));
  let left = <i32>popcnt<u64>(mask);
  let run = 0;
  for (let position: usize = 1; left > 0; position++) {
    const place = <usize>load<u8>(scanTransposed + position);
    const level = <i32>load<i16>(intraLevels + (place << 1));
    if (level == 0) {
      run += 1;
      continue;
    }
    putCoefficient(writer, run, level);
    store<i16>(work + (place << 1), <i16>dequantiseIntra(level, quality * <i32>load<u8>(defaultIntraMatrix + place)));
    run = 0;
    left -= 1;
  }
  writer.put(END_OF_BLOCK, 2);
  inverseTransform(work);
  storeBlock8(target, stride, work);
  return dc;
}

function fillBlock(target: usize, stride: usize, sample: i32): void {
  const value = <u8>min<i32>(255, max<i32>(0, sample));
  const eight = <u64>value * 0x0101010101010101;
  for (let y = 0; y < 8; y++) {
    store<u64>(target, eight);
    target += stride;
  }
}

/** Quantises the residual of block `index` (0..5) and keeps its levels; true where there are any. */
export function quantiseInterBlock(
  index: i32,
  source: usize,
  sourceStride: usize,
  predicted: usize,
  predictedStride: usize,
): bool {
  residual8(work, source, sourceStride, predicted, predictedStride);
  if (magnitude8(work) < zeroMagnitude) {
    unchecked((interMasks[index] = 0));
    return false;
  }
  forwardTransform(work);
  const mask = quantise(interLevels + ((<usize>index) << 7), work, interReciprocals, INTER_BIAS);
  unchecked((interMasks[index] = mask));
  return mask != 0;
}

/** Codes the levels kept for block `index` and adds their residual to the prediction at `target`. */
export function codeInterBlock(writer: BitWriter, index: i32, target: usize, stride: usize): void {
  const levels = interLevels + ((<usize>index) << 7);
  memory.fill(work, 0, 128);
  let left = <i32>popcnt<u64>(unchecked(interMasks[index]));
  let run = 0;
  let first = true;
  for (let position: usize = 0; left > 0; position++) {
    const place = <usize>load<u8>(scanTransposed + position);
    const level = <i32>load<i16>(levels + (place << 1));
    if (level == 0) {
      run += 1;
      first = false;
      continue;
    }
    // The first coefficient of a predicted block has a shorter code for run 0, level 1.
    if (first && abs<i32>(level) == 1) writer.put(2 | <u32>(level >>> 31), 2);
    else putCoefficient(writer, run, level);
    store<i16>(work + (place << 1), <i16>dequantiseInter(level, quality * INTER_WEIGHT));
    run = 0;
    first = false;
    left -= 1;
  }
  writer.put(END_OF_BLOCK, 2);
  inverseTransform(work);
  addResidual8(target, stride, target, stride, work);
}
