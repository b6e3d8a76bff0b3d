/**
 * The run length codes of ITU-T T.4 (tables 2, 3a and 3b) and what is made of them for decoding.
 *
 * Encoding: entry 0..63 is the terminating code of that run, entry 63 + n the make-up code of 64 * n, n = 1..40; an entry is
 * code << 4 | length. Decoding: indexed by the next 12 (white) or 13 (black) bits, run << 4 | length, 0 where no code fits.
 */

export const WHITE_BITS: i32 = 12;
export const BLACK_BITS: i32 = 13;
/** The longest run with a make-up code; longer runs repeat it. */
export const LONGEST_MAKE_UP: i32 = 2560;

/** Codes as (code, length) pairs, runs 0, 1, 2 … 63, then 64, 128 … 1728. */
// biome-ignore format: eight codes a line, as T.4 numbers them
const WHITE_CODES: usize = memory.data<u8>([
  0x35, 8, 0x07, 6, 0x07, 4, 0x08, 4, 0x0b, 4, 0x0c, 4, 0x0e, 4, 0x0f, 4, // 0
  0x13, 5, 0x14, 5, 0x07, 5, 0x08, 5, 0x08, 6, 0x03, 6, 0x34, 6, 0x35, 6, // 8
  0x2a, 6, 0x2b, 6, 0x27, 7, 0x0c, 7, 0x08, 7, 0x17, 7, 0x03, 7, 0x04, 7, // 16
  0x28, 7, 0x2b, 7, 0x13, 7, 0x24, 7, 0x18, 7, 0x02, 8, 0x03, 8, 0x1a, 8, // 24
  0x1b, 8, 0x12, 8, 0x13, 8, 0x14, 8, 0x15, 8, 0x16, 8, 0x17, 8, 0x28, 8, // 32
  0x29, 8, 0x2a, 8, 0x2b, 8, 0x2c, 8, 0x2d, 8, 0x04, 8, 0x05, 8, 0x0a, 8, // 40
  0x0b, 8, 0x52, 8, 0x53, 8, 0x54, 8, 0x55, 8, 0x24, 8, 0x25, 8, 0x58, 8, // 48
  0x59, 8, 0x5a, 8, 0x5b, 8, 0x4a, 8, 0x4b, 8, 0x32, 8, 0x33, 8, 0x34, 8, // 56
  0x1b, 5, 0x12, 5, 0x17, 6, 0x37, 7, 0x36, 8, 0x37, 8, 0x64, 8, 0x65, 8, // 64 … 512
  0x68, 8, 0x67, 8, 0xcc, 9, 0xcd, 9, 0xd2, 9, 0xd3, 9, 0xd4, 9, 0xd5, 9, // 576 … 1024
  0xd6, 9, 0xd7, 9, 0xd8, 9, 0xd9, 9, 0xda, 9, 0xdb, 9, 0x98, 9, 0x99, 9, // 1088 … 1536
  0x9a, 9, 0x18, 6, 0x9b, 9, // 1600 … 1728
]);

// biome-ignore format: eight codes a line, as T.4 numbers them
const BLACK_CODES: usize = memory.data<u8>([
  0x37, 10, 0x02, 3, 0x03, 2, 0x02, 2, 0x03, 3, 0x03, 4, 0x02, 4, 0x03, 5, // 0
  0x05, 6, 0x04, 6, 0x04, 7, 0x05, 7, 0x07, 7, 0x04, 8, 0x07, 8, 0x18, 9, // 8
  0x17, 10, 0x18, 10, 0x08, 10, 0x67, 11, 0x68, 11, 0x6c, 11, 0x37, 11, 0x28, 11, // 16
  0x17, 11, 0x18, 11, 0xca, 12, 0xcb, 12, 0xcc, 12, 0xcd, 12, 0x68, 12, 0x69, 12, // 24
  0x6a, 12, 0x6b, 12, 0xd2, 12, 0xd3, 12, 0xd4, 12, 0xd5, 12, 0xd6, 12, 0xd7, 12, // 32
  0x6c, 12, 0x6d, 12, 0xda, 12, 0xdb, 12, 0x54, 12, 0x55, 12, 0x56, 12, 0x57, 12, // 40
  0x64, 12, 0x65, 12, 0x52, 12, 0x53, 12, 0x24, 12, 0x37, 12, 0x38, 12, 0x27, 12, // 48
  0x28, 12, 0x58, 12, 0x59, 12, 0x2b, 12, 0x2c, 12, 0x5a, 12, 0x66, 12, 0x67, 12, // 56
  0x0f, 10, 0xc8, 12, 0xc9, 12, 0x5b, 12, 0x33, 12, 0x34, 12, 0x35, 12, 0x6c, 13, // 64 … 512
  0x6d, 13, 0x4a, 13, 0x4b, 13, 0x4c, 13, 0x4d, 13, 0x72, 13, 0x73, 13, 0x74, 13, // 576 … 1024
  0x75, 13, 0x76, 13, 0x77, 13, 0x52, 13, 0x53, 13, 0x54, 13, 0x55, 13, 0x5a, 13, // 1088 … 1536
  0x5b, 13, 0x64, 13, 0x65, 13, // 1600 … 1728
]);

/** Both colours' make-up codes of 1792, 1856 … 2560. */
// biome-ignore format: eight codes a line
const LONG_CODES: usize = memory.data<u8>([
  0x08, 11, 0x0c, 11, 0x0d, 11, 0x12, 12, 0x13, 12, 0x14, 12, 0x15, 12, 0x16, 12,
  0x17, 12, 0x1c, 12, 0x1d, 12, 0x1e, 12, 0x1f, 12,
]);

const OWN_CODES: i32 = 64 + 27;
const ALL_CODES: i32 = OWN_CODES + 13;

function encoding(codes: usize): StaticArray<u16> {
  const table = new StaticArray<u16>(ALL_CODES);
  for (let i = 0; i < ALL_CODES; i++) {
    const pair = i < OWN_CODES ? codes + ((<usize>i) << 1) : LONG_CODES + ((<usize>(i - OWN_CODES)) << 1);
    table[i] = ((<u16>load<u8>(pair)) << 4) | <u16>load<u8>(pair, 1);
  }
  return table;
}

function decoding(codes: StaticArray<u16>, bits: i32): StaticArray<u16> {
  const table = new StaticArray<u16>(1 << bits);
  for (let i = 0; i < ALL_CODES; i++) {
    const entry = <i32>unchecked(codes[i]);
    const length = entry & 15;
    const run = i < 64 ? i : (i - 63) << 6;
    const first = (entry >> 4) << (bits - length);
    for (let j = 0; j < 1 << (bits - length); j++) table[first + j] = <u16>((run << 4) | length);
  }
  return table;
}

export const WHITE_ENCODING: StaticArray<u16> = encoding(WHITE_CODES);
export const BLACK_ENCODING: StaticArray<u16> = encoding(BLACK_CODES);
export const WHITE_DECODING: StaticArray<u16> = decoding(WHITE_ENCODING, WHITE_BITS);
export const BLACK_DECODING: StaticArray<u16> = decoding(BLACK_ENCODING, BLACK_BITS);
