/** Divisions with parts that not everybody sees, as each kind of viewer opens them. */
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { renditionOf } from "../../codec/division/rendition.ts";
import { type OpenedSegment, SegmentOpener } from "../../codec/division/segment-opener.ts";
import { cutSlave } from "../../codec/format/cut-slave.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { BASE_LAYER } from "../../codec/layers/base.ts";
import { isStartUnit } from "../../codec/layers/start-unit.ts";
import type { Division } from "./divisions.ts";

/** The pair as the service gives it to ordinary viewers: base's units alone. */
export async function ordinary({ main, slave }: Division): Promise<Division> {
  const sink = new MemorySink();
  await cutSlave(await SlaveReader.open(sourceFromBytes(slave)), (layer) => layer === BASE_LAYER, sink);
  return { main, slave: sink.bytes() };
}

/** Opens a pair as it is at hand. */
export async function openPair({ main, slave }: Division): Promise<SegmentOpener> {
  return SegmentOpener.open(
    await MainReader.open(sourceFromBytes(main)),
    await SlaveReader.open(sourceFromBytes(slave)),
  );
}

/** All segments of a pair that has all layers, start units apart. */
export async function allSegments(pair: Division): Promise<(OpenedSegment & { substitute: boolean })[]> {
  const opener = await openPair(pair);
  const entries = opener.main.index.filter((entry) => !isStartUnit(entry));
  return Promise.all(
    entries.map(async ({ number, substitute }) => ({ ...(await opener.openSegment(number)), substitute })),
  );
}

/** What a viewer of this pair gets to see, segment by segment. */
export async function shownSegments(pair: Division): Promise<OpenedSegment[]> {
  const opener = await openPair(pair);
  const { entries } = await renditionOf(opener);
  return Promise.all(entries.map(({ number }) => opener.openSegment(number)));
}

export const RUN_BYTES = 32;

/** Whether any run of 32 bytes of `hidden` stands in one of `seen`; runs of one byte repeated say nothing and do not count, and none of `others`. */
export function sharedRun(
  hidden: readonly Uint8Array[],
  seen: readonly Uint8Array[],
  others: readonly Uint8Array[] = [],
): string | undefined {
  const runs = new Set<string>();
  const keyAt = (bytes: Uint8Array, at: number): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset + at, RUN_BYTES).toString("latin1");
  for (const bytes of hidden)
    for (let at = 0; at + RUN_BYTES <= bytes.length; at++) {
      const run = bytes.subarray(at, at + RUN_BYTES);
      if (new Set(run).size > 4) runs.add(keyAt(bytes, at));
    }
  for (const bytes of others) for (let at = 0; at + RUN_BYTES <= bytes.length; at++) runs.delete(keyAt(bytes, at));
  for (const [i, bytes] of seen.entries())
    for (let at = 0; at + RUN_BYTES <= bytes.length; at++) if (runs.has(keyAt(bytes, at))) return `byte ${at} of ${i}`;
  return undefined;
}

/** The main with the checksum of its trailer made anew. */
export async function withNewChecksum(main: Uint8Array, headerHash: Uint8Array): Promise<Uint8Array> {
  const bytes = main.slice();
  const view = new DataView(bytes.buffer);
  const start = bytes.length - view.getUint32(bytes.length - 12);
  const cbor = bytes.subarray(start + 16, bytes.length - 12);
  const hash = await crypto.subtle.digest("SHA-256", Buffer.concat([headerHash, cbor]));
  bytes.set(new Uint8Array(hash).subarray(0, 8), start + 8);
  return bytes;
}
