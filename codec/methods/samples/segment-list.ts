/** The list at the head of a segment's public part: where the withheld bytes and the structure lie. Bytes: FORMAT.md 10. */
import { concatBytes } from "../../bytes/bytes.ts";
import { readVarint, writeVarint } from "../../bytes/varint.ts";
import { FormatError } from "../../errors.ts";
import { MAIN_SEGMENT_MAX_BYTES } from "../../format/layout.ts";
import { ALIGNMENTS, type Alignment } from "./columns.ts";
import { isLengthFieldCode } from "./length-field.ts";
import type { Range, StructurePart } from "./ranges.ts";

/** A range of four bytes is the shortest that any coding has. */
const RANGES_MAX = MAIN_SEGMENT_MAX_BYTES / 4;
const NUMBER_BYTES_MAX = 4;

/** A table inside the structure bytes. */
export interface Table {
  gap: number;
  rows: number;
  parameter: number;
}

/** Of one segment, as it is read again; ranges in order, positions count in the source bytes. */
export interface SegmentList {
  sourceBytes: number;
  withheld: Range[];
  structure: StructurePart[];
  alignment: Alignment;
  tables: Table[];
  /** As it stands in the list: without the withheld bytes, lengths less what follows them, tables and columns rearranged. */
  structureBytes: Uint8Array;
}

export function writeSegmentList(list: SegmentList): Uint8Array {
  const { sourceBytes, withheld, structure, alignment, tables, structureBytes } = list;
  const head: number[] = [];
  const numbers = [sourceBytes, structure.length, withheld.length, ALIGNMENTS.indexOf(alignment), tables.length];
  for (const number of numbers) writeVarint(head, number);
  for (const { gap, rows, parameter } of tables) for (const number of [gap, rows, parameter]) writeVarint(head, number);
  const places = placesOf(withheld, structure);
  return concatBytes(
    Uint8Array.from(head),
    ...[
      distances(structure),
      structure.map(({ size }) => size),
      structure.map(({ lengthField }) => lengthField),
      places.map(({ passed }) => passed),
      places.map(({ distance }) => distance),
      withheld.map(({ size }) => size),
    ].map(planesOf),
    structureBytes,
  );
}

/** @throws {@link FormatError} it does not hold together */
export function readSegmentList(block: Uint8Array): SegmentList {
  const from = { bytes: block, at: 0 };
  const [sourceBytes = 0, parts = 0, cuts = 0] = [readVarint(from), readVarint(from), readVarint(from)];
  const alignment = ALIGNMENTS[readVarint(from)];
  const tables = readTables(from);
  if (sourceBytes > MAIN_SEGMENT_MAX_BYTES || parts > RANGES_MAX || cuts > RANGES_MAX || alignment === undefined)
    throw damagedSegment(`${sourceBytes} source bytes, ${parts} and ${cuts} ranges`);
  const [gaps, sizes, fields] = [readPlanes(from, parts), readPlanes(from, parts), readPlanes(from, parts)];
  const [passed, distance, cutSizes] = [readPlanes(from, cuts), readPlanes(from, cuts), readPlanes(from, cuts)];

  let at = 0;
  const structure = Array.from(gaps, (gap, i): StructurePart => {
    const part = { offset: at + gap, size: sizes[i] ?? 0, lengthField: fields[i] ?? 0 };
    if (!isLengthFieldCode(part.lengthField)) throw damagedSegment(`length field ${part.lengthField}`);
    at = part.offset + part.size;
    return part;
  });
  if (at > sourceBytes) throw damagedSegment(`structure up to ${at} of ${sourceBytes} source bytes`);

  at = 0;
  let part = 0;
  const withheld = Array.from(passed, (count, i): Range => {
    if (count > 0) {
      part += count;
      const last = structure[part - 1];
      if (last === undefined || last.offset + last.size < at)
        throw damagedSegment(`a withheld range behind part ${part}`);
      at = last.offset + last.size;
    }
    const cut = { offset: at + (distance[i] ?? 0), size: cutSizes[i] ?? 0 };
    at = cut.offset + cut.size;
    return cut;
  });
  if (at > sourceBytes) throw damagedSegment(`withheld ranges up to ${at} of ${sourceBytes} source bytes`);
  return { sourceBytes, withheld, structure, alignment, tables, structureBytes: block.subarray(from.at) };
}

/**
 * Where a withheld range begins: how many parts of the structure end since the one before, and the distance from the end of the last of
 * them, or else of the withheld range before. So one that begins a sample says nothing but that.
 */
