import * as Comlink from "comlink";
import { type CodecWorkerApi, createCodecWorkerApi } from "../../methods/codec-worker.ts";
import { type PooledWorker, WorkerPool } from "../../pool/worker-pool.ts";
import { installErrorTransfer } from "../error-transfer.ts";
import { fetchCodeReader } from "./code-reader.ts";
import { fetchKernels } from "./kernels.ts";

const WORKERS_MAX = 4;

/**
 * A pool of Web Workers, each with kernels of its own; close it.
 *
 * @param workers at most; by default as many as the machine has cores, up to 4
 */
export function createBrowserPool(workers?: number): WorkerPool<CodecWorkerApi> {
  installErrorTransfer();
  const size = workers ?? Math.max(1, Math.min(WORKERS_MAX, navigator.hardwareConcurrency));
  return new WorkerPool(
    size,
    (): PooledWorker<CodecWorkerApi> => {
      const worker = new Worker(new URL("./codec.worker.ts", import.meta.url), { type: "module" });
      return { api: Comlink.wrap<CodecWorkerApi>(worker), terminate: () => worker.terminate() };
    },
    Comlink.transfer,
  );
}

/** A pool of one that works on the caller's own thread, a worker as a rule: where a message to another costs more than the work. */
export async function createLocalPool(): Promise<WorkerPool<CodecWorkerApi>> {
  const api = createCodecWorkerApi(await fetchKernels(), (value) => value, fetchCodeReader);
  return new WorkerPool(1, () => ({ api, terminate() {} }));
}
