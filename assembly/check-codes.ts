/** Test-only forms of the code tables, by number of the table. */
import { BitReader } from "./bitstream/bit-reader";
import {
  coefficientCodes,
  coefficientEntry,
  dcChromaCodes,
  dcLumaCodes,
  incrementCodes,
  motionCodes,
  patternCodes,
  takeDcSize,
  takeIncrement,
  takeMotion,
  takePattern,
} from "./bitstream/code-tables";

/** Tables B.1, B.3, B.4, B.5a, B.5b and B.5c, in this order from 0. */
const INCREMENT: i32 = 0;
const PATTERN: i32 = 1;
const MOTION: i32 = 2;
const DC_LUMA: i32 = 3;
const DC_CHROMA: i32 = 4;

const word: usize = memory.data(8);
const reader: BitReader = new BitReader();

/** `code << 8 | length` of an index of a table (run * 41 + level in the last), 0 where there is none. */
export function checkCode(table: i32, index: i32): u32 {
  if (table == INCREMENT) return load<u32>(incrementCodes + (index << 2));
  if (table == PATTERN) return load<u32>(patternCodes + (index << 2));
  if (table == MOTION) return load<u32>(motionCodes + (index << 2));
  if (table == DC_LUMA) return load<u32>(dcLumaCodes + (index << 2));
  if (table == DC_CHROMA) return load<u32>(dcChromaCodes + (index << 2));
  return load<u32>(coefficientCodes + (index << 2));
}

/**
 * Takes one code from a word of 16 bits.
 * @returns value << 8 | bits taken, or -1; of the last table what coefficientEntry gives
 */
export function checkTake(table: i32, next16: u32): i32 {
  if (table > DC_CHROMA) return <i32>coefficientEntry(next16);
  store<u32>(word, bswap<u32>(next16 << 16));
  reader.open(word, 8);
  let value = 0;
  if (table == INCREMENT) value = takeIncrement(reader);
  else if (table == PATTERN) value = takePattern(reader);
  else if (table == MOTION) value = takeMotion(reader);
  else value = takeDcSize(reader, table == DC_CHROMA);
  return value < 0 ? -1 : (value << 8) | reader.bitPosition();
}
