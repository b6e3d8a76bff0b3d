/** Codes of coefficients: ISO/IEC 13818-2 Tables B-14 to B-16, ISO/IEC 11172-2 Tables B.5c to B.5g. */

/**
 * Table B-14: code without sign, length, run, level. The first row's code is 1 where it comes first in a predicted
 * block.
 */
const COEFFICIENT: StaticArray<u8> = [
  0x3, 2, 0, 1, 0x3, 3, 1, 1, 0x4, 4, 0, 2, 0x5, 4, 2, 1, 0x5, 5, 0, 3, 0x7, 5, 3, 1, 0x6, 5, 4, 1, 0x6, 6, 1, 2, 0x7,
  6, 5, 1, 0x5, 6, 6, 1, 0x4, 6, 7, 1, 0x6, 7, 0, 4, 0x4, 7, 2, 2, 0x7, 7, 8, 1, 0x5, 7, 9, 1, 0x26, 8, 0, 5, 0x21, 8,
  0, 6, 0x25, 8, 1, 3, 0x24, 8, 3, 2, 0x27, 8, 10, 1, 0x23, 8, 11, 1, 0x22, 8, 12, 1, 0x20, 8, 13, 1, 0xa, 10, 0, 7,
  0xc, 10, 1, 4, 0xb, 10, 2, 3, 0xf, 10, 4, 2, 0x9, 10, 5, 2, 0xe, 10, 14, 1, 0xd, 10, 15, 1, 0x8, 10, 16, 1, 0x1d, 12,
  0, 8, 0x18, 12, 0, 9, 0x13, 12, 0, 10, 0x10, 12, 0, 11, 0x1b, 12, 1, 5, 0x14, 12, 2, 4, 0x1c, 12, 3, 3, 0x12, 12, 4,
  3, 0x1e, 12, 6, 2, 0x15, 12, 7, 2, 0x11, 12, 8, 2, 0x1f, 12, 17, 1, 0x1a, 12, 18, 1, 0x19, 12, 19, 1, 0x17, 12, 20, 1,
  0x16, 12, 21, 1, 0x1a, 13, 0, 12, 0x19, 13, 0, 13, 0x18, 13, 0, 14, 0x17, 13, 0, 15, 0x16, 13, 1, 6, 0x15, 13, 1, 7,
  0x14, 13, 2, 5, 0x13, 13, 3, 4, 0x12, 13, 5, 3, 0x11, 13, 9, 2, 0x10, 13, 10, 2, 0x1f, 13, 22, 1, 0x1e, 13, 23, 1,
  0x1d, 13, 24, 1, 0x1c, 13, 25, 1, 0x1b, 13, 26, 1, 0x1f, 14, 0, 16, 0x1e, 14, 0, 17, 0x1d, 14, 0, 18, 0x1c, 14, 0, 19,
  0x1b, 14, 0, 20, 0x1a, 14, 0, 21, 0x19, 14, 0, 22, 0x18, 14, 0, 23, 0x17, 14, 0, 24, 0x16, 14, 0, 25, 0x15, 14, 0, 26,
  0x14, 14, 0, 27, 0x13, 14, 0, 28, 0x12, 14, 0, 29, 0x11, 14, 0, 30, 0x10, 14, 0, 31, 0x18, 15, 0, 32, 0x17, 15, 0, 33,
  0x16, 15, 0, 34, 0x15, 15, 0, 35, 0x14, 15, 0, 36, 0x13, 15, 0, 37, 0x12, 15, 0, 38, 0x11, 15, 0, 39, 0x10, 15, 0, 40,
  0x1f, 15, 1, 8, 0x1e, 15, 1, 9, 0x1d, 15, 1, 10, 0x1c, 15, 1, 11, 0x1b, 15, 1, 12, 0x1a, 15, 1, 13, 0x19, 15, 1, 14,
  0x13, 16, 1, 15, 0x12, 16, 1, 16, 0x11, 16, 1, 17, 0x10, 16, 1, 18, 0x14, 16, 6, 3, 0x1a, 16, 11, 2, 0x19, 16, 12, 2,
  0x18, 16, 13, 2, 0x17, 16, 14, 2, 0x16, 16, 15, 2, 0x15, 16, 16, 2, 0x1f, 16, 27, 1, 0x1e, 16, 28, 1, 0x1d, 16, 29, 1,
  0x1c, 16, 30, 1, 0x1b, 16, 31, 1,
];
/** Levels 1 to this have a code, by run 0 to 31. */
const LEVELS: StaticArray<u8> = [
  40, 18, 5, 4, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
];
/** Table B-15: code without sign and length, by run, then level. */
const INTRA_COEFFICIENT: StaticArray<u8> = [
  0x02, 2, 0x06, 3, 0x07, 4, 0x1c, 5, 0x1d, 5, 0x05, 6, 0x04, 6, 0x7b, 7, 0x7c, 7, 0x23, 8, 0x22, 8, 0xfa, 8, 0xfb, 8,
  0xfe, 8, 0xff, 8, 0x1f, 14, 0x1e, 14, 0x1d, 14, 0x1c, 14, 0x1b, 14, 0x1a, 14, 0x19, 14, 0x18, 14, 0x17, 14, 0x16, 14,
  0x15, 14, 0x14, 14, 0x13, 14, 0x12, 14, 0x11, 14, 0x10, 14, 0x18, 15, 0x17, 15, 0x16, 15, 0x15, 15, 0x14, 15, 0x13,
  15, 0x12, 15, 0x11, 15, 0x10, 15, 0x02, 3, 0x06, 5, 0x79, 7, 0x27, 8, 0x20, 8, 0x16, 13, 0x15, 13, 0x1f, 15, 0x1e, 15,
  0x1d, 15, 0x1c, 15, 0x1b, 15, 0x1a, 15, 0x19, 15, 0x13, 16, 0x12, 16, 0x11, 16, 0x10, 16, 0x05, 5, 0x07, 7, 0xfc, 8,
  0x0c, 10, 0x14, 13, 0x07, 5, 0x26, 8, 0x1c, 12, 0x13, 13, 0x06, 6, 0xfd, 8, 0x12, 12, 0x07, 6, 0x04, 9, 0x12, 13,
  0x06, 7, 0x1e, 12, 0x14, 16, 0x04, 7, 0x15, 12, 0x05, 7, 0x11, 12, 0x78, 7, 0x11, 13, 0x7a, 7, 0x10, 13, 0x21, 8,
  0x1a, 16, 0x25, 8, 0x19, 16, 0x24, 8, 0x18, 16, 0x05, 9, 0x17, 16, 0x07, 9, 0x16, 16, 0x0d, 10, 0x15, 16, 0x1f, 12,
  0x1a, 12, 0x19, 12, 0x17, 12, 0x16, 12, 0x1f, 13, 0x1e, 13, 0x1d, 13, 0x1c, 13, 0x1b, 13, 0x1f, 16, 0x1e, 16, 0x1d,
  16, 0x1c, 16, 0x1b, 16,
];

