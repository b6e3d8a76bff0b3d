/** How many samples the tables of an MP4 and the blocks of a WebM tell of, before a library makes an object of each. */
import { type ByteSource, readBox } from "../../codec/index.ts";
import { Counts } from "./counts.ts";
import { walkWebm } from "./webm-counts.ts";

const DEPTH_MOST = 16;

/**
 * Walks over all boxes (ISO/IEC 14496-12) or elements (RFC 8794) without reading what is in them.
 *
 * @param samplesMost of all tracks together; a file has no more than bytes either
 * @throws FormatError a table that has no room where it stands, or bytes in a WebM that are no element; UnsupportedError too many samples,
 * boxes or tracks
 */
export async function checkCounts(source: ByteSource, name: string, samplesMost: number): Promise<void> {
  const counts = new Counts(name, Math.min(samplesMost, source.size));
  const isEbml = source.size >= 4 && viewOf(await source.read(0, 4)).getUint32(0) === 0x1a45dfa3;
  if (isEbml) await walkWebm(source, counts);
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
    const box = readBox(await source.read(offset, Math.min(16, to - offset)), offset, to);
    if (box === undefined) return;
    if (box.type === "trak") counts.addTrack();
    // What is cut or damaged is the reader's to tell: it comes no further either.
    const end = Math.min(box.end, to);
    if (CONTAINERS.has(box.type) && depth < DEPTH_MOST) await walkBoxes(source, box.body, end, depth + 1, counts);
    else await countBox(source, box.type, box.body, end, counts);
    offset = end;
  }
}

/** Runs of chunks with as many samples each; the library goes through the chunk of each sample, and through the runs' chunks. */
function checkChunks(runs: DataView, start: number, counts: Counts): void {
  let before = 0;
  for (let at = 0; at < runs.byteLength; at += 12) {
    const first = runs.getUint32(at);
    if (first <= before) throw counts.damaged(start + 8 + at);
    counts.addChunks(first - before, runs.getUint32(at + 4));
    before = first;
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
    if (type === "stsc") checkChunks(viewOf(await source.read(start + 8, entries * table.entryBytes)), start, counts);
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
