/**
 * The elements of a Matroska file one after another. Segments, clusters and block groups are walked through as if they were flat, so that
 * it does not matter whether they know their sizes; everything else is skipped by its head. Behind bytes that are no element the walk goes
 * on at the next cluster or block.
 */
import type { WindowReader } from "../../bytes/window-reader.ts";
import { ELEMENT_HEAD_BYTES, type Element, readElement, readNumber } from "./ebml.ts";

/** Elements that are looked for; RFC 9559 5. */
export const ID = {
  EBML: 0x1a45dfa3,
  SEGMENT: 0x18538067,
  SEEK_HEAD: 0x114d9b74,
  INFO: 0x1549a966,
  TRACKS: 0x1654ae6b,
  CHAPTERS: 0x1043a770,
  CLUSTER: 0x1f43b675,
  TIMESTAMP: 0xe7,
  SIMPLE_BLOCK: 0xa3,
  BLOCK_GROUP: 0xa0,
  BLOCK: 0xa1,
  BLOCK_DURATION: 0x9b,
  REFERENCE_BLOCK: 0xfb,
  BLOCK_ADDITIONS: 0x75a1,
  BLOCK_MORE: 0xa6,
  BLOCK_ADDITIONAL: 0xa5,
  BLOCK_ADD_ID: 0xee,
  /** No element: bytes that are none. */
  LOST: 0,
} as const;

/** Of a block group's content. */
export const IN_GROUP: ReadonlySet<number> = new Set([
  ID.BLOCK,
  ID.BLOCK_DURATION,
  ID.REFERENCE_BLOCK,
  ID.BLOCK_ADDITIONS,
  ID.BLOCK_MORE,
  ID.BLOCK_ADDITIONAL,
  ID.BLOCK_ADD_ID,
]);

/** Elements that hold the ones looked for; entered, not skipped. */
const ENTERED: ReadonlySet<number> = new Set([
  ID.SEGMENT,
  ID.CLUSTER,
  ID.BLOCK_GROUP,
  ID.BLOCK_ADDITIONS,
  ID.BLOCK_MORE,
]);
/** Beside the ones that are looked for: cues, attachments, tags, void, checksum, and what a cluster or a block group may hold. */
const SKIPPED = [
  0x1c53bb6b, 0x1941a469, 0x1254c367, 0xec, 0xbf, 0xab, 0xa7, 0x5854, 0xaf, 0xfa, 0xfd, 0xa4, 0x75a2, 0x8e, 0xa2, 0xc8,
  0xc9, 0xca,
];
const KNOWN: ReadonlySet<number> = new Set([...Object.values(ID), ...SKIPPED]);
const SCAN_BYTES = 64 << 10;

export interface Found {
  id: number;
  start: number;
  body: number;
  /** Of one that is entered its content's start: what it holds comes next. */
  end: number;
  /** Of the content, where the element tells it. */
  size?: number | undefined;
}

/**
 * @param tracks numbers that blocks may name; absent: any
 */
export async function* walk(reader: WindowReader, tracks?: ReadonlySet<number>): AsyncGenerator<Found> {
  const judge = new Judge(reader.beside(), tracks);
  for (let at = 0; at < reader.size; ) {
    const element = readElement(await reader.read(at, ELEMENT_HEAD_BYTES), 0);
    if (element === undefined || !(await judge.isElement(at, element))) {
      const next = await judge.nextPlace(at + 1);
      // What is cut off at the file's end is an element too.
      const isCut = next === reader.size && element !== undefined && KNOWN.has(element.id);
      yield isCut
        ? { id: element.id, start: at, body: Math.min(next, at + element.headBytes), end: next }
        : { id: ID.LOST, start: at, body: at, end: next };
      at = next;
      continue;
    }
    const start = at;
    const body = at + element.headBytes;
    at = ENTERED.has(element.id) ? body : body + (element.size ?? 0);
    yield { id: element.id, start, body, end: at, size: element.size };
  }
}

/** Elements of one byte's id whose content is a number. */
const NUMBERS: ReadonlySet<number> = new Set([ID.TIMESTAMP, ID.BLOCK_DURATION, ID.REFERENCE_BLOCK, ID.BLOCK_ADD_ID]);
/** Bytes that tell whether an element stands there: its head, the head of what it holds, a track's number. */
const LOOK_BYTES = 2 * ELEMENT_HEAD_BYTES + 8;

/** Tells elements from bytes that only look like one. */
class Judge {
  constructor(
    private readonly reader: WindowReader,
    private readonly tracks: ReadonlySet<number> | undefined,
  ) {}

  /** Whether the element ends where another one begins, or padding, or the file ends. */
  async isElement(at: number, { id, headBytes, size }: Element): Promise<boolean> {
    if (ENTERED.has(id)) return true;
    return this.isEnd(at + headBytes + (size ?? Number.POSITIVE_INFINITY), KNOWN.has(id) ? 2 : 1);
  }

  /** @param depth elements of a kind that proves little which may stand before one that proves it */
  private async isEnd(end: number, depth: number): Promise<boolean> {
    if (end >= this.reader.size) return end === this.reader.size;
    const next = await this.reader.read(end, LOOK_BYTES);
    if (next.every((byte) => byte === 0) || this.opens(next)) return true;
    const other = depth > 1 ? readElement(next, 0) : undefined;
    return other?.size !== undefined && this.isEnd(end + other.headBytes + other.size, depth - 1);
  }

  /** Whether bytes open an element of a kind that they cannot show by chance. */
  opens(bytes: Uint8Array, from = 0): boolean {
    const element = readElement(bytes, from);
    if (element === undefined || !KNOWN.has(element.id)) return false;
    const { id, headBytes, size } = element;
    if (id > 0xff) return true;
    if (NUMBERS.has(id)) return size !== undefined && size <= 8;
    return this.opensBlock(bytes, from + headBytes, id);
  }

  /** Whether the content of a block, or of a group with one, begins there. */
  private opensBlock(bytes: Uint8Array, at: number, id: number): boolean {
    let body = at;
    if (id === ID.BLOCK_GROUP) {
      const block = readElement(bytes, at);
      if (block?.id !== ID.BLOCK) return false;
      body += block.headBytes;
    } else if (id !== ID.SIMPLE_BLOCK && id !== ID.BLOCK) return false;
    const track = readNumber(bytes, body);
    return track !== undefined && (this.tracks === undefined || this.tracks.has(track.value));
  }

  /** Where the next cluster, or a block with another element behind it, begins; the file's end where there is none. */
  async nextPlace(from: number): Promise<number> {
    const { reader } = this;
    for (let start = from; start < reader.size; start += SCAN_BYTES) {
      const bytes = (await reader.read(start, SCAN_BYTES + LOOK_BYTES)).slice();
      for (let i = 0; i < Math.min(SCAN_BYTES, bytes.length); i++) {
        const first = bytes[i];
        const mayBe = first === ID.CLUSTER >>> 24 || first === ID.SIMPLE_BLOCK || first === ID.BLOCK_GROUP;
        const element = mayBe && this.opens(bytes, i) ? readElement(bytes, i) : undefined;
        if (element === undefined) continue;
        if (element.id === ID.CLUSTER) return start + i;
        const end = start + i + element.headBytes + (element.size ?? Number.POSITIVE_INFINITY);
        if (await this.isEnd(end, 1)) return start + i;
      }
    }
    return reader.size;
  }
}
