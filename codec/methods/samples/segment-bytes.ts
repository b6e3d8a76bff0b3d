/** The inside of a segment of method `samples`: cutting and merging with the kernels. Bytes: FORMAT.md 10. */

import { concatBytes } from "../../bytes/bytes.ts";
import { inflate, PACK_MIN_BYTES, pack } from "../../bytes/deflate.ts";
import { readVarint, writeVarint } from "../../bytes/varint.ts";
import { FormatError } from "../../errors.ts";
import { MAIN_SEGMENT_MAX_BYTES } from "../../format/layout.ts";
import { checkStatus } from "../../wasm/kernel-status.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import { type CutRequest, type Cuts, chooseCuts, type Range } from "./choose-cuts.ts";

const STORED = 0;
const DEFLATED = 1;
const BLOCK_MAX_BYTES = MAIN_SEGMENT_MAX_BYTES + (1 << 16);

export interface CutSegment {
  publicBytes: Uint8Array;
  withheld: Uint8Array;
}

interface Rows {
  gaps: number[];
  sizes: number[];
}

/** Ranges as distances from each other. */
function rowsOf(ranges: Range[]): Rows {
  let at = 0;
  const gaps = ranges.map(({ offset, size }) => {
    const gap = offset - at;
    at = offset + size;
    return gap;
  });
  return { gaps, sizes: ranges.map(({ size }) => size) };
}

const tableOf = ({ gaps, sizes }: Rows): Uint8Array => {
  const table = new Int32Array(gaps.length * 2);
  for (let i = 0; i < gaps.length; i++) {
    table[i * 2] = gaps[i] ?? 0;
    table[i * 2 + 1] = sizes[i] ?? 0;
  }
  return new Uint8Array(table.buffer);
};

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Structure ranges as they lie once the cuts are gone. */
function afterCuts(structure: Range[], cuts: Range[]): Range[] {
  let next = 0;
  let gone = 0;
  return structure.map(({ offset, size }) => {
    const goneUntil = (end: number): number => {
      for (let cut = cuts[next]; cut !== undefined && cut.offset < end; cut = cuts[++next]) gone += cut.size;
      return gone;
    };
    const start = offset - goneUntil(offset);
    return { offset: start, size: offset + size - goneUntil(offset + size) - start };
  });
}

/** A table inside the structure bytes. */
interface Table {
  gap: number;
  rows: number;
  parameter: number;
}

/** Tables are looked for in segments that are nothing but structure. */
function tablesOf({ structure, tables, withheld }: Cuts, segmentBytes: number): Table[] {
  if (structure[0]?.size !== segmentBytes) return [];
  const { gaps, sizes } = rowsOf(afterCuts(tables, withheld));
  return tables.map(({ parameter }, i) => ({
    gap: gaps[i] ?? 0,
    rows: (sizes[i] ?? 0) / (parameter >> 1) / 4,
    parameter,
  }));
}

/** Splits tables into columns and bytes, or joins them again. */
function convertTables(
  { raw, memory }: Kernels,
  structure: Uint8Array,
  tables: Table[],
  kernel: "splitTable" | "joinTable",
): Uint8Array {
  if (tables.length === 0) return structure;
  const out = structure.slice();
  let at = 0;
  for (const { gap, rows, parameter } of tables) {
    at += gap;
    const size = rows * (parameter >> 1) * 4;
    const converted = memory.withAllocations((scope) => {
      const target = scope.allocate(size);
      const source = scope.put(structure.subarray(at, at + size));
      checkStatus(raw[kernel](target, source, rows, parameter >> 1, parameter & 1), kernel);
      return memory.copy(target, size);
    });
    out.set(converted, at);
    at += size;
  }
  return out;
}

/**
 * Cuts one segment of the source.
 *
 * @param bytes overwritten: the public part takes its place in the same buffer
 */
export async function cutSegment(kernels: Kernels, bytes: Uint8Array, request: CutRequest): Promise<CutSegment> {
  const cuts = chooseCuts(bytes, request);
  const withheldRows = rowsOf(cuts.withheld);
  const structureRows = rowsOf(afterCuts(cuts.structure, cuts.withheld));
  const withheldBytes = sum(withheldRows.sizes);
  const structureBytes = sum(structureRows.sizes);
  const sourceBytes = bytes.length;
  const openBytes = sourceBytes - withheldBytes;
  const parts = kernels.memory.withAllocations((scope) => {
    const { raw, memory } = kernels;
    const open = scope.allocate(openBytes);
    const withheld = scope.allocate(withheldBytes);
    checkStatus(
      raw.cutRanges(
        open,
        withheld,
        scope.put(bytes),
        bytes.length,
        scope.put(tableOf(withheldRows)),
        withheldRows.gaps.length,
      ),
      "cutRanges",
    );
    const media = structureBytes === 0 ? open : scope.allocate(openBytes - structureBytes);
    const structure = scope.allocate(structureBytes);
    if (structureBytes > 0)
      checkStatus(
        raw.cutRanges(media, structure, open, openBytes, scope.put(tableOf(structureRows)), structureRows.gaps.length),
        "cutRanges",
      );
    const mediaBytes = openBytes - structureBytes;
    return {
      withheld: memory.copy(withheld, withheldBytes),
      structure: memory.copy(structure, structureBytes),
      // The source's own buffer has room for it: half the memory of a copy.
      media: intoTail(bytes, memory.bytes(media, mediaBytes)),
    };
  });
  const head: number[] = [];
  writeVarint(head, sourceBytes);
  for (const rows of [withheldRows, structureRows]) writeRows(head, rows);
  const tables = tablesOf(cuts, sourceBytes);
  writeVarint(head, tables.length);
  for (const { gap, rows, parameter } of tables) for (const number of [gap, rows, parameter]) writeVarint(head, number);
  const list = Uint8Array.from(head);
  const block = concatBytes(list, convertTables(kernels, parts.structure, tables, "splitTable"));
  const packed = parts.structure.length < PACK_MIN_BYTES ? undefined : await pack(block);
  const lead: number[] = [packed === undefined ? STORED : DEFLATED];
  writeVarint(lead, (packed ?? block).length);
  return { publicBytes: prepend(Uint8Array.from(lead), packed ?? block, parts.media), withheld: parts.withheld };
}

