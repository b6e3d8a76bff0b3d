/** The inside of a segment of method `samples`: cutting and merging with the kernels. Bytes: FORMAT.md 10. */

import { concatBytes } from "../../bytes/bytes.ts";
import { inflate, pack } from "../../bytes/deflate.ts";
import { readVarint, writeVarint } from "../../bytes/varint.ts";
import { MAIN_SEGMENT_MAX_BYTES } from "../../format/layout.ts";
import { checkStatus } from "../../wasm/kernel-status.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import { type CutRequest, type Cuts, chooseCuts } from "./choose-cuts.ts";
import { fromColumns, toColumns } from "./columns.ts";
import { addToLengthField, NO_LENGTH_FIELD } from "./length-field.ts";
import { afterCuts, endOf, type Range, sizeOf, sizesOf } from "./ranges.ts";
import {
  damagedSegment,
  readFirstList,
  readSegmentList,
  type SegmentList,
  type Table,
  writeSegmentList,
} from "./segment-list.ts";

/** Codings of the list: its first form, which is read only, and the present one, each as it is or packed. */
const CODING = { firstStored: 0, firstDeflated: 1, stored: 2, deflated: 3 } as const;
const LIST_MAX_BYTES = 2 * MAIN_SEGMENT_MAX_BYTES;

export interface CutSegment {
  publicBytes: Uint8Array;
  withheld: Uint8Array;
}

/** Ranges as the kernels take them: distance from the end of the range before, and size. */
function tableOf(ranges: Range[]): Uint8Array {
  const table = new Int32Array(ranges.length * 2);
  let at = 0;
  for (const [i, { offset, size }] of ranges.entries()) {
    table[i * 2] = offset - at;
    table[i * 2 + 1] = size;
    at = offset + size;
  }
  return new Uint8Array(table.buffer);
}

/** Tables are looked for in segments that are nothing but structure. */
function tablesOf({ structure, tables, withheld }: Cuts, segmentBytes: number): Table[] {
  if (structure[0]?.size !== segmentBytes) return [];
  let at = 0;
  return afterCuts(tables, withheld).map(({ offset, size, parameter }) => {
    const gap = offset - at;
    at = offset + size;
    return { gap, rows: size / (parameter >> 1) / 4, parameter };
  });
}

/**
 * Takes from each length in the structure's bytes what follows it up to the next part, or adds it again.
 *
 * @param structure as it lies once the withheld ranges are gone
 * @returns false where a part does not hold its field
 */
function convertLengths(
  list: Pick<SegmentList, "structure" | "sourceBytes">,
  structure: Range[],
  bytes: Uint8Array,
  sign: 1 | -1,
): boolean {
  let at = 0;
  for (const [i, part] of list.structure.entries()) {
    const end = at + (structure[i]?.size ?? 0);
    const following = (list.structure[i + 1]?.offset ?? list.sourceBytes) - part.offset - part.size;
    if (!addToLengthField(bytes, at, end, part.lengthField, sign * following)) return false;
    at = end;
  }
  return true;
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
  const { withheld } = cuts;
  const structure = afterCuts(cuts.structure, withheld);
  const withheldBytes = sizeOf(withheld);
  const structureBytes = sizeOf(structure);
  const sourceBytes = bytes.length;
  const openBytes = sourceBytes - withheldBytes;
  const parts = kernels.memory.withAllocations((scope) => {
    const { raw, memory } = kernels;
    const open = scope.allocate(openBytes);
    const cut = scope.allocate(withheldBytes);
    checkStatus(
      raw.cutRanges(open, cut, scope.put(bytes), bytes.length, scope.put(tableOf(withheld)), withheld.length),
      "cutRanges",
    );
    const media = structureBytes === 0 ? open : scope.allocate(openBytes - structureBytes);
    const around = scope.allocate(structureBytes);
    if (structureBytes > 0)
      checkStatus(
        raw.cutRanges(media, around, open, openBytes, scope.put(tableOf(structure)), structure.length),
        "cutRanges",
      );
    const mediaBytes = openBytes - structureBytes;
    return {
      withheld: memory.copy(cut, withheldBytes),
      structure: memory.copy(around, structureBytes),
      // The source's own buffer has room for it: half the memory of a copy.
      media: intoTail(bytes, memory.bytes(media, mediaBytes)),
    };
  });
  convertLengths({ ...cuts, sourceBytes }, structure, parts.structure, -1);
  const tables = tablesOf(cuts, sourceBytes);
  const converted = convertTables(kernels, parts.structure, tables, "splitTable");
  const columns = toColumns(converted, sizesOf(structure), cuts.alignment);
  const list = writeSegmentList({ ...cuts, sourceBytes, tables, structureBytes: columns });
  const packed = await pack(list);
  const lead: number[] = [packed === undefined ? CODING.stored : CODING.deflated];
  writeVarint(lead, (packed ?? list).length);
  return { publicBytes: prepend(Uint8Array.from(lead), packed ?? list, parts.media), withheld: parts.withheld };
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
  const coding = publicBytes[0] ?? Number.NaN;
  const lead = { bytes: publicBytes, at: 1 };
  const listBytes = readVarint(lead);
  const stored = publicBytes.subarray(lead.at, lead.at + listBytes);
  if (!(coding <= CODING.deflated) || stored.length !== listBytes)
    throw damagedSegment(`coding ${coding}, ${listBytes} bytes of list, ${stored.length} there`);
  const isPacked = coding === CODING.deflated || coding === CODING.firstDeflated;
  const block = isPacked ? await inflate(stored, LIST_MAX_BYTES) : stored;
  const list = coding <= CODING.firstDeflated ? readFirstList(block) : readSegmentList(block);
  const { sourceBytes, withheld: cuts, tables } = list;
  const structure = afterCuts(list.structure, cuts);
  const media = publicBytes.subarray(lead.at + listBytes);
  const openBytes = sourceBytes - withheld.length;
  const damaged = () =>
    damagedSegment(
      `${sourceBytes} source bytes of ${media.length} open, ${list.structureBytes.length} listed and ${withheld.length} withheld`,
    );
  if (
    sizeOf(cuts) !== withheld.length ||
    structure.some(({ offset, size }, i) => size < 0 || offset < endOf(structure[i - 1])) ||
    sizeOf(structure) !== list.structureBytes.length ||
    media.length + list.structureBytes.length !== openBytes ||
    endOf(structure.at(-1)) > openBytes ||
    tables.reduce((sum, { gap, rows, parameter }) => sum + gap + rows * (parameter >> 1) * 4, 0) >
      list.structureBytes.length
  )
    throw damaged();
  const converted = fromColumns(list.structureBytes, sizesOf(structure), list.alignment);
  const around = convertTables(kernels, converted, tables, "joinTable");
  const listed = list.structure.some(({ lengthField }) => lengthField !== NO_LENGTH_FIELD) ? around.slice() : around;
  if (!convertLengths(list, structure, listed, 1)) throw damaged();
  return kernels.memory.withAllocations((scope) => {
    const { raw, memory } = kernels;
    let open = scope.put(media);
    if (listed.length > 0) {
      const joined = scope.allocate(openBytes);
      checkStatus(
        raw.mergeRanges(joined, openBytes, open, scope.put(listed), scope.put(tableOf(structure)), structure.length),
        "mergeRanges",
      );
      open = joined;
    }
    const bytes = scope.allocate(sourceBytes);
    checkStatus(
      raw.mergeRanges(bytes, sourceBytes, open, scope.put(withheld), scope.put(tableOf(cuts)), cuts.length),
      "mergeRanges",
    );
    return memory.copy(bytes, sourceBytes);
  });
}
