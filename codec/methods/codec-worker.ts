/** What a codec worker does, in a Web Worker or a Node worker: the workers' parts of all methods. */
import { UnsupportedError } from "../errors.ts";
import type { Transfer } from "../pool/worker-pool.ts";
import { createMarksWorker, type LoadCodeReader, type MarksWorkerApi } from "../restriction/marks-worker.ts";
import type { Kernels } from "../wasm/load-kernels.ts";
import { type CompressWorkerApi, createCompressWorker } from "./compress/compress-worker.ts";
import { createMpegWorker, type MpegWorkerApi } from "./mpeg/mpeg-worker.ts";
import { createSamplesWorker, type SamplesWorkerApi } from "./samples/samples-worker.ts";

/** The calls of a codec worker; each works on one segment or one group of pictures. */
export type CodecWorkerApi = CompressWorkerApi & MpegWorkerApi & SamplesWorkerApi & MarksWorkerApi;

/**
 * @param transfer       marks buffers that go back without a copy
 * @param loadCodeReader for workers that look for marks
 */
export const createCodecWorkerApi = (
  kernels: Kernels,
  transfer: Transfer,
  loadCodeReader: LoadCodeReader = noCodeReader,
): CodecWorkerApi => ({
  ...createCompressWorker(kernels, transfer),
  ...createMpegWorker(kernels, transfer),
  ...createSamplesWorker(kernels, transfer),
  ...createMarksWorker(kernels, transfer, loadCodeReader),
});

const noCodeReader: LoadCodeReader = () =>
  Promise.reject(new UnsupportedError("marks are not looked for here: this worker was given no reader of codes"));