/** Puts the list before the media, in the media's own buffer where there is room before it. */
function prepend(lead: Uint8Array, block: Uint8Array, media: Uint8Array): Uint8Array {
  const start = media.byteOffset - lead.length - block.length;
  if (start < 0) return concatBytes(lead, block, media);
  const whole = new Uint8Array(media.buffer, start, lead.length + block.length + media.length);
  whole.set(lead);
  whole.set(block, lead.length);
  return whole;
}

/** Distances one by one, sizes as runs: most cuts of a segment are of one size. */
function writeRows(out: number[], { gaps, sizes }: Rows): void {
  writeVarint(out, gaps.length);
  for (const gap of gaps) writeVarint(out, gap);
  for (let i = 0; i < sizes.length; ) {
    let run = 1;
    while (sizes[i + run] === sizes[i]) run++;
    writeVarint(out, run);
    writeVarint(out, sizes[i] ?? 0);
    i += run;
  }
}

/** Overwrites the end of `bytes`; a view of it. */
function intoTail(bytes: Uint8Array, tail: Uint8Array): Uint8Array {
  const place = bytes.subarray(bytes.length - tail.length);
  place.set(tail);
  return place;
}

/**
 * The source bytes of one segment again.
 *
 * @throws {@link FormatError} the two parts do not fit each other
 */
export async function mergeSegment(
  kernels: Kernels,
  publicBytes: Uint8Array,
  withheld: Uint8Array,
): Promise<Uint8Array> {
  const coding = publicBytes[0];
  const lead = { bytes: publicBytes, at: 1 };
  const blockBytes = readVarint(lead);
  const stored = publicBytes.subarray(lead.at, lead.at + blockBytes);
  if ((coding !== STORED && coding !== DEFLATED) || stored.length !== blockBytes)
    throw damaged(`coding ${coding}, ${blockBytes} bytes of list, ${stored.length} there`);
  const block = { bytes: coding === DEFLATED ? await inflate(stored, BLOCK_MAX_BYTES) : stored, at: 0 };
  const length = readVarint(block);
  if (length > MAIN_SEGMENT_MAX_BYTES) throw damaged(`${length} source bytes`);
  const cuts = readRows(block);
  const ranges = readRows(block);
  const tables = readTables(block);
  const structure = block.bytes.subarray(block.at);
  const media = publicBytes.subarray(lead.at + blockBytes);
  const openBytes = length - withheld.length;
  if (
    sum(cuts.sizes) !== withheld.length ||
    sum(ranges.sizes) !== structure.length ||
    media.length + structure.length !== openBytes ||
    sum(cuts.gaps) > openBytes ||
    sum(ranges.gaps) > media.length ||
    sum(tables.map(({ gap, rows, parameter }) => gap + rows * (parameter >> 1) * 4)) > structure.length
  ) {
    throw damaged(
      `${length} source bytes of ${media.length} open, ${structure.length} listed and ${withheld.length} withheld`,
    );
  }
  const listed = convertTables(kernels, structure, tables, "joinTable");
  return kernels.memory.withAllocations((scope) => {
    const { raw, memory } = kernels;
    let open = scope.put(media);
    if (structure.length > 0) {
      const joined = scope.allocate(openBytes);
      checkStatus(
        raw.mergeRanges(joined, openBytes, open, scope.put(listed), scope.put(tableOf(ranges)), ranges.gaps.length),
        "mergeRanges",
      );
      open = joined;
    }
    const bytes = scope.allocate(length);
    checkStatus(
      raw.mergeRanges(bytes, length, open, scope.put(withheld), scope.put(tableOf(cuts)), cuts.gaps.length),
      "mergeRanges",
    );
    return memory.copy(bytes, length);
  });
}

function readRows(block: { bytes: Uint8Array; at: number }): Rows {
  const count = readVarint(block);
  if (count > block.bytes.length - block.at) throw damaged(`${count} ranges claimed`);
  const read = (): number => {
    const value = readVarint(block);
    if (value > MAIN_SEGMENT_MAX_BYTES) throw damaged(`a range at ${value}`);
    return value;
  };
  const gaps = Array.from({ length: count }, read);
  const sizes: number[] = [];
  while (sizes.length < count) {
    const run = read();
    const size = read();
    if (run < 1 || run > count - sizes.length) throw damaged(`${run} ranges of one size`);
    for (let i = 0; i < run; i++) sizes.push(size);
  }
  return { gaps, sizes };
}

function readTables(block: { bytes: Uint8Array; at: number }): Table[] {
  const count = readVarint(block);
  if (count * 3 > block.bytes.length - block.at) throw damaged(`${count} tables claimed`);
  return Array.from({ length: count }, () => {
    const [gap, rows, parameter] = [readVarint(block), readVarint(block), readVarint(block)];
    if (gap > MAIN_SEGMENT_MAX_BYTES || rows > MAIN_SEGMENT_MAX_BYTES || parameter < 2 || parameter > 9)
      throw damaged(`a table of ${rows} rows`);
    return { gap, rows, parameter };
  });
}

function damaged(what: string): FormatError {
  return new FormatError(
    `segment of method samples does not hold together (${what}): the file is damaged; fetch it again`,
  );
}
