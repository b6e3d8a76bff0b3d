/** Reading and reconstruction of one 8x8 block (ISO/IEC 11172-2 2.4.2.8, 2.4.3.7). */
import { ArithmeticDecoder } from "../bitstream/arithmetic";
import { BitReader } from "../bitstream/bit-reader";
import { coefficientEntry, takeDcSize } from "../bitstream/code-tables";
import { getDcLevel } from "../bitstream/dc-code";
import { ERROR_SYNTAX, OK } from "../common/status";
import { addResidual8, storeBlock8 } from "../kernels/difference";
import { dequantiseInter, dequantiseIntra } from "../kernels/quantise";
import { inverseTransform, inverseTransformDc } from "../kernels/transform";
import { scanTransposed } from "./syntax";

const work: usize = memory.data(128, 16);
/** The sequence's matrices in transposed order. */
export const intraMatrix: usize = memory.data(64);
export const interMatrix: usize = memory.data(64);

/** The withheld bit string, and the same read by context. */
export const withheldReader: BitReader = new BitReader();
export const contextDecoder: ArithmeticDecoder = new ArithmeticDecoder();
/** Where DC levels stand: in the public part, in the withheld one, there by context, or nowhere: differences then count as zero. */
export const DC_PUBLIC: i32 = 0;
export const DC_WITHHELD: i32 = 1;
export const DC_BY_CONTEXT: i32 = 2;
export const DC_MISSING: i32 = 3;
const withoutDc: usize = memory.data(128, 16);

/** DC level of the last intra block read. */
export let lastDc: i32 = 0;

/**
 * Coefficients from scan position `position` on, into the work block.
 * @returns how many there were, or ERROR_SYNTAX
 */
function readCoefficients(reader: BitReader, intra: bool, quality: i32): i32 {
  const matrix = intra ? intraMatrix : interMatrix;
  let position = intra ? 0 : -1;
  let count = 0;
  while (true) {
    const bits = reader.peek(32);
    let run = 0;
    let level = 0;
    if (bits >>> 31 != 0 && (bits >>> 30 == 2 || (count == 0 && !intra))) {
      // 10 ends a block, except that 1s comes first in a predicted one.
      if (count != 0 || intra) {
        reader.skip(2);
        return count;
      }
      level = bits & 0x40000000 ? -1 : 1;
      reader.skip(2);
    } else {
      const entry = coefficientEntry(bits >>> 16);
      if (entry != 0) {
        const length = <i32>(entry & 0xff);
        run = <i32>(entry >>> 16);
        level = <i32>((entry >>> 8) & 0xff);
        if ((bits << length) >>> 31 != 0) level = -level;
        reader.skip(length + 1);
      } else {
        if (bits >>> 26 != 1) return ERROR_SYNTAX;
        run = (bits >>> 20) & 63;
        level = <i32>(<i8>((bits >>> 12) & 0xff));
        if (level == 0) {
          level = (bits >>> 4) & 0xff;
          reader.skip(28);
        } else if (level == -128) {
          level = <i32>((bits >>> 4) & 0xff) - 256;
          reader.skip(28);
        } else {
          reader.skip(20);
        }
        if (level == 0) return ERROR_SYNTAX;
      }
    }
    position += run + 1;
    if (position > 63) return ERROR_SYNTAX;
    const place = <usize>load<u8>(scanTransposed + position);
    const scale = quality * <i32>load<u8>(matrix + place);
    store<i16>(work + (place << 1), <i16>(intra ? dequantiseIntra(level, scale) : dequantiseInter(level, scale)));
    count += 1;
  }
}

function clearWork(): void {
  memory.fill(work, 0, 128);
}

/**
 * Reads an intra block and stores its samples. The DC level is left in `lastDc`.
 * @param predictedDc  DC level of the block before of the same component
 * @param dcSource     where the DC stands
 * @param edges        where the picture goes on, for DC_BY_CONTEXT
 */
export function readIntraBlock(
  reader: BitReader,
  dcSource: i32,
  chroma: bool,
  predictedDc: i32,
  quality: i32,
  target: usize,
  stride: usize,
  edges: i32,
): i32 {
  let dc = predictedDc;
  if (dcSource == DC_PUBLIC || dcSource == DC_WITHHELD) {
    const difference = readDcDifference(dcSource == DC_PUBLIC ? reader : withheldReader, chroma);
    if (difference == BAD_DIFFERENCE) return ERROR_SYNTAX;
    dc += difference;
  }
  clearWork();
  const count = readCoefficients(reader, true, quality);
  if (count < 0) return count;
  if (dcSource == DC_BY_CONTEXT) {
    memory.copy(withoutDc, work, 128);
    inverseTransform(withoutDc);
    dc = getDcLevel(contextDecoder, chroma, target, stride, withoutDc, edges);
  }
  lastDc = dc;
  if (count == 0) {
    const sample = <u64>min<i32>(255, max<i32>(0, inverseTransformDc(limited(dc << 3)))) * 0x0101010101010101;
    for (let y = 0; y < 8; y++) {
      store<u64>(target, sample);
      target += stride;
    }
    return OK;
  }
  store<i16>(work, <i16>limited(dc << 3));
  inverseTransform(work);
  storeBlock8(target, stride, work);
  return OK;
}

const BAD_DIFFERENCE: i32 = i32.MIN_VALUE;

/** dct_dc_size and differential (2.4.3.8). */
function readDcDifference(reader: BitReader, chroma: bool): i32 {
  const size = takeDcSize(reader, chroma);
  if (size < 0) return BAD_DIFFERENCE;
  if (size == 0) return 0;
  const value = <i32>reader.get(size);
  return value >> (size - 1) ? value : value - (1 << size) + 1;
}

function limited(coefficient: i32): i32 {
  return min<i32>(2047, max<i32>(-2048, coefficient));
}

/** Reads a predicted block and adds it to the prediction at `target`. */
export function readInterBlock(reader: BitReader, quality: i32, target: usize, stride: usize): i32 {
  clearWork();
  const count = readCoefficients(reader, false, quality);
  if (count < 0) return count;
  inverseTransform(work);
  addResidual8(target, stride, target, stride, work);
  return OK;
}
