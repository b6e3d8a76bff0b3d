import { parentPort } from "node:worker_threads";
import * as Comlink from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { type CodecWorkerApi, createCodecWorkerApi } from "../../methods/codec-worker.ts";
import { installErrorTransfer } from "../error-transfer.ts";
import { loadNodeKernels } from "./kernels.ts";

if (parentPort === null) throw new Error("codec.worker runs as a worker only");
installErrorTransfer();
// Exposed at once, so that no early message is lost; the kernels are awaited inside.
const api = loadNodeKernels().then((kernels) => createCodecWorkerApi(kernels, Comlink.transfer));
const exposed: CodecWorkerApi = {
  beginGop: async (request) => (await api).beginGop(request),
  addPictures: async (pictures, quality) => (await api).addPictures(pictures, quality),
  cutAudio: async (packets) => (await api).cutAudio(packets),
  cutSamples: async (bytes, request) => (await api).cutSamples(bytes, request),
  mergeSamples: async (publicBytes, withheld) => (await api).mergeSamples(publicBytes, withheld),
  cutMpeg: async (bytes, request) => (await api).cutMpeg(bytes, request),
  mergeMpeg: async (publicBytes, withheld) => (await api).mergeMpeg(publicBytes, withheld),
};
Comlink.expose(exposed, nodeEndpoint(parentPort));
