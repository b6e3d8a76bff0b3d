/**
 * Method `samples`: a file of coded pictures and sound is cut along time into byte ranges, and of each the bytes without which nothing
 * decodes go to the slave (Cmix patent [0155]). Nothing is decoded; combining gives the file back byte for byte. FORMAT.md 10.
 */
import { transfer } from "comlink";
import type { ByteSink, ByteSource } from "../../bytes/bytes.ts";
import { openIndex } from "../../containers/open-index.ts";
import type { SourceIndex } from "../../containers/source-index.ts";
import {
  type DivisionDescription,
  type DivisionResult,
  type DivisionSinks,
  DivisionWriter,
} from "../../division/division-writer.ts";
import { checkPair } from "../../division/pairing.ts";
import type { FinishedSegment, UnfinishedDivision } from "../../division/unfinished.ts";
import { FormatError, InputError } from "../../errors.ts";
import type { Method } from "../../format/header.ts";
import type { MainReader } from "../../format/main-file.ts";
import type { SlaveReader } from "../../format/slave-file.ts";
import type { WorkerPool } from "../../pool/worker-pool.ts";
import { createProtection } from "../../protect/create-protection.ts";
import type { CutRequest } from "./choose-cuts.ts";
import type { CutSegment } from "./segment-bytes.ts";
import { type PlannedSegment, planSegments } from "./segment-planner.ts";
import { SlaveShare } from "./slave-share.ts";

/** Segments under way at once; fixed, so that the same file is cut at the same places by any number of workers. */
const SEGMENTS_AHEAD = 4;

export interface SamplesProgress {
  bytes: number;
  totalBytes: number;
  pictures: number;
  /** Media time that is done. */
  microseconds: number;
}

export interface SamplesOptions extends Omit<DivisionDescription, "method" | "parameters" | "tracks"> {
  signal?: AbortSignal;
  /** Of what was kept of an interrupted division, the last step alone. */
  onProgress?: (progress: SamplesProgress) => void;
}

/**
 * Divides a file of coded pictures and sound.
 *
 * @param source     any container that `openIndex` knows; read once from start to end, and here and there for its index
 * @param sinks      closed at the end; aborted, with nothing left, when anything fails
 * @param pool       not closed
 * @param unfinished the same division, interrupted: its finished segments are kept, and its header with title and the like
 * @throws {@link UnsupportedError} no container that is known
 * @throws {@link InputError} nothing coded is found in it; or it is not what the interrupted division was made of
 * @throws AbortError after `options.signal`
 */
export async function divideSamples(
  source: ByteSource,
  options: SamplesOptions,
  sinks: DivisionSinks,
  pool: WorkerPool,
  unfinished?: UnfinishedDivision,
): Promise<DivisionResult> {
  const { signal, onProgress, ...description } = options;
  try {
    const index = await openIndex(source);
    const tracks = index.streams.flatMap(({ track }) => (track === undefined ? [] : [track])).slice(0, 64);
    for (const [id, track] of tracks.entries()) track.id = id;
    const writer =
      unfinished === undefined
        ? await DivisionWriter.open(
            { ...description, method: "samples", parameters: { container: index.container }, tracks },
            sinks,
          )
        : await DivisionWriter.resume(unfinished, sinks, description.captions);
    await cutAll(source, index, writer, { ...options, kept: unfinished?.segments ?? [], pool });
    signal?.throwIfAborted();
    return await writer.finish();
  } catch (error) {
    await Promise.allSettled(Object.values(sinks).map((sink) => sink.abort()));
    throw error;
  }
}

async function cutAll(
  source: ByteSource,
  index: SourceIndex,
  writer: DivisionWriter,
  { kept, pool, signal, onProgress, ...description }: SamplesOptions & { kept: FinishedSegment[]; pool: WorkerPool },
): Promise<void> {
  // Allowances depend on what the segments before took, the kept ones too: they go through the same queue.
  const share = new SlaveShare(source.size, index.durationMicroseconds, description);
  const underWay: { segment: PlannedSegment; done: FinishedSegment | Promise<CutSegment> }[] = [];
  const progress: SamplesProgress = { bytes: 0, totalBytes: source.size, pictures: 0, microseconds: 0 };
  let planned = 0;
  let keptLeft = kept.length;

  const writeOldest = async (): Promise<void> => {
    const oldest = underWay.shift();
    if (oldest === undefined) return;
    const { segment, done } = oldest;
    const place = { layer: 0, track: FILE_TRACK, ...segment, sourceBytes: segment.end - segment.start };
    if ("head" in done) {
      share.spend(done.withheldBytes);
      writer.keep(place, done);
      keptLeft -= 1;
    } else {
      const { publicBytes, withheld } = await done;
      share.spend(withheld.length);
      await writer.add({ ...place, publicBytes, withheld });
    }
    progress.bytes = segment.end;
    progress.pictures += segment.pictures;
    progress.microseconds = Math.max(progress.microseconds, segment.startMicroseconds + segment.durationMicroseconds);
    if (keptLeft === 0) onProgress?.({ ...progress });
  };

  for await (const segment of planSegments(index, source.size)) {
    signal?.throwIfAborted();
    if (underWay.length >= SEGMENTS_AHEAD) await writeOldest();
    const request: CutRequest = {
      pieces: segment.pieces,
      allowance: share.allow(segment.end, codedBytes(segment)),
      generous: share.generous,
      sound: description.protection === "patent",
    };
    const done = kept[planned++] ?? cutInWorker(pool, await readOwn(source, segment), request);
    if (done instanceof Promise) done.catch(() => {}); // reported when its turn comes
    underWay.push({ segment, done });
  }
  while (underWay.length > 0) await writeOldest();
  // The last segment is never a kept one.
  if (planned <= kept.length)
    throw new InputError(
      `the file has ${planned} segments, ${kept.length} were finished before the interruption: it has changed; divide it from the start`,
    );
}

