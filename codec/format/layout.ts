/**
 * The fixed binary parts of both files: preamble, segment heads, trailer frame. All integers are big-endian.
 * Bytes: FORMAT.md 2-5.
 */

import { equalBytes, viewOf } from "../bytes/bytes.ts";
import { FormatError } from "../errors.ts";

export const FORMAT_VERSION = 1;

/** The first eight bytes of a main file. */
export const MAIN_MAGIC = Uint8Array.of(0x89, 0x43, 0x4d, 0x58, 0x0d, 0x0a, 0x1a, 0x0a); // \x89 CMX \r\n \x1a \n
/** The first eight bytes of a slave file. */
export const SLAVE_MAGIC = Uint8Array.of(0x89, 0x43, 0x4d, 0x53, 0x0d, 0x0a, 0x1a, 0x0a); // \x89 CMS \r\n \x1a \n
export const END_MAGIC = Uint8Array.of(0x43, 0x4d, 0x58, 0x45, 0x4e, 0x44, 0x0d, 0x0a); // CMXEND \r\n

export const PREAMBLE_BYTES = 16;
export const MAIN_HEAD_BYTES = 32; // without the tag
export const TAG_BYTES = 16;
/** Bytes of a slave segment's head, checksum included. */
export const SLAVE_HEAD_BYTES = 28;
export const SLAVE_CHECKED_BYTES = 20; // what the checksum covers of the head
export const CHECKSUM_BYTES = 8;
export const INDEX_ROW_BYTES = 16;
export const TRAILER_HEAD_BYTES = 8 + CHECKSUM_BYTES;
export const FOOTER_BYTES = 12;

export const HEADER_MAX_BYTES = 1 << 20;
export const TRAILER_MAX_BYTES = 32 << 20;
export const SEGMENTS_MAX = 1 << 20;
export const CAPTIONS_MAX_BYTES = 8 << 20; // of all languages; beside 2^20 segments they fit into a trailer
export const MAIN_SEGMENT_MAX_BYTES = 8 << 20; // one picture of 4095x2800 fits, but for noise at quantiser scales below 5
/** Bytes that a slave segment's payload may have: a phone holds two. */
export const SLAVE_SEGMENT_MAX_BYTES = 4 << 20;

/** Track of segments that belong to the file as a whole, as those of methods `samples` and `mpeg` do. */
export const FILE_TRACK = 255;

const MAIN_SEGMENT_MARKER = 0x5345474d; // SEGM
const SLAVE_SEGMENT_MARKER = 0x53454753; // SEGS
const TRAILER_MARKER = 0x54524c52; // TRLR

const FLAG_KEY = 1;
const FLAG_LAST = 2;
const FLAG_STRUCTURE = 4;
const FLAG_SUBSTITUTE = 8; // in the index and in slave heads: readers of before refuse it in the head of a main's segment
const FLAG_ABSENT = 16; // in slave heads

/** What stands before the payload of a main segment. Times are in microseconds from the start of the video. */
export interface SegmentHead {
  number: number;
  layer: number;
  track: number;
  /** Decoding can start here. */
  key: boolean;
  /** The last segment of the file. */
  last: boolean;
  /** Bytes of the source that belong to no picture (`moov`, cues); time 0. */
  structure: boolean;
  startMicroseconds: number;
  durationMicroseconds: number;
  /** Pictures, or packets of a sound track. */
  pictures: number;
  /** Bytes of the payload. */
  length: number;
}

/** What stands before the payload of a slave segment (FORMAT.md 5). */
export interface SlaveSegmentHead {
  number: number;
  layer: number;
  track: number;
  last: boolean;
  /** Brings its layer's secret. */
  startUnit: boolean;
  /** Stands in for segments of a higher layer. */
  substitute: boolean;
  /** The withheld part was cut out of this slave. */
  absent: boolean;
  startMilliseconds: number;
  length: number;
}

/** One row of the main trailer's index, with the place of the segment that follows from the rows before it. */
export interface IndexEntry {
  number: number;
  offsetBytes: number;
  startMilliseconds: number;
  durationMilliseconds: number;
  length: number;
  layer: number;
  track: number;
  key: boolean;
  structure: boolean;
  /** Of the base layer: stands in for segments of a higher layer, which are before it. */
  substitute: boolean;
}

export function writePreamble(magic: Uint8Array, headerLength: number): Uint8Array {
  const bytes = new Uint8Array(PREAMBLE_BYTES);
  bytes.set(magic, 0);
  const view = viewOf(bytes);
  view.setUint8(8, FORMAT_VERSION);
  view.setUint32(12, headerLength);
  return bytes;
}

