import * as Comlink from "comlink";
import { type CodecWorkerApi, createCodecWorkerApi } from "../methods/codec-worker.ts";
import type { LoadCodeReader } from "../restriction/marks-worker.ts";
import type { Kernels } from "../wasm/load-kernels.ts";
import { installErrorTransfer } from "./error-transfer.ts";

type Call = (...args: unknown[]) => Promise<unknown>;

/**
 * Makes the thread it is called on a codec worker. It answers at once, since a worker's first messages would be lost otherwise; each call
 * waits for the kernels, and tells where they could not be loaded.
 */
export function serveCodec(
  kernels: Promise<Kernels>,
  loadCodeReader: LoadCodeReader,
  endpoint?: Comlink.Endpoint,
): void {
  installErrorTransfer();
  const ready = kernels.then((loaded) => createCodecWorkerApi(loaded, Comlink.transfer, loadCodeReader));
  ready.catch(() => {}); // every call tells it
  const api = new Proxy({} as CodecWorkerApi, {
    get: (_target, name): Call => {
      return async (...args) => ((await ready)[name as keyof CodecWorkerApi] as Call)(...args);
    },
  });
  Comlink.expose(api, endpoint);
}
