import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { transfer, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import type { CodecWorkerApi } from "../../methods/codec-worker.ts";
import { type PooledWorker, WorkerPool } from "../../pool/worker-pool.ts";
import { installErrorTransfer } from "../error-transfer.ts";
import { installNodeCrypto } from "./primitives.ts";

/**
 * A pool of codec workers on Node threads; close it.
 *
 * @param workers at most; by default as many as the machine has cores
 */
export function createNodePool(workers?: number): WorkerPool<CodecWorkerApi> {
  installErrorTransfer();
  installNodeCrypto();
  return new WorkerPool(
    workers ?? availableParallelism(),
    (): PooledWorker<CodecWorkerApi> => {
      const worker = new Worker(new URL("./codec.worker.js", import.meta.url));
      return { api: wrap<CodecWorkerApi>(nodeEndpoint(worker)), terminate: () => void worker.terminate() };
    },
    transfer,
  );
}
