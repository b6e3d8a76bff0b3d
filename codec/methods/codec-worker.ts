/** What a codec worker does, in a Web Worker or a Node worker: the workers' parts of all methods. */
import type { Transfer } from "../pool/worker-pool.ts";
import type { Kernels } from "../wasm/load-kernels.ts";
import { type CompressWorkerApi, createCompressWorker } from "./compress/compress-worker.ts";
import { createMpegWorker, type MpegWorkerApi } from "./mpeg/mpeg-worker.ts";
import { createSamplesWorker, type SamplesWorkerApi } from "./samples/samples-worker.ts";

/** The calls of a codec worker; each works on one segment or one group of pictures. */
export type CodecWorkerApi = CompressWorkerApi & MpegWorkerApi & SamplesWorkerApi;

/** @param transfer marks buffers that go back without a copy */
export const createCodecWorkerApi = (kernels: Kernels, transfer: Transfer): CodecWorkerApi => ({
  ...createCompressWorker(kernels, transfer),
  ...createMpegWorker(kernels, transfer),
  ...createSamplesWorker(kernels, transfer),
});
