/** Test-only forms of the code tables, by number of the table. */
import { CONTEXT_BYTES, EVEN, resetContext } from "./bitstream/arithmetic";
import { BitReader } from "./bitstream/bit-reader";
import { Packer, Unpacker } from "./mpeg-division/coder";
import {
  DC_CODES_BYTES,
  DC_SIZE_MAX_MPEG1,
  dcCodes,
  dcSizeAt,
  incrementCodes,
  MOTION_NONE,
  motionCodes,
  patternCodes,
  takeIncrementCode,
  takeMotion,
  takePattern,
} from "./mpeg-syntax/code-tables";
import { coefficientAt, coefficientLookup, RUN_END, wordOf } from "./mpeg-syntax/coefficient-tables";

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
  if (table == DC_LUMA) return load<u32>(dcCodes + (index << 2));
  if (table == DC_CHROMA) return load<u32>(dcCodes + DC_CODES_BYTES + (index << 2));
  return wordOf(0, index / 41, index % 41);
}

/**
 * Takes one code from a word of 16 bits.
 * @returns value << 8 | bits taken, or -1; of the last table what coefficientAt gives, 0 for end and escape
 */
export function checkTake(table: i32, next16: u32): i32 {
  if (table > DC_CHROMA) {
    const entry = <i32>coefficientAt(coefficientLookup(0), next16 << 16);
    return entry >> 16 < RUN_END ? entry : 0;
  }
  store<u32>(word, bswap<u32>(next16 << 16));
  reader.open(word, 8);
  let value = 0;
  let signBits = 0;
  if (table == INCREMENT) value = takeIncrementCode(reader);
  else if (table == PATTERN) value = takePattern(reader);
  else if (table == MOTION) {
    const taken = takeMotion(reader, 0);
    value = taken == MOTION_NONE ? -1 : abs<i32>(taken) >> 8;
    signBits = value > 0 ? 1 : 0;
  } else {
    const entry = dcSizeAt(next16 << 16, table == DC_CHROMA ? 1 : 0);
    return entry >> 8 > DC_SIZE_MAX_MPEG1 ? -1 : entry;
  }
  return value < 0 ? -1 : (value << 8) | (reader.bitPosition() - signBits);
}

const packer = new Packer();
const unpacker = new Unpacker();
const PLAIN: i32 = 3;
const stringContexts: usize = memory.data(3 * 4);

function resetStringContexts(): void {
  for (let i = 0; i < PLAIN; i++) resetContext(stringContexts + <usize>(i * CONTEXT_BYTES), EVEN);
}

/**
 * Packs decisions and plain bits.
 * @param elements u8[count]: the answer in the lowest bit, above it the context, 0 to 2, or 3 for a plain bit
 * @param plain    room of `capacity` bytes
 * @returns bytes of the string, or -1
 */
export function checkPack(out: usize, capacity: i32, plain: usize, elements: usize, count: i32): i32 {
  resetStringContexts();
  packer.open(out, plain, capacity);
  for (let i = 0; i < count; i++) {
    const element = <i32>load<u8>(elements + i);
    if (element >> 1 == PLAIN) packer.putPlain(element & 1, 1);
    else packer.put(stringContexts + <usize>((element >> 1) * CONTEXT_BYTES), element & 1);
    packer.settle();
  }
  return packer.finish();
}

/** Sets the lowest bits of `elements` to what the string says. */
export function checkUnpack(string: usize, length: i32, elements: usize, count: i32): void {
  resetStringContexts();
  unpacker.open(string, length);
  for (let i = 0; i < count; i++) {
    const kind = <i32>load<u8>(elements + i) >> 1;
    const bit =
      kind == PLAIN ? <i32>unpacker.getPlain(1) : unpacker.get(stringContexts + <usize>(kind * CONTEXT_BYTES));
    store<u8>(elements + i, <u8>((kind << 1) | bit));
  }
}
