/** How many samples the tables of an MP4 and the blocks of a WebM tell of, before a library makes an object of each. */
import { type ByteSource, FormatError, UnsupportedError } from "../../codec/index.ts";

/** Boxes and elements that may stand around each sample, and some hundred around them all. */
const ELEMENTS_A_SAMPLE = 12;
const ELEMENTS_BESIDES = 4096;
const DEPTH_MOST = 16;

/** What was counted so far, in a file that may hold so much of it. */
class Counts {
  private samples = 0;
  private elements = 0;
  readonly samplesMost: number;
  private readonly name: string;

  constructor(name: string, samplesMost: number) {
    this.name = name;
    this.samplesMost = samplesMost;
  }

  addSamples(count: number): void {
    this.samples += count;
    this.hold("samples", this.samples, this.samplesMost);
  }

  addElement(): void {
    this.elements += 1;
    this.hold("boxes", this.elements, this.samplesMost * ELEMENTS_A_SAMPLE + ELEMENTS_BESIDES);
  }

  /** A table of so many entries of so many bytes each, in a box with room for `bytes`. */
  table(type: string, entries: number, entryBytes: number, bytes: number, offsetBytes: number): void {
    if (entries * entryBytes > bytes)
      throw new FormatError(
        `${this.name}: the table "${type}" at byte ${offsetBytes} tells of ${entries} entries, and has room for ${Math.floor(bytes / entryBytes)}: the file is damaged`,
        { offsetBytes },
      );
    this.hold(`entries of "${type}"`, entries, this.samplesMost);
  }

  private hold(what: string, found: number, most: number): void {
    if (found > most)
      throw new UnsupportedError(
        `${this.name} tells of ${found} ${what}: at most ${most} are taken; save it again, with fewer pictures a second or with packed sound`,
        { found, most },
      );
  }
}

/**
 * Walks over all boxes (ISO/IEC 14496-12) or elements (RFC 8794) without reading what is in them.
 *
 * @param samplesMost of all tracks together; a file has no more than bytes either
 * @throws FormatError a table that has no room where it stands; UnsupportedError too many samples or boxes
 */
