/**
 * The line coder of the top bit plane: the first line in the one-dimensional code of ITU-T T.4 (Modified Huffman, no EOL), every further
 * line in the two-dimensional code of ITU-T T.6 (READ) with the line before as its reference, no EOFB.
 * Source: Cmix patent [0135], Fig. 6, ST112.
 *
 * A plane is `lines` rows of `widthPixels` bits, most significant bit first, `strideBytes` apart; 0 is white. Bits of a row's last byte
 * behind its width are ignored when coding and written as zeros when decoding; bytes of the stride behind that are left alone.
 */
import { ERROR_ARGUMENT, ERROR_SPACE, ERROR_SYNTAX, ERROR_TRUNCATED, OK } from "../common/status";
import { BitReader } from "./bit-reader";
import { BitWriter } from "./bit-writer";
import {
  BLACK_BITS,
  BLACK_DECODING,
  BLACK_ENCODING,
  LONGEST_MAKE_UP,
  WHITE_BITS,
  WHITE_DECODING,
  WHITE_ENCODING,
} from "./fax-tables";

// T.6 table 1: code and length.
const PASS_CODE: u32 = 0b0001;
const PASS_LENGTH: i32 = 4;
const HORIZONTAL_CODE: u32 = 0b001;
const HORIZONTAL_LENGTH: i32 = 3;
/** Vertical modes a1 - b1 = -3 … 3 (VL3 … VR3), code << 4 | length. */
const VERTICAL: usize = memory.data<u8>([
  (0b0000010 << 4) | 7,
  (0b000010 << 4) | 6,
  (0b010 << 4) | 3,
  (0b1 << 4) | 1,
  (0b011 << 4) | 3,
  (0b000011 << 4) | 6,
  (0b0000011 << 4) | 7,
]);

const MODE_BITS: i32 = 7;
const MODE_PASS: i32 = 8;
const MODE_HORIZONTAL: i32 = 9;
const MODES: StaticArray<u8> = modeTable();

/** By the next seven bits: mode << 4 | length, a mode below 8 being the vertical offset + 3; 0 where no code fits. */
function modeTable(): StaticArray<u8> {
  const table = new StaticArray<u8>(1 << MODE_BITS);
  for (let i = 0; i < 7; i++) {
    const entry = <i32>load<u8>(VERTICAL + i);
    enterMode(table, entry >> 4, entry & 15, i);
  }
  enterMode(table, PASS_CODE, PASS_LENGTH, MODE_PASS);
  enterMode(table, HORIZONTAL_CODE, HORIZONTAL_LENGTH, MODE_HORIZONTAL);
  return table;
}

function enterMode(table: StaticArray<u8>, code: i32, length: i32, mode: i32): void {
  const free = MODE_BITS - length;
  for (let i = 0; i < 1 << free; i++) table[(code << free) + i] = <u8>((mode << 4) | length);
}

/** Keeps pixel positions far from the end of i32; no format here has pictures as wide. */
const PLANE_MAX_WIDTH: i32 = 1 << 24;

function planeFits(widthPixels: i32, lines: i32, strideBytes: i32): bool {
  if (widthPixels < 1 || widthPixels > PLANE_MAX_WIDTH) return false;
  return lines >= 0 && strideBytes >= (widthPixels + 7) >> 3;
}

// ---- Looking for runs ----

/** Eight bytes of a row, first byte topmost, zeros behind the row's end. */
function wordAt(row: usize, index: i32, rowBytes: i32): u64 {
  const at = row + <usize>index;
  if (index + 8 <= rowBytes) return bswap<u64>(load<u64>(at));
  let word: u64 = 0;
  for (let i = 0; i < rowBytes - index; i++) {
    const shift = <u64>(56 - (i << 3));
    word |= (<u64>load<u8>(at + i)) << shift;
  }
  return word;
}

/** The first pixel from `from` on that is not of `colour` (0 white, 1 black); `width` when there is none. */
function endOfRun(row: usize, from: i32, width: i32, colour: i32): i32 {
  if (from >= width) return width;
  const rowBytes = (width + 7) >> 3;
  const flip: u64 = colour != 0 ? u64.MAX_VALUE : 0;
  let index = from >> 3;
  let word = (wordAt(row, index, rowBytes) ^ flip) & (u64.MAX_VALUE >> <u64>(from & 7));
  while (word == 0) {
    index += 8;
    if (index >= rowBytes) return width;
    word = wordAt(row, index, rowBytes) ^ flip;
  }
  return min((index << 3) + <i32>clz(word), width);
}

/** b1: the first change of the reference row right of a0 to the colour that the run at a0 is not. a0 is -1 before the first pixel. */
function findB1(reference: usize, a0: i32, width: i32, colour: i32): i32 {
  if (a0 < 0) return endOfRun(reference, 0, width, 0);
  return endOfRun(reference, endOfRun(reference, a0, width, colour ^ 1), width, colour);
}

