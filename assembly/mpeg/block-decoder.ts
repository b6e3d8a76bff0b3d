/** Reading and reconstruction of one 8x8 block (ISO/IEC 11172-2 2.4.2.8, 2.4.3.7). */
import { BitReader } from "../bitstream/bit-reader";
import { clearBlock } from "../common/memory";
import { ERROR_SYNTAX, OK } from "../common/status";
import { addResidual8, storeBlock8 } from "../kernels/difference";
import { addFlat8 } from "../kernels/flat";
import { inverseTransformOf } from "../kernels/low-transform";
import { dequantiseInter } from "../kernels/quantise";
import { inverseTransformDc } from "../kernels/transform";
import { DC_SIZE_MAX_MPEG1, dcDifferenceOf, takeDcSize } from "../mpeg-syntax/code-tables";
import {
  coefficientAt,
  coefficientLookup,
  END_OF_BLOCK,
  END_OF_BLOCK_BITS,
  escapeLevel,
  escapeRun,
  RUN_ESCAPE,
} from "../mpeg-syntax/coefficient-tables";
import { scanTransposed } from "../mpeg-syntax/scan-tables";
import { contextDecoder, DC_BY_CONTEXT, DC_PUBLIC, DC_WITHHELD, streamHeaders, withheldReader } from "./decoder-state";
import { getDcLevel } from "./edge-dc-code";

const work: usize = memory.data(128, 16);
const withoutDc: usize = memory.data(128, 16);

/** Entries from here on are escapes, since the end of a block has been dealt with. */
const ESCAPE_ENTRY: u32 = (<u32>RUN_ESCAPE) << 16;

/** DC level of the last intra block read. */
export let lastDc: i32 = 0;

/** Places of the coefficients of the last block read, of a predicted one with its DC; bit = place in the work block. */
let places: u64 = 0;

/**
 * Coefficients into the work block: of an intra block from scan position 1 on. The reader's state is held in locals
 * meanwhile: a function shared with mpeg-division/block-packer.ts, which has another reader, would be a call a
 * coefficient.
 * @returns how many there were, or ERROR_SYNTAX
 */
function readCoefficients(reader: BitReader, intra: bool, quality: i32): i32 {
  const matrix = intra ? streamHeaders.intraMatrix : streamHeaders.interMatrix;
  const lookup = coefficientLookup(0);
  const half = intra ? 0 : 1;
  let position = intra ? 0 : -1;
  let count = 0;
  let found: u64 = 0;
  if (!intra) {
    const bits = reader.peek(2);
    if (bits >= 2) {
      // A first coefficient has 1s for the level 1: no block begins with its end.
      reader.skip(2);
      const level: i32 = bits & 1 ? -1 : 1;
      store<i16>(work, <i16>dequantiseInter(level, quality * <i32>load<u8>(matrix)));
      position = 0;
      count = 1;
      found = 1;
    }
  }
  let accumulator = reader.accumulator;
  let filled = reader.filled;
  while (true) {
    if (filled < 32) {
      reader.filled = filled;
      reader.refill();
      accumulator = reader.accumulator;
      filled = reader.filled;
    }
    const bits = <u32>(accumulator >> <u64>(filled - 32));
    if (bits >>> 30 == END_OF_BLOCK) {
      filled -= END_OF_BLOCK_BITS;
      break;
    }
    const entry = coefficientAt(lookup, bits);
    let level = 0;
    let negative = 0;
    // One comparison for both: 0 becomes the largest number.
    if (entry - 1 < ESCAPE_ENTRY - 1) {
      const length = <i32>(entry & 0xff);
      position += <i32>(entry >>> 16) + 1;
      level = <i32>((entry >>> 8) & 0xff);
      negative = <i32>((bits << length) >>> 31);
      filled -= length + 1;
    } else {
      if (entry == 0) return ERROR_SYNTAX;
      const levelAndLength = escapeLevel(bits, false);
      position += escapeRun(bits) + 1;
      level = levelAndLength >> 8;
      filled -= levelAndLength & 0xff;
      if (level == 0) return ERROR_SYNTAX;
      if (level < 0) {
        negative = 1;
        level = -level;
      }
    }
    if (position > 63) return ERROR_SYNTAX;
    const place = <usize>load<u8>(scanTransposed + position);
    const magnitude = (((level << 1) + half) * quality * <i32>load<u8>(matrix + place)) >> 4;
    store<i16>(work + (place << 1), <i16>withSign(magnitude, negative));
    found |= (<u64>1) << (<u64>place);
    count += 1;
  }
  reader.filled = filled;
  places = found;
  return count;
}

/** A dequantised coefficient, odd and limited. @param negative 0 or 1 */
function withSign(magnitude: i32, negative: i32): i32 {
  const odd = min<i32>(2047 + negative, select<i32>((magnitude - 1) | 1, 0, magnitude != 0));
  return (odd ^ -negative) + negative;
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
  clearBlock(work);
  const count = readCoefficients(reader, true, quality);
  if (count < 0) return count;
  if (dcSource == DC_BY_CONTEXT) {
    memory.copy(withoutDc, work, 128);
    inverseTransformOf(withoutDc, places);
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
  inverseTransformOf(work, places | 1);
  storeBlock8(target, stride, work);
  return OK;
}

const BAD_DIFFERENCE: i32 = i32.MIN_VALUE;

/** dct_dc_size and differential (2.4.3.8). */
function readDcDifference(reader: BitReader, chroma: bool): i32 {
  const size = takeDcSize(reader, chroma ? 1 : 0, DC_SIZE_MAX_MPEG1);
  if (size < 0) return BAD_DIFFERENCE;
  return size == 0 ? 0 : dcDifferenceOf(size, <i32>reader.get(size));
}

function limited(coefficient: i32): i32 {
  return min<i32>(2047, max<i32>(-2048, coefficient));
}

/** Reads a predicted block and adds it to the prediction at `target`. */
export function readInterBlock(reader: BitReader, quality: i32, target: usize, stride: usize): i32 {
  clearBlock(work);
  const count = readCoefficients(reader, false, quality);
  if (count < 0) return count;
  if (places == 1) {
    addFlat8(target, stride, inverseTransformDc(<i32>load<i16>(work)));
    return OK;
  }
  inverseTransformOf(work, places);
  addResidual8(target, stride, target, stride, work);
  return OK;
}