function placesOf(withheld: Range[], structure: Range[]): { passed: number; distance: number }[] {
  let part = 0;
  let at = 0;
  return withheld.map(({ offset, size }) => {
    const first = part;
    for (let next = structure[part]; next && next.offset + next.size <= offset; next = structure[part]) {
      at = next.offset + next.size;
      part += 1;
    }
    const place = { passed: part - first, distance: offset - at };
    at = offset + size;
    return place;
  });
}

function distances(ranges: Range[]): number[] {
  let at = 0;
  return ranges.map(({ offset, size }) => {
    const distance = offset - at;
    at = offset + size;
    return distance;
  });
}

/** How many bytes each of the numbers has, then the highest bytes of all of them, then the next: like bytes lie together. */
function planesOf(numbers: number[]): Uint8Array {
  let highest = 0;
  for (const number of numbers) if (number > highest) highest = number;
  let bytes = 0;
  while (highest >= 256 ** bytes && highest > 0) bytes++;
  const planes = new Uint8Array(1 + bytes * numbers.length);
  planes[0] = bytes;
  let at = 1;
  for (let plane = bytes - 1; plane >= 0; plane--) for (const number of numbers) planes[at++] = number >>> (8 * plane);
  return planes;
}

function readPlanes(from: { bytes: Uint8Array; at: number }, count: number): Uint32Array {
  const bytes = from.bytes[from.at++] ?? NUMBER_BYTES_MAX + 1;
  if (bytes > NUMBER_BYTES_MAX || bytes * count > from.bytes.length - from.at)
    throw damagedSegment(`${count} numbers of ${bytes} bytes`);
  const numbers = new Uint32Array(count);
  for (let plane = 0; plane < bytes; plane++)
    for (let i = 0; i < count; i++) numbers[i] = ((numbers[i] ?? 0) << 8) | (from.bytes[from.at++] ?? 0);
  return numbers;
}

function readTables(from: { bytes: Uint8Array; at: number }): Table[] {
  const count = readVarint(from);
  if (count * 3 > from.bytes.length - from.at) throw damagedSegment(`${count} tables claimed`);
  return Array.from({ length: count }, () => {
    const [gap, rows, parameter] = [readVarint(from), readVarint(from), readVarint(from)];
    if (gap > MAIN_SEGMENT_MAX_BYTES || rows > MAIN_SEGMENT_MAX_BYTES || parameter < 2 || parameter > 9)
      throw damagedSegment(`a table of ${rows} rows`);
    return { gap, rows, parameter };
  });
}

/** The list's first form (FORMAT.md 10.1): no length fields, and parts counted without the withheld bytes. */
export function readFirstList(block: Uint8Array): SegmentList {
  const from = { bytes: block, at: 0 };
  const sourceBytes = readVarint(from);
  if (sourceBytes > MAIN_SEGMENT_MAX_BYTES) throw damagedSegment(`${sourceBytes} source bytes`);
  const withheld = readRows(from);
  const structure = readRows(from);
  const tables = readTables(from);
  return {
    sourceBytes,
    withheld,
    structure: withCuts(structure, withheld),
    alignment: "none",
    tables,
    structureBytes: block.subarray(from.at),
  };
}

/** Ranges among the bytes that are not withheld, as they lie in the source; a withheld range at a part's start lies before it. */
function withCuts(structure: Range[], withheld: Range[]): StructurePart[] {
  let next = 0;
  let added = 0;
  const sourcePlace = (place: number, isEnd: boolean): number => {
    for (let cut = withheld[next]; cut !== undefined; cut = withheld[++next]) {
      if (isEnd ? cut.offset >= place + added : cut.offset > place + added) break;
      added += cut.size;
    }
    return place + added;
  };
  return structure.map(({ offset, size }) => {
    const start = sourcePlace(offset, false);
    return { offset: start, size: sourcePlace(offset + size, true) - start, lengthField: 0 };
  });
}

function readRows(block: { bytes: Uint8Array; at: number }): Range[] {
  const count = readVarint(block);
  if (count > block.bytes.length - block.at) throw damagedSegment(`${count} ranges claimed`);
  const read = (): number => {
    const value = readVarint(block);
    if (value > MAIN_SEGMENT_MAX_BYTES) throw damagedSegment(`a range at ${value}`);
    return value;
  };
  const gaps = Array.from({ length: count }, read);
  const ranges: Range[] = [];
  let at = 0;
  while (ranges.length < count) {
    const run = read();
    const size = read();
    if (run < 1 || run > count - ranges.length) throw damagedSegment(`${run} ranges of one size`);
    for (let i = 0; i < run; i++) {
      const offset = at + (gaps[ranges.length] ?? 0);
      ranges.push({ offset, size });
      at = offset + size;
    }
  }
  return ranges;
}

export function damagedSegment(what: string): FormatError {
  return new FormatError(
    `segment of method samples does not hold together (${what}): the file is damaged; fetch it again`,
  );
}
