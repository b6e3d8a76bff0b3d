/** Reading and reconstruction of one 8x8 block (ISO/IEC 13818-2 7.2 to 7.5, ISO/IEC 11172-2 2.4.2.8 and 2.4.3.7). */
import { BitReader } from "../bitstream/bit-reader";
import { clearBlock } from "../common/memory";
import { ERROR_SYNTAX, OK } from "../common/status";
import { addResidual8, storeBlock8 } from "../kernels/difference";
import { addFlat8, storeFlat8 } from "../kernels/flat";
import { inverseTransformOf } from "../kernels/low-transform";
import { inverseTransformDc } from "../kernels/transform";
import { BAD_DIFFERENCE, DC_SIZE_MAX, DC_SIZE_MAX_MPEG1, takeDcDifference } from "../mpeg-syntax/code-tables";
import {
  coefficientAt,
  coefficientLookup,
  END_OF_BLOCK,
  END_OF_BLOCK_BITS,
  escapeLevel,
  escapeRun,
  INTRA_END,
  INTRA_END_BITS,
  RUN_END,
  RUN_ESCAPE,
} from "../mpeg-syntax/coefficient-tables";
import { contextDecoder, DC_BY_CONTEXT, DC_PUBLIC, DC_WITHHELD, withheldReader } from "./decoder-state";
import { getDcLevel } from "./edge-dc-code";

const work: usize = memory.data(128, 16);
const withoutDc: usize = memory.data(128, 16);

/** Entries from here on are no pairs of run and level. */
const END_ENTRY: u32 = (<u32>RUN_END) << 16;
/** The same where the end of a block has been dealt with. */
const ESCAPE_ENTRY: u32 = (<u32>RUN_ESCAPE) << 16;
/** Place of the highest frequencies, which MPEG-2's mismatch control corrects. */
const LAST: usize = 63 << 1;
const LAST_BIT: u64 = (<u64>1) << 63;

/** DC level of the last intra block read. */
export let lastDc: i32 = 0;

/** Places of the coefficients of the last block read, of a predicted one with its DC; bit = place in the work block. */
let places: u64 = 0;
/** Coefficients of the block that are odd, counted modulo 2. */
let odd: i32 = 0;

/**
 * Syntaxes of blocks, as type parameters so that each is compiled on its own: `u8` MPEG-1, `u16` MPEG-2 with table B-14, `u32` MPEG-2 with table
 * B-15, which intra blocks only have.
 */
function isMpeg2<Syntax>(): bool {
  return sizeof<Syntax>() > 1;
}

function hasIntraTable<Syntax>(): bool {
  return sizeof<Syntax>() == 4;
}

/** What holds for all blocks of a macroblock. */
export class BlockFormat {
  /** Quantiser scale, times 2 where it counts whole steps. */
  scale: i32 = 0;
  /** u8[64] by place. */
  matrix: usize = 0;
  /** Scan position to place. */
  scan: usize = 0;
  /** By how many bits a DC level is less than its coefficient. */
  dcShift: i32 = 3;
}

/**
 * Coefficients into the work block: of an intra block from scan position 1 on. The reader's state is held in locals
 * meanwhile: a function shared with mpeg-division/block-packer.ts, which has another reader, would be a call a
 * coefficient.
 * @returns how many there were, or ERROR_SYNTAX
 */
