/** macroblock_type: ISO/IEC 13818-2 Tables B-2 to B-4, ISO/IEC 11172-2 Tables B.2a to B.2c. */
import { BitSource } from "../bitstream/bit-source";
import { BitWriter } from "../bitstream/bit-writer";
import { spreadCode } from "./code-tables";
import { TYPE_B, TYPE_I, TYPE_P } from "./syntax";

export const MB_INTRA: i32 = 1;
export const MB_PATTERN: i32 = 2;
export const MB_BACKWARD: i32 = 4;
export const MB_FORWARD: i32 = 8;
export const MB_QUANTISER: i32 = 16;
/** Code, length, flags; types are numbered in this order. */
const TYPES_I: StaticArray<u8> = [1, 1, 1, 1, 2, 17];
const TYPES_P: StaticArray<u8> = [1, 1, 10, 1, 2, 2, 1, 3, 8, 3, 5, 1, 2, 5, 26, 1, 5, 18, 1, 6, 17];
const TYPES_B: StaticArray<u8> = [
  2, 2, 12, 3, 2, 14, 2, 3, 4, 3, 3, 6, 2, 4, 8, 3, 4, 10, 3, 5, 1, 2, 5, 30, 3, 6, 26, 2, 6, 22, 1, 6, 17,
];
const TYPE_BITS: i32 = 6;
/** No picture type has more; FORMAT.md 11.5 codes numbers in 15 decisions at most. */
const NUMBERS: i32 = 16;

/** `number << 8 | length` by the next bits, a table a picture type. */
const typeLookup: usize = memory.data(3 * (1 << 6) * 2);
/** `flags << 16 | code << 8 | length` by number, and the same by flags. */
const typeWords: usize = memory.data(3 * 16 * 4);
const wordsByFlags: usize = memory.data(3 * 32 * 4);

function buildTypes(pictureType: i32, rows: StaticArray<u8>): void {
  const table = pictureType - 1;
  for (let i = 0; i < rows.length; i += 3) {
    const code = <i32>rows[i];
    const length = <i32>rows[i + 1];
    const flags = <i32>rows[i + 2];
    const number = i / 3;
    const word = (flags << 16) | (code << 8) | length;
    store<u32>(typeWords + ((table * NUMBERS + number) << 2), word);
    store<u32>(wordsByFlags + (((table << 5) + flags) << 2), word);
    spreadCode(typeLookup + ((table << TYPE_BITS) << 1), TYPE_BITS, code, length, number);
  }
}

buildTypes(TYPE_I, TYPES_I);
buildTypes(TYPE_P, TYPES_P);
buildTypes(TYPE_B, TYPES_B);

/** Number of a macroblock type, or -1. @param pictureType TYPE_I, TYPE_P or TYPE_B */
export function takeType<Source extends BitSource>(source: Source, pictureType: i32): i32 {
  const entry = <i32>load<u16>(typeLookup + ((((pictureType - 1) << TYPE_BITS) + <i32>source.peek(TYPE_BITS)) << 1));
  if (entry == 0) return -1;
  source.skip(entry & 0xff);
  return entry >> 8;
}

/** `flags << 16 | code << 8 | length`; 0 for a number that no type has. @param number 0 to 15 */
export function typeWord(pictureType: i32, number: i32): u32 {
  return load<u32>(typeWords + (((pictureType - 1) * NUMBERS + number) << 2));
}

/** @param flags a sum of MB_* that is a type in such pictures */
export function putType(writer: BitWriter, pictureType: i32, flags: i32): void {
  const word = load<u32>(wordsByFlags + ((((pictureType - 1) << 5) + flags) << 2));
  writer.put((word >> 8) & 0xff, word & 0xff);
}