// ---- Coding ----

function putRun(writer: BitWriter, run: i32, colour: i32): void {
  const table = colour != 0 ? BLACK_ENCODING : WHITE_ENCODING;
  while (run >= LONGEST_MAKE_UP + 64) {
    putEntry(writer, table, 63 + (LONGEST_MAKE_UP >> 6));
    run -= LONGEST_MAKE_UP;
  }
  if (run >= 64) {
    putEntry(writer, table, 63 + (run >> 6));
    run &= 63;
  }
  putEntry(writer, table, run);
}

function putEntry(writer: BitWriter, table: StaticArray<u16>, index: i32): void {
  const entry = <u32>unchecked(table[index]);
  writer.put(entry >> 4, <i32>(entry & 15));
}

function writeFirstLine(writer: BitWriter, row: usize, width: i32): void {
  let position = 0;
  let colour = 0;
  do {
    const end = endOfRun(row, position, width, colour);
    putRun(writer, end - position, colour);
    position = end;
    colour ^= 1;
  } while (position < width);
}

function writeLine(writer: BitWriter, row: usize, reference: usize, width: i32): void {
  let a0 = -1;
  let colour = 0;
  while (a0 < width) {
    const a1 = endOfRun(row, max(a0, 0), width, colour);
    const b1 = findB1(reference, a0, width, colour);
    const distance = a1 - b1;
    if (distance > 0) {
      const b2 = endOfRun(reference, b1, width, colour ^ 1);
      if (b2 < a1) {
        writer.put(PASS_CODE, PASS_LENGTH);
        a0 = b2;
        continue;
      }
    }
    if (distance >= -3 && distance <= 3) {
      const entry = <u32>load<u8>(VERTICAL + (distance + 3));
      writer.put(entry >> 4, <i32>(entry & 15));
      a0 = a1;
      colour ^= 1;
    } else {
      const a2 = endOfRun(row, a1, width, colour ^ 1);
      writer.put(HORIZONTAL_CODE, HORIZONTAL_LENGTH);
      putRun(writer, a1 - max(a0, 0), colour);
      putRun(writer, a2 - a1, colour ^ 1);
      a0 = a2;
    }
  }
}

/**
 * Appends a plane's code to a writer, without alignment.
 * @returns OK; ERROR_SPACE once the writer has overflowed; ERROR_ARGUMENT for a width outside 1..2^24, a negative number of lines or a
 *   stride shorter than a row
 */
export function writePlane(writer: BitWriter, bits: usize, widthPixels: i32, lines: i32, strideBytes: i32): i32 {
  if (!planeFits(widthPixels, lines, strideBytes)) return ERROR_ARGUMENT;
  for (let line = 0; line < lines; line++) {
    const row = bits + <usize>line * <usize>strideBytes;
    if (line == 0) writeFirstLine(writer, row, widthPixels);
    else writeLine(writer, row, row - <usize>strideBytes, widthPixels);
    if (writer.overflow) return ERROR_SPACE;
  }
  return OK;
}

const planeWriter: BitWriter = new BitWriter();

/**
 * Codes a plane into bytes, the last one filled with zero bits.
 * @param dst          u8[capacity], written; does not overlap bits
 * @param bits         u8[(lines - 1) * strideBytes + (widthPixels + 7) / 8], see the head of this file
 * @param widthPixels  1..2^24
 * @param lines        >= 0
 * @param strideBytes  >= (widthPixels + 7) / 8
 * @returns bytes written, ERROR_SPACE or ERROR_ARGUMENT
 */
export function encodePlane(
  dst: usize,
  capacity: i32,
  bits: usize,
  widthPixels: i32,
  lines: i32,
  strideBytes: i32,
): i32 {
  planeWriter.open(dst, capacity);
  const status = writePlane(planeWriter, bits, widthPixels, lines, strideBytes);
  if (status != OK) return status;
  planeWriter.align();
  return planeWriter.overflow ? ERROR_SPACE : planeWriter.byteLength();
}

// ---- Decoding ----

/** Paints pixels from..to-1 of a row black; the row was white there. */
function paint(row: usize, from: i32, to: i32): void {
  if (from >= to) return;
  const first = row + <usize>(from >> 3);
  const last = row + <usize>((to - 1) >> 3);
  const head = <u8>(<u32>0xff >> (from & 7));
  const tail = <u8>((<u32>0xff) << (7 - ((to - 1) & 7)));
  if (first == last) {
    store<u8>(first, load<u8>(first) | (head & tail));
    return;
  }
  store<u8>(first, load<u8>(first) | head);
  memory.fill(first + 1, 0xff, last - first - 1);
  store<u8>(last, load<u8>(last) | tail);
}

