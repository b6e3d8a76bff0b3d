/** What methods have in common that cut a file into byte ranges and give it back. */
import { type ByteSink, type ByteSource, viewOf } from "../bytes/bytes.ts";
import type { SegmentPlace } from "../division/division-writer.ts";
import { renditionOf } from "../division/rendition.ts";
import type { SegmentOpener } from "../division/segment-opener.ts";
import type { FinishedSegment } from "../division/unfinished.ts";
import { FormatError, InputError } from "../errors.ts";
import type { IndexEntry } from "../format/layout.ts";
import { BASE_LAYER } from "../layers/base.ts";
import { RESTRICTED_LAYER } from "../layers/restricted.ts";
import type { Transfer } from "../pool/worker-pool.ts";
import type { Combined, CombineOptions } from "./method.ts";

/** Segments under way at once; fixed, so that the same file is cut at the same places by any number of workers. */
export const SEGMENTS_AHEAD = 4;

/** Whose a segment is, and for how many bytes of the source and of what the base layer gives alone it stands. */
export type SegmentRole = Required<Pick<SegmentPlace, "layer" | "substitute" | "sourceBytes" | "baseBytes">>;

/** Of the source, and everybody's: it stands in both renditions. */
export const sharedSegment = (bytes: number): SegmentRole => ({
  ...{ layer: BASE_LAYER, substitute: false, sourceBytes: bytes, baseBytes: bytes },
});

/** Of the source, and for who may see hidden parts. */
export const restrictedSegment = (bytes: number): SegmentRole => ({
  ...{ layer: RESTRICTED_LAYER, substitute: false, sourceBytes: bytes, baseBytes: 0 },
});

/** Not of the source: what everybody else gets in its place. */
export const substituteSegment = (bytes: number): SegmentRole => ({
  ...{ layer: BASE_LAYER, substitute: true, sourceBytes: 0, baseBytes: bytes },
});

/**
 * How many of an interrupted division's segments a method goes on from that keeps the file: none where parts are hidden, since an encoder
 * goes on from nothing but a start.
 */
export const keptOfSource = (finished: readonly FinishedSegment[]): number =>
  finished.some(({ head }) => head.layer !== BASE_LAYER) ? 0 : finished.length;

/** Bytes that may be handed over to a worker: not a view of what the source keeps. */
export async function readOwn(source: ByteSource, { start, end }: { start: number; end: number }): Promise<Uint8Array> {
  const bytes = await source.read(start, end - start);
  return bytes.length < bytes.buffer.byteLength || bytes.length === source.size ? bytes.slice() : bytes;
}

/** @throws {@link InputError} the source has no more segments than were `kept`, of which the last one never is one */
export function checkKept(segments: number, kept: readonly FinishedSegment[]): void {
  if (kept.length > 0 && segments <= kept.length)
    throw new InputError(
      `the file has ${segments} segments, ${kept.length} were finished before the interruption: it has changed; divide it from the start`,
      { reason: "changed" },
    );
}

const sumOfU32 = (list: Uint8Array): number => {
  const view = viewOf(list);
  let sum = 0;
  for (let at = 0; at + 4 <= list.length; at += 4) sum += view.getUint32(at);
  return sum;
};

/** Gives the source bytes of a segment, from its opened public part and its withheld part; in a worker or on kernels at hand. */
export type SegmentMerger = (publicBytes: Uint8Array, withheld: Uint8Array) => Promise<Uint8Array>;

/** The source bytes of one segment. */
export async function mergeOpened(
  opener: SegmentOpener,
  number: number,
  transfer: Transfer,
  merge: SegmentMerger,
): Promise<Uint8Array> {
  const { publicBytes, withheld } = await opener.openSegment(number);
  // What a seal gave is nobody else's; what a checksum let through may be a view of the file.
  const sealed = opener.main.header.protection === "sealed";
  const own = publicBytes.length > 0 && publicBytes.length === publicBytes.buffer.byteLength && sealed;
  return merge(own ? transfer(publicBytes, [publicBytes.buffer as ArrayBuffer]) : publicBytes, withheld);
}

/**
 * Writes the source file again; without the units of hidden parts the file that the base layer gives alone.
 *
 * @throws {@link FormatError} its length is not the one that the main names
 */
export async function combineSource(
  opener: SegmentOpener,
  sink: ByteSink,
  transfer: Transfer,
  merge: SegmentMerger,
  options: CombineOptions,
): Promise<Combined> {
  const { main } = opener;
  const { entries, isTrue } = await renditionOf(opener, options.layers);
  const underWay: Promise<Uint8Array>[] = [];
  let next = 0;
  let bytes = 0;
  for (const { number } of entries) {
    options.signal?.throwIfAborted();
    for (; next < entries.length && underWay.length < SEGMENTS_AHEAD; next++) {
      const segment = mergeOpened(opener, (entries[next] as IndexEntry).number, transfer, merge);
      segment.catch(() => {});
      underWay.push(segment);
    }
    const part = await underWay.shift();
    if (part === undefined) break;
    await sink.write(part);
    bytes += part.length;
    options.onProgress?.({ pictures: 0, bytes, segments: number + 1 });
  }
  const expected = isTrue ? main.trailer?.sourceBytes : main.trailer?.baseLengths && sumOfU32(main.trailer.baseLengths);
  if (expected !== undefined && expected !== bytes)
    throw new FormatError(
      `${bytes} ${isTrue ? "source" : "base layer's"} bytes combined, ${expected} expected: the main file is damaged; fetch it again`,
    );
  return { bytes, pictures: main.trailer?.pictures ?? 0 };
}