/** Table B-14's end of block, and table B-15's. */
export const END_OF_BLOCK: u32 = 2;
export const END_OF_BLOCK_BITS: i32 = 2;
export const INTRA_END: u32 = 6;
export const INTRA_END_BITS: i32 = 4;
/** Of both tables: 6 bits, then run and level. */
const ESCAPE: i32 = 1;
const ESCAPE_LENGTH: i32 = 6;
/** The largest level and run that have a code. */
const LEVEL_CODED_MAX: i32 = 40;
const RUN_CODED_MAX: i32 = 31;

/** What a coefficient's entry holds as run where no run-level pair stands. */
export const RUN_END: i32 = 64;
export const RUN_ESCAPE: i32 = 65;
/** Of run 0 and level 1 where a predicted block begins: one bit, as an entry of {@link coefficientAt}. */
export const FIRST_ONE: u32 = (1 << 8) | 1;
/**
 * Entries `run << 16 | level << 8 | length`, the sign not counted; 0 where no code starts so. Two tables, B-14 and
 * B-15, each 256 by the first eight bits, then 1024 by the last ten of sixteen.
 */
const COEFFICIENT_TABLE_BYTES: usize = 1280 * 4;
const coefficientEntries: usize = memory.data(2 * 1280 * 4);
/** `code << 8 | length` by run * 41 + level, 0 where there is none: two tables. */
const CODE_TABLE_BYTES: usize = 32 * 41 * 4;
const coefficientWords: usize = memory.data(2 * 32 * 41 * 4);