export async function checkCounts(source: ByteSource, name: string, samplesMost: number): Promise<void> {
  const counts = new Counts(name, Math.min(samplesMost, source.size));
  const isEbml = source.size >= 4 && viewOf(await source.read(0, 4)).getUint32(0) === 0x1a45dfa3;
  if (isEbml) await walkElements(source, counts);
  else await walkBoxes(source, 0, source.size, 0, counts);
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

const CONTAINERS = new Set(["moov", "trak", "mdia", "minf", "stbl", "edts", "mvex", "moof", "traf", "mfra"]);
/** Version and flags, and then: where the number of entries stands behind them, and how long one is. */
const TABLES: Record<string, { countAt: number; entryBytes: number }> = {
  stts: { countAt: 4, entryBytes: 8 },
  ctts: { countAt: 4, entryBytes: 8 },
  stsc: { countAt: 4, entryBytes: 12 },
  stco: { countAt: 4, entryBytes: 4 },
  co64: { countAt: 4, entryBytes: 8 },
  stss: { countAt: 4, entryBytes: 4 },
  stsd: { countAt: 4, entryBytes: 8 },
  elst: { countAt: 4, entryBytes: 12 },
  tfra: { countAt: 12, entryBytes: 11 },
};

async function walkBoxes(source: ByteSource, from: number, to: number, depth: number, counts: Counts): Promise<void> {
  for (let offset = from; offset + 8 <= to; ) {
    counts.addElement();
    const head = viewOf(await source.read(offset, Math.min(16, to - offset)));
    const type = String.fromCharCode(...new Uint8Array(head.buffer, head.byteOffset + 4, 4));
    const [short, isLong] = [head.getUint32(0), head.getUint32(0) === 1 && head.byteLength === 16];
    const length = isLong ? Number(head.getBigUint64(8)) : short === 0 ? to - offset : short;
    const start = offset + (isLong ? 16 : 8);
    // What is cut or damaged is the reader's to tell: it comes no further either.
    const end = Math.min(offset + length, to);
    if (end < start) return;
    if (CONTAINERS.has(type) && depth < DEPTH_MOST) await walkBoxes(source, start, end, depth + 1, counts);
    else await countBox(source, type, start, end, counts);
    offset = end;
  }
}

async function countBox(source: ByteSource, type: string, start: number, end: number, counts: Counts): Promise<void> {
  const bytes = end - start;
  const table = TABLES[type];
  if (table !== undefined && bytes >= table.countAt + 4) {
    const entries = viewOf(await source.read(start + table.countAt, 4)).getUint32(0);
    const room = bytes - table.countAt - 4;
    counts.table(type, entries, table.entryBytes, room, start);
    // Runs: an entry stands for as many samples as it says.
    if (type === "stts" || type === "ctts") {
      const runs = viewOf(await source.read(start + 8, entries * table.entryBytes));
      let samples = 0;
      for (let at = 0; at < runs.byteLength; at += table.entryBytes) samples += runs.getUint32(at);
      counts.table(type, samples, 0, room, start);
    }
  } else if ((type === "stsz" || type === "stz2") && bytes >= 12) {
    const head = viewOf(await source.read(start, 12));
    const samples = head.getUint32(8);
    // stsz: 32 bits each, or one size for all; stz2: 4, 8 or 16 bits each.
    const entryBytes = type === "stz2" ? head.getUint8(7) / 8 : head.getUint32(4) === 0 ? 4 : 0;
    counts.table(type, samples, entryBytes, bytes - 12, start);
    counts.addSamples(samples);
  } else if (type === "trun" && bytes >= 8) {
    const head = viewOf(await source.read(start, 8));
    const flags = head.getUint32(0) & 0xffffff;
    const samples = head.getUint32(4);
    const has = (flag: number): number => ((flags & flag) === 0 ? 0 : 4);
    const room = bytes - 8 - has(0x1) - has(0x4);
    counts.table(type, samples, has(0x100) + has(0x200) + has(0x400) + has(0x800), Math.max(0, room), start);
    counts.addSamples(samples);
  }
}

const EBML_PARENTS: ReadonlySet<number> = new Set([
  0x18538067, // Segment
  0x1f43b675, // Cluster
  0xa0, // BlockGroup
  0x1c53bb6b, // Cues
  0xbb, // CuePoint
  0x1654ae6b, // Tracks
  0x114d9b74, // SeekHead
  0x1254c367, // Tags
]);
const SIMPLE_BLOCK = 0xa3;
const BLOCK = 0xa1;
const LACING = 0x06;

/** From each element to the next; parents are stepped into, so that those of unknown length need no end. */
async function walkElements(source: ByteSource, counts: Counts): Promise<void> {
  for (let offset = 0; offset + 2 <= source.size; ) {
    counts.addElement();
    const head = await source.read(offset, Math.min(12, source.size - offset));
    const id = variableInteger(head, 0, true);
    const length = id && variableInteger(head, id.bytes, false);
    if (id === undefined || length === undefined) return;
    const start = offset + id.bytes + length.bytes;
    if (EBML_PARENTS.has(id.value)) {
      offset = start;
      continue;
    }
    if ((id.value === SIMPLE_BLOCK || id.value === BLOCK) && start + 5 <= source.size) {
      const block = await source.read(start, Math.min(13, source.size - start));
      const flags = (variableInteger(block, 0, false)?.bytes ?? 1) + 2; // behind the track and 16 bits of time
      const isLaced = ((block[flags] ?? 0) & LACING) !== 0;
      counts.addSamples(isLaced ? 1 + (block[flags + 1] ?? 0) : 1);
    }
    offset = start + length.value;
  }
}

/** @param keepMark an id keeps the bit that tells its length */
function variableInteger(
  bytes: Uint8Array,
  at: number,
  keepMark: boolean,
): { value: number; bytes: number } | undefined {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (first === 0 || length > 8 || at + length > bytes.length) return undefined;
  let value = keepMark ? first : first & (0xff >> length);
  for (let i = 1; i < length; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return { value, bytes: length };
}