function readCoefficients<Syntax>(reader: BitReader, intra: bool, format: BlockFormat): i32 {
  const matrix = format.matrix;
  const scan = format.scan;
  const scale = format.scale;
  const lookup = coefficientLookup(hasIntraTable<Syntax>() ? 1 : 0);
  const half = intra ? 0 : 1;
  let position = intra ? 0 : -1;
  let count = 0;
  let found: u64 = 0;
  let parity = 0;
  if (!intra) {
    const bits = reader.peek(2);
    if (bits >= 2) {
      // A first coefficient has 1s for the level 1: no block begins with its end.
      reader.skip(2);
      const magnitude = (3 * scale * <i32>load<u8>(matrix)) >> 5;
      const value = withSign<Syntax>(magnitude, <i32>(bits & 1));
      store<i16>(work, <i16>value);
      parity = value;
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
    if (!hasIntraTable<Syntax>() && bits >>> 30 == END_OF_BLOCK) {
      filled -= END_OF_BLOCK_BITS;
      break;
    }
    const entry = coefficientAt(lookup, bits);
    let level = 0;
    let negative = 0;
    // One comparison for both: 0 becomes the largest number.
    if (entry - 1 < (hasIntraTable<Syntax>() ? END_ENTRY : ESCAPE_ENTRY) - 1) {
      const length = <i32>(entry & 0xff);
      position += <i32>(entry >>> 16) + 1;
      level = <i32>((entry >>> 8) & 0xff);
      negative = <i32>((bits << length) >>> 31);
      filled -= length + 1;
    } else {
      if (entry == 0) return ERROR_SYNTAX;
      if (hasIntraTable<Syntax>() && entry < ESCAPE_ENTRY) {
        filled -= <i32>(entry & 0xff);
        break;
      }
      const levelAndLength = escapeLevel(bits, isMpeg2<Syntax>());
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
    const place = <usize>load<u8>(scan + position);
    const magnitude = (((level << 1) + half) * scale * <i32>load<u8>(matrix + place)) >> 5;
    const value = withSign<Syntax>(magnitude, negative);
    store<i16>(work + (place << 1), <i16>value);
    if (isMpeg2<Syntax>()) parity ^= value;
    found |= (<u64>1) << (<u64>place);
    count += 1;
  }
  reader.filled = filled;
  places = found;
  odd = parity & 1;
  return count;
}

/** Takes the end of a block where it is next. */
function takeEnd<Syntax>(reader: BitReader): bool {
  const bits = hasIntraTable<Syntax>() ? INTRA_END_BITS : END_OF_BLOCK_BITS;
  if (reader.peek(bits) != (hasIntraTable<Syntax>() ? INTRA_END : END_OF_BLOCK)) return false;
  reader.skip(bits);
  return true;
}

/** A dequantised coefficient, limited, and made odd in MPEG-1. @param negative 0 or 1 */
function withSign<Syntax>(magnitude: i32, negative: i32): i32 {
  const wanted = isMpeg2<Syntax>() ? magnitude : select<i32>((magnitude - 1) | 1, 0, magnitude != 0);
  return (min<i32>(2047 + negative, wanted) ^ -negative) + negative;
}

/** Inverse transform of the work block, in MPEG-2 with the sum of all coefficients made odd (ISO/IEC 13818-2 7.4.4). */
function transformWork<Syntax>(): void {
  let last = 0;
  if (isMpeg2<Syntax>() && odd == 0) {
    if (places & LAST_BIT) store<i16>(work, load<i16>(work, LAST) ^ 1, LAST);
    else last = 1;
  }
  inverseTransformOf(work, places, last);
}

/**
 * Reads an intra block and stores its samples. The DC level is left in `lastDc`.
 * @param predictedDc  DC level of the block before of the same component
 * @param dcSource     where the DC stands
 * @param edges        where the picture goes on, for DC_BY_CONTEXT
 */
export function readIntraBlock<Syntax>(
  reader: BitReader,
  dcSource: i32,
  chroma: bool,
  predictedDc: i32,
  format: BlockFormat,
  target: usize,
  stride: usize,
  edges: i32,
): i32 {
  let dc = predictedDc;
  if (dcSource == DC_PUBLIC || dcSource == DC_WITHHELD) {
    const most = isMpeg2<Syntax>() ? DC_SIZE_MAX : DC_SIZE_MAX_MPEG1;
    const source = dcSource == DC_PUBLIC ? reader : withheldReader;
    const difference = takeDcDifference(source, chroma ? 1 : 0, most);
    if (difference == BAD_DIFFERENCE) return ERROR_SYNTAX;
    dc += difference;
  }
  const isEmpty = takeEnd<Syntax>(reader);
  places = 0;
  odd = 0;
  if (!isEmpty || dcSource == DC_BY_CONTEXT) clearBlock(work);
  const count = isEmpty ? 0 : readCoefficients<Syntax>(reader, true, format);
  if (count < 0) return count;
  if (!isMpeg2<Syntax>() && dcSource == DC_BY_CONTEXT) {
    memory.copy(withoutDc, work, 128);
    inverseTransformOf(withoutDc, places);
    dc = getDcLevel(contextDecoder, chroma, target, stride, withoutDc, edges);
  }
  lastDc = dc;
  const coefficient = limited(isMpeg2<Syntax>() ? dc << format.dcShift : dc << 3);
  if (isEmpty && (!isMpeg2<Syntax>() || isFlat(coefficient))) {
    storeFlat8(target, stride, inverseTransformDc(coefficient));
    return OK;
  }
  if (isEmpty) clearBlock(work);
  store<i16>(work, <i16>coefficient);
  places |= 1;
  odd ^= coefficient & 1;
  transformWork<Syntax>();
  storeBlock8(target, stride, work);
  return OK;
}

/**
 * Whether a block of this DC alone is flat with MPEG-2's mismatch control, too: no coefficient is corrected, or the
 * correction, less than a quarter of a level, cannot reach the next from a whole one.
 */
function isFlat(dc: i32): bool {
  return (dc & 1) != 0 || (dc & 7) == 0;
}

/** Reads an intra block of a D-picture, which has nothing but the DC. */
export function readDcBlock(reader: BitReader, chroma: bool, predictedDc: i32, target: usize, stride: usize): i32 {
  const difference = takeDcDifference(reader, chroma ? 1 : 0, DC_SIZE_MAX_MPEG1);
  if (difference == BAD_DIFFERENCE) return ERROR_SYNTAX;
  lastDc = predictedDc + difference;
  storeFlat8(target, stride, inverseTransformDc(limited(lastDc << 3)));
  return OK;
}

function limited(coefficient: i32): i32 {
  return min<i32>(2047, max<i32>(-2048, coefficient));
}

/** Reads a predicted block and adds it to the prediction at `target`. */
export function readInterBlock<Syntax>(reader: BitReader, format: BlockFormat, target: usize, stride: usize): i32 {
  clearBlock(work);
  const count = readCoefficients<Syntax>(reader, false, format);
  if (count < 0) return count;
  if (places == 1 && (!isMpeg2<Syntax>() || isFlat(<i32>load<i16>(work)))) {
    addFlat8(target, stride, inverseTransformDc(<i32>load<i16>(work)));
    return OK;
  }
  transformWork<Syntax>();
  addResidual8(target, stride, target, stride, work);
  return OK;
}
