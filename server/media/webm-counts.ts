/**
 * The elements of a WebM (RFC 8794, RFC 9559) as mediabunny 1.61 goes over them. Where it finds something else than the elements of a
 * segment, it looks for the next one, and does so for ever where there is none or where it has no size: such a file is refused before.
 */
import { type ByteSource, ELEMENT_HEAD_BYTES, type Element, readElement, readNumber } from "../../codec/index.ts";
import type { Counts } from "./counts.ts";

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const VOID = 0xec;
const SEEK_HEAD = 0x114d9b74;
const SEEK = 0x4dbb;
const SEEK_ID = 0x53ab;
const SEEK_POSITION = 0x53ac;
/** What may stand in a segment: Info, Tracks, Cues, Attachments, Chapters and Tags beside these. */
const IN_SEGMENT: ReadonlySet<number> = new Set([
  ...[CLUSTER, VOID, SEEK_HEAD, 0x1549a966, 0x1654ae6b, 0x1c53bb6b, 0x1941a469, 0x1043a770, 0x1254c367],
]);
/** What ends a cluster whose size is unknown, or too large. */
const BEHIND_CLUSTER: ReadonlySet<number> = new Set([EBML, SEGMENT, ...IN_SEGMENT].filter((id) => id !== VOID));
/** BlockGroup, CuePoint, TrackEntry, Tag and SimpleTag, and the elements of a segment that hold them. */
const PARENTS: ReadonlySet<number> = new Set([0xa0, 0xbb, 0xae, 0x7373, 0x67c8, 0x1654ae6b, 0x1c53bb6b, 0x1254c367]);
const TRACK_ENTRY = 0xae;
const CUE_POINT = 0xbb;
const SIMPLE_BLOCK = 0xa3;
const BLOCK = 0xa1;
const LACING = 0x06;
const DEPTH_MOST = 16;
/** An element takes two bytes. */
const ELEMENT_LEAST_BYTES = 2;
/** In fewer bytes nothing is looked for. */
const SEARCHED_BYTES = 8;

/**
 * Counts samples, elements and tracks.
 *
 * @throws FormatError bytes that are no element, or none that stands there; UnsupportedError too many of what is counted
 */
export async function walkWebm(source: ByteSource, counts: Counts): Promise<void> {
  for (let offset = 0; offset + ELEMENT_LEAST_BYTES <= source.size; ) {
    const found = await elementAt(source, offset, source.size, counts);
    if (found === undefined) return; // zeros, or the end
    if (found.id === CLUSTER) throw counts.damaged(offset);
    if (found.id === SEGMENT) await walkSegment(source, found.body, found.end ?? source.size, counts);
    if (found.end === undefined) return;
    offset = found.end;
  }
}

async function walkSegment(source: ByteSource, from: number, end: number, counts: Counts): Promise<void> {
  const last = Math.min(end, source.size);
  const starts = new Set<number>();
  const sought: Sought[] = [];
  for (let offset = from; offset + ELEMENT_LEAST_BYTES <= last; ) {
    const found = await elementAt(source, offset, source.size, counts);
    const isOne = found !== undefined && IN_SEGMENT.has(found.id) && (found.end !== undefined || found.id === CLUSTER);
    if (!isOne && last - offset < SEARCHED_BYTES) break;
    if (!isOne) throw counts.damaged(offset);
    starts.add(offset);
    if (found.id === CLUSTER) {
      offset = await walkCluster(source, found.body, found.end ?? last, counts);
      continue;
    }
    const bodyEnd = found.end ?? last;
    if (found.id === SEEK_HEAD) sought.push(...(await seekHead(source, found.body, bodyEnd, counts)));
    if (PARENTS.has(found.id)) await walkParent(source, found.body, bodyEnd, 0, counts);
    offset = bodyEnd;
  }
  // A seek head leads the library to elements: to none that was not counted.
  for (const { id, position } of sought) {
    const at = from + position;
    if (starts.has(at) || at >= source.size) continue;
    if ((await elementAt(source, at, source.size, counts))?.id === id) throw counts.damaged(at);
  }
}

