/**
 * What an interrupted division left, and how much of it counts.
 *
 * A key must never seal two plaintexts: keys come of the slave's secret, the segment's number and its withheld part, and their initialisation
 * vector is zero (FORMAT.md 6). A division that goes on keeps its secret, so a segment that was sealed and did not get into both
 * files whole is sealed a second time, under the same key when the same bytes are withheld of it. That is harmless as long as the
 * second time gives the same bytes. So the tag of every segment is noted in a file of its own, the journal, before anything of the segment
 * is written; a tag depends on key, head and every byte. Whoever goes on compares ({@link DivisionWriter.resume}), in memory, and writes
 * nothing of a segment that comes out otherwise, because the source or the program has changed: then only a division with a new secret will do.
 * Where the journal lost its end to a power cut, the tags that stand in the main count. In layers whose withheld parts end in fresh random
 * bytes each sealing has a key of its own, so nothing is compared there.
 */

import { type ByteSource, equalBytes } from "../bytes/bytes.ts";
import { sha256 } from "../crypto/primitives.ts";
import { UnsupportedError } from "../errors.ts";
import { decodeMainHeader, decodeSlaveHeader, type MainHeader, type SlaveHeader } from "../format/header.ts";
import {
  MAIN_HEAD_BYTES,
  MAIN_MAGIC,
  PREAMBLE_BYTES,
  readMainHead,
  readPreamble,
  readSlaveHead,
  type SegmentHead,
  SLAVE_HEAD_BYTES,
  SLAVE_MAGIC,
  TAG_BYTES,
} from "../format/layout.ts";
import { parseSlaveSegment } from "../format/slave-file.ts";
import { BASE_LAYER } from "../layers/base.ts";
import { hasFreshKeys, LayerProtections, withoutTail } from "../layers/registry.ts";
import { isStartUnit, readStartUnit } from "../layers/start-unit.ts";
import type { OpenedSegment } from "./segment-opener.ts";

/** The newest part of the main that is opened, not only walked through: a power cut tears what the disk had not taken yet. */
export const CHECKED_BYTES = 64 << 20;

/** A segment that stands whole in both files. */
export interface FinishedSegment {
  head: SegmentHead;
  /** It stands in for segments of a higher layer. */
  substitute: boolean;
  tag: Uint8Array;
  withheldBytes: number;
  /** Reads it from the interrupted files. @throws {@link FormatError} damage */
  open(): Promise<OpenedSegment>;
}

/** What of an interrupted division can be kept, and where its files are to be cut. */
export interface UnfinishedDivision {
  mainHeader: MainHeader;
  slaveHeader: SlaveHeader;
  /** SHA-256 of preamble and header. */
  mainHeaderHash: Uint8Array;
  slaveHeaderHash: Uint8Array;
  /** Lengths of preamble and header. */
  mainStartBytes: number;
  slaveStartBytes: number;
  /** By the numbers of the layers; of those whose secrets stand in start units where one was finished. */
  secrets: ReadonlyMap<number, Uint8Array>;
  /** Of numbers 0, 1, 2 … */
  segments: FinishedSegment[];
  /** Where writing goes on: the files are to be cut there. */
  mainBytes: number;
  slaveBytes: number;
  /** Tags of all segments that were ever sealed, `segments` or not, by their number. */
  sealedTags: Uint8Array[];
  /** Of them, those in the journal; its other bytes are to be cut off. */
  journalBytes: number;
}

interface Start<Header> {
  header: Header;
  hash: Uint8Array;
  bytes: number;
}

/**
 * Reads the two files and the journal of an interrupted division.
 *
 * @returns undefined where nothing can be kept: no whole headers, or files that contradict each other
 */
export async function readUnfinished(
  main: ByteSource,
  slave: ByteSource,
  journal: ByteSource,
): Promise<UnfinishedDivision | undefined> {
  try {
    const mainStart = await readStart(main, MAIN_MAGIC, "main", decodeMainHeader);
    const slaveStart = await readStart(slave, SLAVE_MAGIC, "slave", decodeSlaveHeader);
    if (mainStart === undefined || slaveStart === undefined) return undefined;
    if (!equalBytes(mainStart.header.slaveId, slaveStart.header.id)) return undefined;
    const journalBytes = journal.size - (journal.size % TAG_BYTES);
    const noted = await journal.read(0, journalBytes);
    const sealedTags: Uint8Array[] = [];
    for (let at = 0; at < journalBytes; at += TAG_BYTES) sealedTags.push(noted.subarray(at, at + TAG_BYTES));

    const written = await walkMain(main, mainStart.bytes);
    for (const [number, { head, tag }] of written.entries()) {
      const known = sealedTags[number];
      if (known !== undefined && !hasFreshKeys(head.layer) && !equalBytes(known, tag)) return undefined;
      sealedTags[number] = tag;
    }
    const { segments, secrets } = await finishedSegments({ main, slave, written, mainStart, slaveStart });
    const starts = {
      mainHeader: mainStart.header,
      slaveHeader: slaveStart.header,
      mainHeaderHash: mainStart.hash,
      slaveHeaderHash: slaveStart.hash,
      mainStartBytes: mainStart.bytes,
      slaveStartBytes: slaveStart.bytes,
    };
    return { ...starts, ...filesOf(segments, starts), secrets, sealedTags, journalBytes };
  } catch {
    return undefined; // headers or heads that say nothing: zeros where the disk had not taken them
  }
}

