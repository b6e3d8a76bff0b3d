/** Divides a chosen file: demuxing and decoding here, encoding in nested workers, output streamed to files. */
import "../shared/no-eval.ts";
import * as Comlink from "comlink";
import { toHex } from "../../../codec/format/bytes.ts";
import { divideCompress } from "../../../codec/methods/compress.ts";
import type { DivideProgress } from "../../../codec/methods/compress-types.ts";
import type { CodecWorkerApi } from "../../../codec/worker/codec-worker.ts";
import { installErrorTransfer } from "../../../codec/worker/error-transfer.ts";
import { WorkerPool } from "../../../codec/worker/worker-pool.ts";
import type { DivideSettings, DivideWorkerApi, DivisionOutput, SourceFacts } from "./divide-api.ts";
import { openOutputs } from "./output-file.ts";
import { SourceReader } from "./source-reader.ts";

const WORKERS_MAX = 4;
/** Pictures from one I-picture to the next, at most; also the longest way to decode after a seek. */
const GOP_PICTURES = 30;

function spawnCodecWorker(): { api: Comlink.Remote<CodecWorkerApi>; terminate(): void } {
  const worker = new Worker(new URL("./codec.worker.ts", import.meta.url), { type: "module" });
  return { api: Comlink.wrap<CodecWorkerApi>(worker), terminate: () => worker.terminate() };
}

class DivideWorker implements DivideWorkerApi {
  private cancelling: AbortController | undefined;

  async inspect(file: Blob): Promise<SourceFacts> {
    const reader = await SourceReader.open(file);
    reader.close();
    return reader.facts;
  }

  async divide(
    jobId: string,
    file: Blob,
    settings: DivideSettings,
    onProgress: (progress: DivideProgress) => void,
  ): Promise<DivisionOutput> {
    const cancelling = new AbortController();
    this.cancelling = cancelling;
    const { signal } = cancelling;
    const start = performance.now();
    const reader = await SourceReader.open(file);
    const pool = new WorkerPool(Math.max(1, Math.min(WORKERS_MAX, navigator.hardwareConcurrency)), spawnCodecWorker);
    const outputs = await openOutputs(jobId, ["main.cmx", "slave.cms"]);
    const [main, slave] = outputs;
    try {
      if (main === undefined || slave === undefined) throw new RangeError("two outputs");
      const poster = await reader.poster();
      const input = await reader.compressInput();
      signal.throwIfAborted();
      const result = await divideCompress(
        input,
        { ...settings, gopPictures: GOP_PICTURES, signal, onProgress, ...(poster === undefined ? {} : { poster }) },
        { main: main.sink, slave: slave.sink },
        pool,
      );
      return {
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
      reader.close();
      pool.close();
    }
  }

  async cancel(): Promise<void> {
    this.cancelling?.abort();
  }
}

installErrorTransfer();
Comlink.expose(new DivideWorker());
