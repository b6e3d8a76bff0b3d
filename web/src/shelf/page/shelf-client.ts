/** shelf.worker.ts for pages: one worker for each file, which ends with its work. */
import * as Comlink from "comlink";
import { installErrorTransfer } from "../../../../codec/hosts/error-transfer.ts";
import { deferred } from "../../shared/deferred.ts";
import type { ShelfWorkerApi } from "../protocol/shelf-api.ts";

/** @throws AbortError on `signal`; the worker is gone then */
export async function inShelfWorker<T>(
  signal: AbortSignal,
  work: (remote: Comlink.Remote<ShelfWorkerApi>) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  installErrorTransfer();
  const worker = new Worker(new URL("../worker/shelf.worker.ts", import.meta.url), { type: "module" });
  const ended = deferred<never>();
  const stop = () => ended.reject(new DOMException("cancelled", "AbortError"));
  signal.addEventListener("abort", stop, { once: true });
  worker.onerror = ({ message }) =>
    ended.reject(new Error(`the worker that stores files broke (${message}): try again`));
  try {
    return await Promise.race([work(Comlink.wrap<ShelfWorkerApi>(worker)), ended.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
    worker.terminate();
  }
}