/** The same division, with no more than its first `count` finished segments: the others are made again. */
export const keepFirst = (unfinished: UnfinishedDivision, count: number): UnfinishedDivision => ({
  ...unfinished,
  ...filesOf(unfinished.segments.slice(0, count), unfinished),
});

/** Where the two files are to be cut behind `segments`. */
function filesOf(
  segments: FinishedSegment[],
  { mainStartBytes, slaveStartBytes }: Pick<UnfinishedDivision, "mainStartBytes" | "slaveStartBytes">,
): Pick<UnfinishedDivision, "segments" | "mainBytes" | "slaveBytes"> {
  const grown = (start: number, each: (segment: FinishedSegment) => number): number =>
    segments.reduce((sum, segment) => sum + each(segment), start);
  return {
    segments,
    mainBytes: grown(mainStartBytes, ({ head }) => MAIN_HEAD_BYTES + TAG_BYTES + head.length),
    slaveBytes: grown(slaveStartBytes, ({ withheldBytes }) => SLAVE_HEAD_BYTES + withheldBytes),
  };
}

async function readStart<Header>(
  source: ByteSource,
  magic: Uint8Array,
  what: string,
  decode: (cbor: Uint8Array, offsetBytes: number) => Header,
): Promise<Start<Header> | undefined> {
  if (source.size < PREAMBLE_BYTES) return undefined;
  const bytes = PREAMBLE_BYTES + readPreamble(await source.read(0, PREAMBLE_BYTES), magic, what);
  if (bytes > source.size) return undefined;
  const start = await source.read(0, bytes);
  return { header: decode(start.subarray(PREAMBLE_BYTES), PREAMBLE_BYTES), hash: await sha256(start), bytes };
}

interface WrittenSegment {
  head: SegmentHead;
  tag: Uint8Array;
  offset: number;
  /** False of the last one, when its payload is not all there. */
  whole: boolean;
}

/** Heads and tags of the main, as far as they follow each other. */
async function walkMain(main: ByteSource, firstOffset: number): Promise<WrittenSegment[]> {
  const written: WrittenSegment[] = [];
  for (let offset = firstOffset; offset + MAIN_HEAD_BYTES + TAG_BYTES <= main.size; ) {
    const bytes = await main.read(offset, MAIN_HEAD_BYTES + TAG_BYTES);
    const head = headOrUndefined(bytes, offset);
    if (head?.number !== written.length) break;
    const end = offset + bytes.length + head.length;
    written.push({ head, tag: bytes.slice(MAIN_HEAD_BYTES), offset, whole: end <= main.size });
    offset = end;
  }
  return written;
}

function headOrUndefined(bytes: Uint8Array, offset: number): SegmentHead | undefined {
  try {
    return readMainHead(bytes, offset);
  } catch {
    return undefined; // the trailer, or zeros
  }
}

async function finishedSegments({
  main,
  slave,
  written,
  mainStart,
  slaveStart,
}: {
  main: ByteSource;
  slave: ByteSource;
  written: WrittenSegment[];
  mainStart: Start<MainHeader>;
  slaveStart: Start<SlaveHeader>;
}): Promise<{ segments: FinishedSegment[]; secrets: ReadonlyMap<number, Uint8Array> }> {
  const protections = new LayerProtections(mainStart.header, mainStart.hash);
  const { secret: baseSecret } = slaveStart.header;
  await protections.add(BASE_LAYER, baseSecret);
  const secrets = new Map<number, Uint8Array>(baseSecret && [[BASE_LAYER, baseSecret]]);
  const finished: FinishedSegment[] = [];
  const openAt = async (head: SegmentHead, tag: Uint8Array, mainOffset: number, slaveOffset: number, bytes: number) => {
    const { payload } = await parseSlaveSegment(await slave.read(slaveOffset, bytes), slaveStart.hash, slaveOffset);
    const sealed = await main.read(mainOffset + MAIN_HEAD_BYTES + TAG_BYTES, head.length);
    const publicBytes = await protections.get(head.layer)?.open(head, sealed, tag, payload);
    if (publicBytes === undefined) throw new UnsupportedError(`segment ${head.number} is of an unknown layer`);
    return { head, publicBytes, withheld: withoutTail(head.layer, payload, head.number) };
  };
  let offset = slaveStart.bytes;
  for (const { head, tag, offset: mainOffset, whole } of written) {
    // Which segment is the last is known only at the end; the one marked so is made again.
    if (!whole || head.last || offset + SLAVE_HEAD_BYTES > slave.size) break;
    try {
      const { length } = readSlaveHead(await slave.read(offset, SLAVE_HEAD_BYTES), offset);
      if (offset + SLAVE_HEAD_BYTES + length > slave.size) break;
      const bytes = await slave.read(offset, SLAVE_HEAD_BYTES + length);
      const { head: slaveHead, payload } = await parseSlaveSegment(bytes, slaveStart.hash, offset);
      if (slaveHead.number !== head.number || slaveHead.absent) break;
      if (isStartUnit(head) && !secrets.has(head.layer)) {
        const secret = readStartUnit(head.layer, payload, head.number);
        await protections.add(head.layer, secret);
        secrets.set(head.layer, secret);
      }
      const [slaveOffset, slaveBytes] = [offset, bytes.length];
      const open = () => openAt(head, tag, mainOffset, slaveOffset, slaveBytes);
      if (mainOffset + CHECKED_BYTES > main.size) await open();
      finished.push({ head, substitute: slaveHead.substitute, tag, withheldBytes: length, open });
      offset += slaveBytes;
    } catch {
      break; // torn: it and what follows are made again
    }
  }
  return { segments: finished, secrets };
}
