/** One encoder, for the pool of divide.worker.ts. */
import * as Comlink from "comlink";
import { type CodecWorkerApi, createCodecWorkerApi } from "../../methods/codec-worker.ts";
import { installErrorTransfer } from "../error-transfer.ts";
import { fetchKernels } from "./kernels.ts";

// Exposed before the kernels are there: a worker's first messages would be lost otherwise.
const started = fetchKernels().then((kernels) => createCodecWorkerApi(kernels, Comlink.transfer));
started.catch(() => {}); // every call tells it

const api: CodecWorkerApi = {
  beginGop: async (request) => (await started).beginGop(request),
  addPictures: async (pictures, quality) => (await started).addPictures(pictures, quality),
  cutAudio: async (packets) => (await started).cutAudio(packets),
  cutSamples: async (bytes, request) => (await started).cutSamples(bytes, request),
  mergeSamples: async (publicBytes, withheld) => (await started).mergeSamples(publicBytes, withheld),
  cutMpeg: async (bytes, request) => (await started).cutMpeg(bytes, request),
  mergeMpeg: async (publicBytes, withheld) => (await started).mergeMpeg(publicBytes, withheld),
};

installErrorTransfer();
Comlink.expose(api);