/** Segments of this method belong to the file as a whole, not to one of its tracks. */
export const FILE_TRACK = 255;

function codedBytes({ structure, pieces }: PlannedSegment): number {
  return structure ? 0 : pieces.reduce((sum, { size }) => sum + size, 0);
}

/** Bytes that may be handed over to a worker: not a view of what the source keeps. */
export async function readOwn(source: ByteSource, { start, end }: { start: number; end: number }): Promise<Uint8Array> {
  const bytes = await source.read(start, end - start);
  return bytes.length < bytes.buffer.byteLength || bytes.length === source.size ? bytes.slice() : bytes;
}

const cutInWorker = (pool: WorkerPool, bytes: Uint8Array, request: CutRequest): Promise<CutSegment> =>
  pool.use((api) => api.cutSamples(transfer(bytes, [bytes.buffer as ArrayBuffer]), request));

/** Gives the source bytes of a segment, from its opened public part and its withheld part; in a worker or on kernels at hand. */
export type SegmentMerger = (publicBytes: Uint8Array, withheld: Uint8Array) => Promise<Uint8Array>;

/**
 * @param sealed the public parts come out of a seal, in buffers of their own
 * @param method `mpeg` has segments of another form, and the rest in common
 */
export function mergerIn(pool: WorkerPool, sealed = false, method: Method = "samples"): SegmentMerger {
  const merge = method === "mpeg" ? "mergeMpeg" : "mergeSamples";
  return (publicBytes, withheld) => {
    // What a seal gave is nobody else's; what a checksum let through may be a view of the file.
    const own = publicBytes.length > 0 && publicBytes.length === publicBytes.buffer.byteLength && sealed;
    const moved = own ? transfer(publicBytes, [publicBytes.buffer as ArrayBuffer]) : publicBytes;
    return pool.use((api) => api[merge](moved, withheld));
  };
}

/**
 * Opens and merges segments of a main and slave that belong together, of method `samples` or `mpeg`.
 *
 * @throws {@link PairingError} they do not
 * @throws {@link FormatError} another method, or damage
 */
export async function openSamples(
  main: MainReader,
  slave: SlaveReader,
  merge: SegmentMerger,
): Promise<(number: number) => Promise<Uint8Array>> {
  checkPair(main, slave.header, slave.trailer);
  const { header } = main;
  if (header.method === "compress") throw new FormatError("method compress, samples or mpeg expected");
  const context = { mainId: header.id, headerHash: main.headerHash };
  const protection = await createProtection(header.protection, context, slave.header.secret);
  return async (number) => {
    const { head, payload, tag } = await main.readSegment(number);
    const withheld = (await slave.readSegment(number)).payload;
    return merge(await protection.open(head, payload, tag, withheld), withheld);
  };
}

/**
 * Writes the source file again.
 *
 * @param sink closed at the end; aborted, with nothing left, when anything fails
 * @returns bytes written
 */
export async function combineSamples(
  main: MainReader,
  slave: SlaveReader,
  sink: ByteSink,
  merge: SegmentMerger,
  options: { signal?: AbortSignal; onProgress?: (progress: { bytes: number; segments: number }) => void } = {},
): Promise<number> {
  const underWay: Promise<Uint8Array>[] = [];
  let next = 0;
  let bytes = 0;
  try {
    const open = await openSamples(main, slave, merge);
    for (let number = 0; number < main.index.length; number++) {
      options.signal?.throwIfAborted();
      for (; next < main.index.length && underWay.length < SEGMENTS_AHEAD; next++) {
        const segment = open(next);
        segment.catch(() => {});
        underWay.push(segment);
      }
      const part = await underWay.shift();
      if (part === undefined) break;
      await sink.write(part);
      bytes += part.length;
      options.onProgress?.({ bytes, segments: number + 1 });
    }
    const expected = main.trailer?.sourceBytes;
    if (expected !== undefined && expected !== bytes)
      throw new FormatError(
        `${bytes} source bytes combined, ${expected} expected: the main file is damaged; fetch it again`,
      );
    await sink.close();
    return bytes;
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