/** Length of the CBOR header that follows; `what` names the kind of file in errors. */
export function readPreamble(bytes: Uint8Array, magic: Uint8Array, what: string): number {
  if (bytes.length < PREAMBLE_BYTES || magic.some((byte, i) => bytes[i] !== byte)) {
    throw new FormatError(
      `not a Cmix ${what} file: its first bytes are not the ${what} file's mark; choose another file`,
      { offsetBytes: 0, reason: "notCmix" },
    );
  }
  const view = viewOf(bytes);
  const version = view.getUint8(8);
  if (version !== FORMAT_VERSION) {
    throw new FormatError(
      `Cmix ${what} file of format version ${version}, this program reads version ${FORMAT_VERSION}: use a newer one`,
      { offsetBytes: 8, version, reason: "newerFormat" },
    );
  }
  const length = view.getUint32(12);
  if (length > HEADER_MAX_BYTES)
    throw new FormatError(
      `header of ${length} bytes at byte 12, at most ${HEADER_MAX_BYTES} are allowed: the file is damaged`,
      { offsetBytes: 12 },
    );
  return length;
}

function writeFlags(flags: { key?: boolean; last?: boolean; structure?: boolean; substitute?: boolean }): number {
  const [key, last] = [flags.key ? FLAG_KEY : 0, flags.last ? FLAG_LAST : 0];
  return key | last | (flags.structure ? FLAG_STRUCTURE : 0) | (flags.substitute ? FLAG_SUBSTITUTE : 0);
}

export function writeMainHead(head: SegmentHead): Uint8Array {
  const bytes = new Uint8Array(MAIN_HEAD_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, MAIN_SEGMENT_MARKER);
  view.setUint32(4, head.number);
  view.setUint8(8, head.layer);
  view.setUint8(9, head.track);
  view.setUint8(10, writeFlags({ key: head.key, last: head.last, structure: head.structure }));
  view.setBigUint64(12, BigInt(head.startMicroseconds));
  view.setUint32(20, head.durationMicroseconds);
  view.setUint32(24, head.pictures);
  view.setUint32(28, head.length);
  return bytes;
}

export function isTrailer(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && viewOf(bytes).getUint32(0) === TRAILER_MARKER;
}

export function readMainHead(bytes: Uint8Array, offsetBytes: number): SegmentHead {
  const view = viewOf(bytes);
  if (bytes.length < MAIN_HEAD_BYTES || view.getUint32(0) !== MAIN_SEGMENT_MARKER) throw noSegment("main", offsetBytes);
  const flags = view.getUint8(10);
  const head: SegmentHead = {
    number: view.getUint32(4),
    layer: view.getUint8(8),
    track: view.getUint8(9),
    key: (flags & FLAG_KEY) !== 0,
    last: (flags & FLAG_LAST) !== 0,
    structure: (flags & FLAG_STRUCTURE) !== 0,
    startMicroseconds: Number(view.getBigUint64(12)),
    durationMicroseconds: view.getUint32(20),
    pictures: view.getUint32(24),
    length: view.getUint32(28),
  };
  checkSegmentLength(head.length, MAIN_SEGMENT_MAX_BYTES, head.number, offsetBytes);
  // The tag covers the head as it is written from these fields, so nothing else may stand in it.
  if (!equalBytes(writeMainHead(head), bytes.subarray(0, MAIN_HEAD_BYTES))) {
    throw new FormatError(
      `head of segment ${head.number} at byte ${offsetBytes} holds what this version does not know: the file is damaged`,
      { offsetBytes, segment: head.number },
    );
  }
  return head;
}

/** The head with the room for its checksum left zero. */
export function writeSlaveHead(head: SlaveSegmentHead): Uint8Array {
  const bytes = new Uint8Array(SLAVE_HEAD_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, SLAVE_SEGMENT_MARKER);
  view.setUint32(4, head.number);
  view.setUint8(8, head.layer);
  view.setUint8(9, head.track);
  const { last, startUnit, substitute, absent } = head;
  view.setUint8(10, writeFlags({ last, structure: startUnit, substitute }) | (absent ? FLAG_ABSENT : 0));
  view.setUint32(12, head.startMilliseconds);
  view.setUint32(16, head.length);
  return bytes;
}

/**
 * Reads the head of a slave segment.
 *
 * @throws {@link FormatError} no such head, or a payload that is too large
 */
