/** Divides a chosen file: reading and decoding here, encoding and cutting in nested workers, output streamed to files. */
import "../shared/no-eval.ts";
import * as Comlink from "comlink";
import { type ByteSink, sourceFromBlob, toHex } from "../../../codec/format/bytes.ts";
import type { DivisionResult } from "../../../codec/format/division-writer.ts";
import type { MainHeader } from "../../../codec/format/header.ts";
import { divideCompress } from "../../../codec/methods/compress.ts";
import { openMpeg } from "../../../codec/methods/mpeg/open-mpeg.ts";
import { divideMpeg } from "../../../codec/methods/mpeg.ts";
import { divideSamples } from "../../../codec/methods/samples.ts";
import type { CodecWorkerApi } from "../../../codec/worker/codec-worker.ts";
import { installErrorTransfer } from "../../../codec/worker/error-transfer.ts";
import { WorkerPool } from "../../../codec/worker/worker-pool.ts";
import type { DivideSettings, DivideWorkerApi, DivisionOutput, DivisionStep, SourceFacts } from "./divide-api.ts";
import { inspectMpeg } from "./mpeg-source.ts";
import { openOutputs } from "./output-file.ts";
import { SourceReader } from "./source-reader.ts";

const WORKERS_MAX = 4;
/** Pictures from one I-picture to the next, at most; also the longest way to decode after a seek. */
const GOP_PICTURES = 30;

function spawnCodecWorker(): { api: Comlink.Remote<CodecWorkerApi>; terminate(): void } {
  const worker = new Worker(new URL("./codec.worker.ts", import.meta.url), { type: "module" });
  return { api: Comlink.wrap<CodecWorkerApi>(worker), terminate: () => worker.terminate() };
}

interface DivisionJob {
  file: Blob;
  /** Undefined for MPEG-1 and MPEG-2. */
  reader: SourceReader | undefined;
  settings: DivideSettings & { signal: AbortSignal; poster?: NonNullable<MainHeader["poster"]> };
  sinks: { main: ByteSink; slave: ByteSink };
  pool: WorkerPool;
  onProgress: (step: DivisionStep) => void;
}

function divideAsItIs({ file, reader, settings, sinks, pool, onProgress }: DivisionJob): Promise<DivisionResult> {
  const { title, copyright, protection, service, player, mainName, slaveName, signal, poster } = settings;
  const described = { title, copyright, protection, service, player, mainName, slaveName, signal };
  return (reader === undefined ? divideMpeg : divideSamples)(
    sourceFromBlob(file),
    {
      ...described,
      ...(poster === undefined ? {} : { poster }),
      onProgress: ({ pictures, bytes, totalBytes }) => onProgress({ pictures, bytes, share: bytes / totalBytes }),
    },
    sinks,
    pool,
  );
}

async function compressAndDivide({
  file,
  reader,
  settings,
  sinks,
  pool,
  onProgress,
}: DivisionJob): Promise<DivisionResult> {
  if (reader === undefined) throw new TypeError("compress needs a file that the browser decodes");
  const { durationSeconds } = reader.facts;
  const input = await reader.compressInput();
  settings.signal.throwIfAborted();
  return divideCompress(
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
}

class DivideWorker implements DivideWorkerApi {
  private cancelling: AbortController | undefined;

  async inspect(file: Blob): Promise<SourceFacts> {
    const mpeg = await inspectMpeg(file);
    if (mpeg !== undefined) return mpeg;
    const reader = await SourceReader.open(file);
    reader.close();
    return reader.facts;
  }

  async divide(
    jobId: string,
    file: Blob,
    settings: DivideSettings,
    onProgress: (step: DivisionStep) => void,
  ): Promise<DivisionOutput> {
    const cancelling = new AbortController();
    this.cancelling = cancelling;
    const { signal } = cancelling;
    const start = performance.now();
    const isMpeg = (await openMpeg(sourceFromBlob(file))) !== undefined;
    const reader = isMpeg ? undefined : await SourceReader.open(file);
    const pool = new WorkerPool(Math.max(1, Math.min(WORKERS_MAX, navigator.hardwareConcurrency)), spawnCodecWorker);
    const outputs = await openOutputs(jobId, ["main.cmx", "slave.cms"]);
    const [main, slave] = outputs;
    try {
      if (main === undefined || slave === undefined) throw new RangeError("two outputs");
      const poster = await reader?.poster();
      const job: DivisionJob = {
        file,
        reader,
        settings: { ...settings, signal, ...(poster === undefined ? {} : { poster }) },
        sinks: { main: main.sink, slave: slave.sink },
        pool,
        onProgress,
      };
      signal.throwIfAborted();
      const result = await (settings.method === "samples" ? divideAsItIs(job) : compressAndDivide(job));
      return {
        method: settings.method,
        mainId: toHex(result.mainId),
        slaveId: toHex(result.slaveId),
        main: await main.blob(),
        slave: await slave.blob(),
        mainBytes: result.mainBytes,
        slaveBytes: result.slaveBytes,
        extrasBytes: result.extrasBytes,
        segments: result.segments,
        pictures: result.pictures,
        durationSeconds: result.durationMicroseconds / 1e6,
        seconds: (performance.now() - start) / 1000,
      };
    } catch (error) {
      await Promise.allSettled(outputs.map((output) => output.sink.abort()));
      throw error;
    } finally {
      reader?.close();
      pool.close();
    }
  }

  async cancel(): Promise<void> {
    this.cancelling?.abort();
  }
}

installErrorTransfer();
Comlink.expose(new DivideWorker());
