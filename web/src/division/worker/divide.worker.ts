/** Divides a chosen file: reading and decoding here, encoding and cutting in nested workers, output streamed to files. */
import "../../shared/worker/no-eval.ts";
import * as Comlink from "comlink";
import { fetchKernels } from "../../../../codec/hosts/browser/index.ts";
import { installErrorTransfer } from "../../../../codec/hosts/error-transfer.ts";
import {
  type CodecWorkerApi,
  createCodecWorkerApi,
  type DivisionResult,
  type DivisionSinks,
  divideCompress,
  divideMpeg,
  divideSamples,
  type MainHeader,
  readAhead,
  readSourceCaptions,
  readUnfinished,
  type SourceIndex,
  type UnfinishedDivision,
  WorkerPool,
} from "../../../../codec/index.ts";
import { sourceFromBlob, toHex } from "../../../../codec/page.ts";
import type {
  DivideSettings,
  DivideWorkerApi,
  DivisionOutput,
  DivisionPlace,
  DivisionStep,
  SourceFacts,
} from "../protocol/divide-api.ts";
import { STUDIO_METHODS, type StudioMethod } from "../protocol/studio-methods.ts";
import { inspectMpeg } from "./mpeg-source.ts";
import { type DivisionFiles, openFiles } from "./output-file.ts";
import { SourceReader } from "./source-reader.ts";
import { streamFacts } from "./stream-source.ts";
import { makeTeaser } from "./teaser.ts";

const WORKERS_MAX = 4;
const STEP_MILLISECONDS = 100;
/** Pictures from one I-picture to the next, at most; also the longest way to decode after a seek. */
const GOP_PICTURES = 30;

function spawnCodecWorker(): { api: Comlink.Remote<CodecWorkerApi>; terminate(): void } {
  const worker = new Worker(new URL("../../../../codec/hosts/browser/codec.worker.ts", import.meta.url), {
    type: "module",
  });
  return { api: Comlink.wrap<CodecWorkerApi>(worker), terminate: () => worker.terminate() };
}

/** Cutting at this worker's own hands: at 1.4 GB/s a message to another one costs more than the work. */
async function localPool(): Promise<WorkerPool> {
  const api = createCodecWorkerApi(await fetchKernels(), (value) => value) as unknown as Comlink.Remote<CodecWorkerApi>;
  return new WorkerPool(1, () => ({ api, terminate() {} }));
}

const nestedWorkers = async (): Promise<WorkerPool> =>
  new WorkerPool(Math.max(1, Math.min(WORKERS_MAX, navigator.hardwareConcurrency)), spawnCodecWorker);

const POOLS: Readonly<Record<StudioMethod, () => Promise<WorkerPool>>> = {
  samples: localPool,
  mpeg: nestedWorkers,
  compress: nestedWorkers,
};

/** Passes the first step on, the last one, and between them one a tenth of a second: each makes the page draw. */
function thinned(onProgress: (step: DivisionStep) => void): (step: DivisionStep) => void {
  let last = 0;
  return (step) => {
    const now = performance.now();
    if (step.share < 1 && now - last < STEP_MILLISECONDS) return;
    last = now;
    onProgress(step);
  };
}

interface DivisionJob {
  file: Blob;
  settings: DivideSettings & { signal: AbortSignal };
  sinks: DivisionSinks;
  pool: WorkerPool;
  unfinished: UnfinishedDivision | undefined;
  onProgress: (step: DivisionStep) => void;
}

/** What can be kept of an interrupted division; all files are cut where it ends, to their start when there is nothing. */
async function takeUp({ main, slave, journal }: DivisionFiles, goOn: boolean): Promise<UnfinishedDivision | undefined> {
  const unfinished =
    goOn && journal !== undefined
      ? await readUnfinished(await main.left(), await slave.left(), await journal.left())
      : undefined;
  await main.startAt(unfinished?.mainBytes ?? 0);
  await slave.startAt(unfinished?.slaveBytes ?? 0);
  await journal?.startAt(unfinished?.journalBytes ?? 0);
  return unfinished;
}

function divideAsItIs(
  divide: typeof divideSamples | typeof divideMpeg,
  { file, settings, sinks, pool, unfinished, onProgress }: DivisionJob,
): Promise<DivisionResult> {
  const { title, copyright, protection, service, player, mainName, slaveName, signal, poster, captions } = settings;
  const described = { title, copyright, protection, service, player, mainName, slaveName, signal };
  return divide(
    readAhead(sourceFromBlob(file)),
    {
      ...described,
      ...(poster === undefined ? {} : { poster }),
      ...(captions === undefined ? {} : { captions }),
      onProgress: ({ pictures, bytes, totalBytes }) => onProgress({ pictures, bytes, share: bytes / totalBytes }),
    },
    sinks,
    pool,
    unfinished,
  );
}