function spread(table: i32, code: i32, length: i32, entry: i32): void {
  const base = coefficientLookup(table);
  if (length <= 8) {
    for (let k = 0; k < 1 << (8 - length); k++) store<u32>(base + (((code << (8 - length)) + k) << 2), entry);
  } else {
    for (let k = 0; k < 1 << (16 - length); k++) store<u32>(base + 1024 + (((code << (16 - length)) + k) << 2), entry);
  }
}

function addPair(table: i32, code: i32, length: i32, run: i32, level: i32): void {
  spread(table, code, length, (run << 16) | (level << 8) | length);
  store<u32>(
    coefficientWords + <usize>table * CODE_TABLE_BYTES + ((run * (LEVEL_CODED_MAX + 1) + level) << 2),
    (code << 8) | length,
  );
}

for (let i = 0; i < COEFFICIENT.length; i += 4)
  addPair(0, COEFFICIENT[i], COEFFICIENT[i + 1], COEFFICIENT[i + 2], COEFFICIENT[i + 3]);
let row = 0;
for (let run = 0; run <= RUN_CODED_MAX; run++) {
  for (let level = 1; level <= <i32>LEVELS[run]; level++) {
    addPair(1, INTRA_COEFFICIENT[row], INTRA_COEFFICIENT[row + 1], run, level);
    row += 2;
  }
}
spread(0, END_OF_BLOCK, END_OF_BLOCK_BITS, (RUN_END << 16) | END_OF_BLOCK_BITS);
spread(1, INTRA_END, INTRA_END_BITS, (RUN_END << 16) | INTRA_END_BITS);
for (let table = 0; table < 2; table++) spread(table, ESCAPE, ESCAPE_LENGTH, (RUN_ESCAPE << 16) | ESCAPE_LENGTH);

/** The table for {@link coefficientAt}. @param table 0: B-14, 1: B-15 */
export function coefficientLookup(table: i32): usize {
  return coefficientEntries + <usize>table * COEFFICIENT_TABLE_BYTES;
}

/** The entry of the one code at the start of 32 bits. */
export function coefficientAt(lookup: usize, bits: u32): u32 {
  if (bits >= 0x04000000) return load<u32>(lookup + ((bits >>> 24) << 2));
  return load<u32>(lookup + ((bits >>> 16) << 2), 1024);
}

/**
 * The code of a pair without its sign.
 * @param size magnitude of the level, from 1
 * @returns code << 8 | length, 0 where the table has none
 */
export function wordOf(table: i32, run: i32, size: i32): u32 {
  if (run > RUN_CODED_MAX || size > LEVEL_CODED_MAX) return 0;
  return load<u32>(
    coefficientWords + <usize>table * CODE_TABLE_BYTES + <usize>((run * (LEVEL_CODED_MAX + 1) + size) << 2),
  );
}

/** The end of a block as BitWriter.putAll has codes: its length in the upper half, its bits in the lower. */
export function endCode(table: i32): u64 {
  return table ? ((<u64>INTRA_END_BITS) << 32) | INTRA_END : ((<u64>END_OF_BLOCK_BITS) << 32) | END_OF_BLOCK;
}

/** An escape, likewise. @param level -2047 to 2047 in MPEG-2, -255 to 255 in MPEG-1 */
export function escapeCode(run: i32, level: i32, mpeg2: bool): u64 {
  const head = <u32>((ESCAPE << 6) | run);
  if (mpeg2) return ((<u64>24) << 32) | <u64>((head << 12) | <u32>(level & 0xfff));
  if (level >= -127 && level <= 127) return ((<u64>20) << 32) | <u64>((head << 8) | <u32>(level & 0xff));
  return ((<u64>28) << 32) | <u64>((head << 16) | <u32>(level > 0 ? level : 0x8000 | (level & 0xff)));
}

/** The run of an escape at the start of 32 bits. */
export function escapeRun(bits: u32): i32 {
  return <i32>((bits >>> 20) & 63);
}

/**
 * Its level, and how many bits it has with that.
 * @returns level << 8 | length; a level of 0 or -2048, or in MPEG-1 of -256, is none
 */
export function escapeLevel(bits: u32, mpeg2: bool): i32 {
  if (mpeg2) return ((<i32>(bits << 12) >> 20) << 8) | 24;
  const level = <i32>(<i8>((bits >>> 12) & 0xff));
  const more = <i32>((bits >>> 4) & 0xff);
  if (level == 0) return (more << 8) | 28;
  return level == -128 ? ((more - 256) << 8) | 28 : (level << 8) | 20;
}
