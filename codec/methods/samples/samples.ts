/**
 * Method `samples`: a file of coded pictures and sound is cut along time into byte ranges, and of each the bytes without which nothing
 * decodes go to the slave (Cmix patent [0155]). Nothing is decoded; combining gives the file back byte for byte. FORMAT.md 10.
 */
import { openIndex, recogniseSource } from "../../containers/open-index.ts";
import type { SourceIndex } from "../../containers/source-index.ts";
import type { DivisionWriter } from "../../division/division-writer.ts";
import type { FinishedSegment } from "../../division/unfinished.ts";
import { FILE_TRACK } from "../../format/layout.ts";
import { BASE_LAYER } from "../../layers/base.ts";
import type { Pool } from "../../pool/worker-pool.ts";
import type { DivisionJob, DivisionMethod, DivisionProgress } from "../method.ts";
import { checkKept, combineSource, keptOfSource, SEGMENTS_AHEAD } from "../source-segments.ts";
import type { CutRequest } from "./choose-cuts.ts";
import { type CutTask, sharedTasks } from "./cut-tasks.ts";
import type { SamplesWorkerApi } from "./samples-worker.ts";
import type { CutSegment } from "./segment-bytes.ts";
import { SlaveShare } from "./slave-share.ts";
import { openRenditions } from "./two-renditions.ts";

/** Tracks that a header can hold. */
const TRACKS_MAX = 64;

export const samples: DivisionMethod<SamplesWorkerApi> = {
  name: "samples",
  gives: "source",
  fillsOneWorker: true,

  async takes(source) {
    const kind = await recogniseSource(source);
    return kind !== "y4m" && kind !== "unknown" && source.size > 0;
  },

  keeps: keptOfSource,

  async prepare(job) {
    const index = await openIndex(job.source);
    const renditions = job.restrictions?.length ? await openRenditions(job, index, job.restrictions) : undefined;
    const { streams, film, container, startMicroseconds } = index;
    const order = [...streams.slice(film, film + 1), ...streams.filter((_, number) => number !== film)];
    const tracks = order
      .flatMap(({ track, edits }) => (track === undefined ? [] : [edits === undefined ? track : { ...track, edits }]))
      .slice(0, TRACKS_MAX);
    for (const [id, track] of tracks.entries()) track.id = id;
    return {
      parameters: {
        container,
        ...(startMicroseconds === 0 ? {} : { startMicroseconds }),
        ...(streams[film]?.isPacked === true ? { isPacked: true } : {}),
      },
      tracks,
      async write(writer, pool, kept) {
        await cutAll(job, index, renditions?.tasks(pool) ?? sharedTasks(job.source, index), writer, pool, kept);
        return { verbatimBytes: 0 };
      },
      async close() {
        renditions?.close();
      },
    };
  },

  combine: (opener, sink, { pool }, options) =>
    combineSource(
      opener,
      sink,
      pool.transfer,
      (publicBytes, withheld) => pool.use((api) => api.mergeSamples(publicBytes, withheld)),
      options,
    ),
};

async function cutAll(
  { source, signal, onProgress, ...description }: DivisionJob,
  index: SourceIndex,
  tasks: AsyncGenerator<CutTask>,
  writer: DivisionWriter,
  pool: Pool<SamplesWorkerApi>,
  kept: FinishedSegment[],
): Promise<void> {
  // Allowances depend on what the segments before took, the kept ones too: they go through the same queue.
  const share = new SlaveShare(source.size, index.durationMicroseconds, description);
  const underWay: { task: CutTask; done: FinishedSegment | Promise<CutSegment> }[] = [];
  const progress: DivisionProgress = { bytes: 0, totalBytes: source.size, pictures: 0, microseconds: 0 };
  let planned = 0;
  let keptLeft = kept.length;

  const writeOldest = async (): Promise<void> => {
    const oldest = underWay.shift();
    if (oldest === undefined) return;
    const { task, done } = oldest;
    const place = { track: FILE_TRACK, ...task.place, ...task.role };
    if ("head" in done) {
      share.spend(done.withheldBytes);
      writer.keep(place, done);
      keptLeft -= 1;
    } else {
      const { publicBytes, withheld } = await done;
      share.spend(withheld.length);
      await writer.add({ ...place, publicBytes, withheld });
    }
    progress.bytes = Math.max(progress.bytes, task.sourceEnd);
    if (place.layer === BASE_LAYER) progress.pictures += place.pictures;
    progress.microseconds = Math.max(progress.microseconds, place.startMicroseconds + place.durationMicroseconds);
    if (keptLeft === 0) onProgress?.({ ...progress });
  };

  for await (const task of tasks) {
    signal?.throwIfAborted();
    if (underWay.length >= SEGMENTS_AHEAD) await writeOldest();
    const request: CutRequest = {
      pieces: task.pieces,
      beside: task.beside,
      pictureTracks: index.pictureTracks,
      allowance: share.allow(task.sourceEnd, codedBytes(task)),
      generous: share.generous,
      alone: description.protection === "patent",
    };
    const done = kept[planned++] ?? cutInWorker(pool, await task.bytes(), request);
    if (done instanceof Promise) done.catch(() => {}); // reported when its turn comes
    underWay.push({ task, done });
  }
  while (underWay.length > 0) await writeOldest();
  checkKept(planned, kept);
}

function codedBytes({ place, pieces }: CutTask): number {
  return place.structure ? 0 : pieces.reduce((sum, { size }) => sum + size, 0);
}

const cutInWorker = (pool: Pool<SamplesWorkerApi>, bytes: Uint8Array, request: CutRequest): Promise<CutSegment> =>
  pool.use((api) => api.cutSamples(pool.transfer(bytes, [bytes.buffer as ArrayBuffer]), request));