/** Why no code fits: the bits looked at reach behind the end, or they are wrong. */
function noCode(reader: BitReader, bits: i32): i32 {
  reader.skip(bits);
  return reader.overrun() ? ERROR_TRUNCATED : ERROR_SYNTAX;
}

/** A run with its make-up codes, at most `longest`; else an error. */
function getRun(reader: BitReader, colour: i32, longest: i32): i32 {
  const table = colour != 0 ? BLACK_DECODING : WHITE_DECODING;
  const bits = colour != 0 ? BLACK_BITS : WHITE_BITS;
  let run = 0;
  while (true) {
    const entry = <i32>unchecked(table[reader.peek(bits)]);
    if (entry == 0) return noCode(reader, bits);
    reader.skip(entry & 15);
    const part = entry >> 4;
    if (part > longest - run) return reader.overrun() ? ERROR_TRUNCATED : ERROR_SYNTAX;
    run += part;
    if (part < 64) return run;
  }
}

function readFirstLine(reader: BitReader, row: usize, width: i32): i32 {
  let position = 0;
  let colour = 0;
  do {
    const run = getRun(reader, colour, width - position);
    if (run < 0) return run;
    if (colour != 0) paint(row, position, position + run);
    position += run;
    colour ^= 1;
  } while (position < width);
  return OK;
}

function readLine(reader: BitReader, row: usize, reference: usize, width: i32): i32 {
  let a0 = -1;
  let colour = 0;
  while (a0 < width) {
    const entry = <i32>unchecked(MODES[reader.peek(MODE_BITS)]);
    if (entry == 0) return noCode(reader, MODE_BITS);
    reader.skip(entry & 15);
    const mode = entry >> 4;
    const start = max(a0, 0);
    if (mode == MODE_HORIZONTAL) {
      const first = getRun(reader, colour, width - start);
      if (first < 0) return first;
      const second = getRun(reader, colour ^ 1, width - start - first);
      if (second < 0) return second;
      const a1 = start + first;
      a0 = a1 + second;
      if (colour != 0) paint(row, start, a1);
      else paint(row, a1, a0);
      continue;
    }
    const b1 = findB1(reference, a0, width, colour);
    let end: i32;
    if (mode == MODE_PASS) {
      end = endOfRun(reference, b1, width, colour ^ 1);
      // A pass code says that a1 lies right of b2, so b2 is inside the line.
      if (end >= width) return reader.overrun() ? ERROR_TRUNCATED : ERROR_SYNTAX;
    } else {
      end = b1 + mode - 3;
      if (end <= a0 || end > width) return reader.overrun() ? ERROR_TRUNCATED : ERROR_SYNTAX;
    }
    if (colour != 0) paint(row, start, end);
    if (mode != MODE_PASS) colour ^= 1;
    a0 = end;
  }
  return OK;
}

/**
 * Reads a plane that {@link writePlane} has written; the reader then stands behind its last bit.
 * On an error the rows up to the broken one hold what was read, the others are untouched.
 * @returns OK, ERROR_TRUNCATED, ERROR_SYNTAX, or ERROR_ARGUMENT as in writePlane
 */
export function readPlane(reader: BitReader, bits: usize, widthPixels: i32, lines: i32, strideBytes: i32): i32 {
  if (!planeFits(widthPixels, lines, strideBytes)) return ERROR_ARGUMENT;
  const rowBytes = <usize>((widthPixels + 7) >> 3);
  for (let line = 0; line < lines; line++) {
    const row = bits + <usize>line * <usize>strideBytes;
    memory.fill(row, 0, rowBytes);
    const status =
      line == 0
        ? readFirstLine(reader, row, widthPixels)
        : readLine(reader, row, row - <usize>strideBytes, widthPixels);
    if (status != OK) return status;
    if (reader.overrun()) return ERROR_TRUNCATED;
  }
  return OK;
}

const planeReader: BitReader = new BitReader();

/**
 * Decodes what {@link encodePlane} wrote. Reads nothing outside src and writes nothing outside the rows, whatever src holds.
 * @param bits         written, see the head of this file; does not overlap src
 * @param widthPixels  1..2^24
 * @param lines        >= 0
 * @param strideBytes  >= (widthPixels + 7) / 8
 * @param src          u8[length]
 * @returns bytes consumed, ERROR_TRUNCATED, ERROR_SYNTAX or ERROR_ARGUMENT
 */
export function decodePlane(bits: usize, widthPixels: i32, lines: i32, strideBytes: i32, src: usize, length: i32): i32 {
  planeReader.open(src, length);
  const status = readPlane(planeReader, bits, widthPixels, lines, strideBytes);
  return status == OK ? (planeReader.bitPosition() + 7) >> 3 : status;
}