interface Sought {
  id: number;
  /** From the segment's first byte on. */
  position: number;
}

async function seekHead(source: ByteSource, from: number, end: number, counts: Counts): Promise<Sought[]> {
  const sought: Sought[] = [];
  counts.addMark();
  for await (const seek of childrenOf(source, from, end, counts)) {
    if (seek.id !== SEEK) continue;
    counts.addMark();
    const entry = { id: 0, position: 0 };
    for await (const { id, body, end } of childrenOf(source, seek.body, seek.end, counts)) {
      const bytes = await source.read(body, Math.min(8, end - body, source.size - body));
      const number = bytes.reduce((value, byte) => value * 256 + byte, 0);
      if (id === SEEK_ID) entry.id = number;
      if (id === SEEK_POSITION) entry.position = number;
    }
    sought.push(entry);
  }
  return sought;
}

/** @returns where the cluster ends: at bytes that are no element of it, if there are such */
async function walkCluster(source: ByteSource, from: number, end: number, counts: Counts): Promise<number> {
  if (end > source.size) return end; // it is cut, and is not read
  for (let offset = from; ; ) {
    const found = await elementAt(source, offset, end, counts);
    if (found === undefined || BEHIND_CLUSTER.has(found.id)) return offset;
    if (found.end === undefined) throw counts.damaged(offset);
    await walkElement(source, { ...found, end: found.end }, 0, counts);
    offset = found.end;
  }
}

async function walkParent(source: ByteSource, from: number, end: number, depth: number, counts: Counts): Promise<void> {
  for await (const child of childrenOf(source, from, end, counts)) await walkElement(source, child, depth + 1, counts);
}

type WholeElement = FoundElement & { end: number };

/** The elements of one that is no segment and no cluster, as far as they make sense. */
async function* childrenOf(
  source: ByteSource,
  from: number,
  end: number,
  counts: Counts,
): AsyncGenerator<WholeElement> {
  const last = Math.min(end, source.size);
  for (let offset = from; ; ) {
    const found = await elementAt(source, offset, last, counts);
    if (found?.end === undefined) return;
    yield { ...found, end: found.end };
    offset = found.end;
  }
}

async function walkElement(
  source: ByteSource,
  { id, body, end }: WholeElement,
  depth: number,
  counts: Counts,
): Promise<void> {
  if (id === TRACK_ENTRY) counts.addTrack();
  if (id === CUE_POINT) counts.addMark();
  if (id === SIMPLE_BLOCK || id === BLOCK) counts.addSamples(await framesOf(source, body));
  if (PARENTS.has(id) && depth < DEPTH_MOST) await walkParent(source, body, end, depth, counts);
}

/** How many frames a block holds, by its head. */
async function framesOf(source: ByteSource, body: number): Promise<number> {
  const head = await source.read(body, Math.max(0, Math.min(13, source.size - body)));
  const flags = (readNumber(head, 0)?.length ?? 1) + 2; // behind the track and 16 bits of time
  return ((head[flags] ?? 0) & LACING) === 0 ? 1 : 1 + (head[flags + 1] ?? 0);
}

interface FoundElement extends Pick<Element, "id"> {
  body: number;
  /** Undefined where its size is unknown. */
  end: number | undefined;
}

/**
 * @param end of what it stands in: its head lies before it
 * @returns undefined where none can begin
 * @throws FormatError an id that is longer than those of WebM
 */
async function elementAt(
  source: ByteSource,
  offset: number,
  end: number,
  counts: Counts,
): Promise<FoundElement | undefined> {
  const bytes = Math.min(ELEMENT_HEAD_BYTES, end - offset);
  if (bytes < ELEMENT_LEAST_BYTES) return undefined;
  counts.addElement();
  const head = await source.read(offset, bytes);
  const first = head[0] ?? 0;
  if (first > 0 && first < 0x10) throw counts.damaged(offset);
  const element = readElement(head, 0);
  if (element === undefined) return undefined;
  const body = offset + element.headBytes;
  return { id: element.id, body, end: element.size === undefined ? undefined : body + element.size };
}