export function readSlaveHead(bytes: Uint8Array, offsetBytes: number): SlaveSegmentHead {
  const view = viewOf(bytes);
  if (bytes.length < SLAVE_HEAD_BYTES || view.getUint32(0) !== SLAVE_SEGMENT_MARKER)
    throw noSegment("slave", offsetBytes);
  const flags = view.getUint8(10);
  const head: SlaveSegmentHead = {
    number: view.getUint32(4),
    layer: view.getUint8(8),
    track: view.getUint8(9),
    last: (flags & FLAG_LAST) !== 0,
    startUnit: (flags & FLAG_STRUCTURE) !== 0,
    substitute: (flags & FLAG_SUBSTITUTE) !== 0,
    absent: (flags & FLAG_ABSENT) !== 0,
    startMilliseconds: view.getUint32(12),
    length: view.getUint32(16),
  };
  checkSegmentLength(head.length, SLAVE_SEGMENT_MAX_BYTES, head.number, offsetBytes);
  return head;
}

function noSegment(what: string, offsetBytes: number): FormatError {
  return new FormatError(
    `no ${what} segment at byte ${offsetBytes}, where one was expected: the file is cut or damaged`,
    { offsetBytes },
  );
}

/** @throws {@link FormatError} a segment claims more bytes than a reader has to hold */
export function checkSegmentLength(length: number, most: number, segment: number, offsetBytes: number): void {
  if (length > most)
    throw new FormatError(
      `segment ${segment} at byte ${offsetBytes} claims ${length} bytes, at most ${most} are allowed: the file is damaged`,
      { offsetBytes, segment },
    );
}

export function writeIndexRow(head: SegmentHead, substitute: boolean): Uint8Array {
  const bytes = new Uint8Array(INDEX_ROW_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, Math.floor(head.startMicroseconds / 1000));
  view.setUint32(4, Math.ceil(head.durationMicroseconds / 1000));
  view.setUint32(8, head.length);
  view.setUint8(12, head.layer);
  view.setUint8(13, head.track);
  view.setUint8(14, writeFlags({ key: head.key, structure: head.structure, substitute }));
  return bytes;
}

/** The index of a main file whose first segment starts at `firstOffsetBytes`. */
export function readIndex(rows: Uint8Array, firstOffsetBytes: number): IndexEntry[] {
  const view = viewOf(rows);
  const entries: IndexEntry[] = [];
  let offsetBytes = firstOffsetBytes;
  for (let number = 0; number * INDEX_ROW_BYTES < rows.length; number++) {
    const row = number * INDEX_ROW_BYTES;
    const length = view.getUint32(row + 8);
    const flags = view.getUint8(row + 14);
    checkSegmentLength(length, MAIN_SEGMENT_MAX_BYTES, number, offsetBytes);
    entries.push({
      number,
      offsetBytes,
      startMilliseconds: view.getUint32(row),
      durationMilliseconds: view.getUint32(row + 4),
      length,
      layer: view.getUint8(row + 12),
      track: view.getUint8(row + 13),
      key: (flags & FLAG_KEY) !== 0,
      structure: (flags & FLAG_STRUCTURE) !== 0,
      substitute: (flags & FLAG_SUBSTITUTE) !== 0,
    });
    offsetBytes += MAIN_HEAD_BYTES + TAG_BYTES + length;
  }
  return entries;
}

/** A trailer's frame: marker, length and checksum before the CBOR, its size and the end mark behind. */
export function frameTrailer(cbor: Uint8Array, checksum: Uint8Array): Uint8Array {
  const total = TRAILER_HEAD_BYTES + cbor.length + FOOTER_BYTES;
  const bytes = new Uint8Array(total);
  const view = viewOf(bytes);
  view.setUint32(0, TRAILER_MARKER);
  view.setUint32(4, cbor.length);
  bytes.set(checksum.subarray(0, CHECKSUM_BYTES), 8);
  bytes.set(cbor, TRAILER_HEAD_BYTES);
  view.setUint32(total - FOOTER_BYTES, total);
  bytes.set(END_MAGIC, total - 8);
  return bytes;
}

/** Size of the trailer that ends in `footer`, the file's last 12 bytes; undefined where the file does not end in a trailer. */
export function readFooter(footer: Uint8Array): number | undefined {
  if (footer.length !== FOOTER_BYTES || END_MAGIC.some((byte, i) => footer[4 + i] !== byte)) return undefined;
  return viewOf(footer).getUint32(0);
}

/** The CBOR and the checksum inside a trailer's frame; undefined where the frame does not hold together. */
export function readTrailerFrame(bytes: Uint8Array): { cbor: Uint8Array; checksum: Uint8Array } | undefined {
  const around = TRAILER_HEAD_BYTES + FOOTER_BYTES;
  if (bytes.length < around || !isTrailer(bytes) || viewOf(bytes).getUint32(4) !== bytes.length - around)
    return undefined;
  return { cbor: bytes.subarray(16, bytes.length - FOOTER_BYTES), checksum: bytes.subarray(8, 16) };
}