async function compressAndDivide({ file, settings, sinks, pool, onProgress }: DivisionJob): Promise<DivisionResult> {
  const reader = await SourceReader.open(file);
  try {
    const { durationSeconds } = reader.facts;
    const input = await reader.compressInput();
    settings.signal.throwIfAborted();
    return await divideCompress(
      input,
      {
        ...settings,
        gopPictures: GOP_PICTURES,
        onProgress: ({ pictures, microseconds }) => {
          const share = durationSeconds > 0 ? Math.min(1, microseconds / 1e6 / durationSeconds) : 0;
          onProgress({ pictures, bytes: share * file.size, share });
        },
      },
      sinks,
      pool,
    );
  } finally {
    reader.close();
  }
}

/** A method is one line. */
const DIVIDES: Readonly<Record<StudioMethod, (job: DivisionJob) => Promise<DivisionResult>>> = {
  samples: (job) => divideAsItIs(divideSamples, job),
  mpeg: (job) => divideAsItIs(divideMpeg, job),
  compress: compressAndDivide,
};

/** What of a container our own index does not read can still be compressed, without its captions. */
async function sourceCaptions(file: Blob, index: SourceIndex | undefined): Promise<SourceFacts["captions"]> {
  if (index === undefined) return undefined;
  const leftOut: string[] = [];
  const tracks = await readSourceCaptions(readAhead(sourceFromBlob(file)), index, (message) => leftOut.push(message));
  return tracks.length > 0 || leftOut.length > 0 ? { tracks, leftOut } : undefined;
}

class DivideWorker implements DivideWorkerApi {
  private cancelling: AbortController | undefined;

  async inspect(file: Blob): Promise<SourceFacts> {
    const mpeg = await inspectMpeg(file);
    if (mpeg !== undefined) return mpeg;
    const facts = await streamFacts(file);
    if (facts !== undefined) return facts;
    const reader = await SourceReader.open(file);
    try {
      const poster = await reader.poster(0);
      const captions = await sourceCaptions(file, reader.index);
      return {
        ...reader.facts,
        ...(poster === undefined ? {} : { poster }),
        ...(captions === undefined ? {} : { captions }),
      };
    } finally {
      reader.close();
    }
  }

  async poster(file: Blob, startSeconds: number): Promise<MainHeader["poster"]> {
    const reader = await SourceReader.open(file);
    try {
      return await reader.poster(startSeconds);
    } finally {
      reader.close();
    }
  }

  async divide(
    { id, target }: DivisionPlace,
    goOn: boolean,
    file: Blob,
    settings: DivideSettings,
    onProgress: (step: DivisionStep) => void,
  ): Promise<DivisionOutput> {
    const cancelling = new AbortController();
    this.cancelling = cancelling;
    const { signal } = cancelling;
    const start = performance.now();
    const { method } = settings;
    const pool = await POOLS[method]();
    const files = await openFiles(id, target, STUDIO_METHODS[method].canGoOn);
    const { main, slave, journal } = files;
    const sinks = { main: main.sink, slave: slave.sink, ...(journal === undefined ? {} : { journal: journal.sink }) };
    try {
      const unfinished = await takeUp(files, goOn);
      const job: DivisionJob = {
        file,
        settings: { ...settings, signal },
        sinks,
        pool,
        unfinished,
        onProgress: thinned(onProgress),
      };
      signal.throwIfAborted();
      const result = await DIVIDES[method](job);
      const seconds = (performance.now() - start) / 1000;
      const { thumbnails } = settings;
      const teaser = thumbnails.teaser ? await makeTeaser(file, thumbnails.startSeconds, signal) : undefined;
      return {
        method,
        mainId: toHex(result.mainId),
        slaveId: toHex(result.slaveId),
        main: await main.blob(),
        slave: await slave.blob(),
        mainBytes: result.mainBytes,
        slaveBytes: result.slaveBytes,
        extrasBytes: result.extrasBytes,
        teaser,
        segments: result.segments,
        pictures: result.pictures,
        durationSeconds: result.durationMicroseconds / 1e6,
        keptBytes: unfinished?.mainBytes ?? 0,
        seconds,
      };
    } catch (error) {
      await Promise.allSettled(Object.values(sinks).map((sink) => sink.abort()));
      throw error;
    } finally {
      pool.close();
    }
  }

  async program(): Promise<string> {
    return self.location.pathname; // the build puts a hash of the content into it
  }

  async cancel(): Promise<void> {
    this.cancelling?.abort();
  }
}

installErrorTransfer();
Comlink.expose(new DivideWorker());
