/** Where units begin, and what a stream's first sequence header says. */
import {
  EXTENSION_START,
  GROUP_START,
  PICTURE_START,
  SEQUENCE_END,
  SEQUENCE_HEADER,
  SLICE_FIRST,
  SLICE_LAST,
} from "./syntax";

/** Offset of the next 00 00 01 at or behind `from`; `length` where there is none. */
export function findStartCode(bytes: usize, length: i32, from: i32): i32 {
  let i = from + 2;
  while (i < length) {
    const byte = <i32>load<u8>(bytes + <usize>i);
    if (byte > 1) i += 3;
    else if (byte == 0) i += 1;
    else if (load<u16>(bytes + <usize>i - 2) == 0) return i - 2;
    else i += 3;
  }
  return length;
}

/** Offset of the next start code, all four bytes of it, at or behind `from`, or -1. */
export function nextStartCode(bytes: usize, length: i32, from: i32): i32 {
  const at = findStartCode(bytes, length, from);
  return at + 4 <= length ? at : -1;
}

export function isSlice(code: u32): bool {
  return code >= SLICE_FIRST && code <= SLICE_LAST;
}

/** What a picture's slices end before; other codes between them are damage. */
function endsPicture(code: u32): bool {
  return code == PICTURE_START || code == SEQUENCE_HEADER || code == GROUP_START || code == SEQUENCE_END;
}

/** Where the first picture in the bytes, with the headers before it, ends; -1 where nothing that follows its slices is there. */
export function pictureEnd(bytes: usize, length: i32): i32 {
  let slices = false;
  for (let at = nextStartCode(bytes, length, 0); at >= 0; at = nextStartCode(bytes, length, at + 4)) {
    const code = startCodeAt(bytes + <usize>at);
    if (slices && endsPicture(code)) return at;
    if (isSlice(code)) slices = true;
  }
  return -1;
}

/** The start code that stands in four bytes. */
export function startCodeAt(bytes: usize): u32 {
  return bswap<u32>(load<u32>(bytes));
}

/**
 * What a stream's first sequence header says.
 * Source: ISO/IEC 11172-2 2.4.2.3, ISO/IEC 13818-2 6.2.2.1.
 *
 * @param bytes the stream, or its beginning
 * @returns offset in bytes, width, height, aspect code, rate code, 1 for MPEG-1 or 2 for MPEG-2; empty where there is
 *   no sequence header
 */
export function readStreamHeader(bytes: Uint8Array): Int32Array {
  for (let i = 0; i + 12 <= bytes.length; i++) {
    if (startCodeOf(bytes, i) != SEQUENCE_HEADER) continue;
    const found = new Int32Array(6);
    found[0] = i;
    found[1] = ((<i32>bytes[i + 4]) << 4) | (<i32>bytes[i + 5] >> 4);
    found[2] = ((<i32>bytes[i + 5] & 15) << 8) | <i32>bytes[i + 6];
    found[3] = <i32>bytes[i + 7] >> 4;
    found[4] = <i32>bytes[i + 7] & 15;
    found[5] = hasExtension(bytes, i + 8) ? 2 : 1;
    return found;
  }
  return new Int32Array(0);
}

function startCodeOf(bytes: Uint8Array, i: i32): u32 {
  return ((<u32>bytes[i]) << 24) | ((<u32>bytes[i + 1]) << 16) | ((<u32>bytes[i + 2]) << 8) | <u32>bytes[i + 3];
}

/** True where the next start code is a sequence extension, which only MPEG-2 has. */
function hasExtension(bytes: Uint8Array, from: i32): bool {
  for (let i = from; i + 4 <= bytes.length; i++) {
    const code = startCodeOf(bytes, i);
    if (code >> 8 == 1) return code == EXTENSION_START;
  }
  return false;
}
