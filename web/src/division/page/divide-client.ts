/** divide.worker.ts for pages: starts it when needed, stops it on a signal. */

import * as Comlink from "comlink";
import { installErrorTransfer } from "../../../../codec/hosts/error-transfer.ts";
import type { RestrictedPart } from "../../../../codec/page.ts";
import { deferred } from "../../shared/deferred.ts";
import type {
  DivideSettings,
  DivideWorkerApi,
  DivisionOutput,
  DivisionPlace,
  DivisionStep,
  FoundMarks,
  SourceFacts,
  StripPicture,
  TrimSeconds,
} from "../protocol/divide-api.ts";
import { removeOutput } from "./output-folders.ts";
import { serviceMarks } from "./service-marks.ts";

/** A cancelled division that has not stopped by itself after this long is ended with its worker. */
const GRACE_MILLISECONDS = 800;

export class DivideClient {
  private worker: Worker | undefined;
  private remote: Comlink.Remote<DivideWorkerApi> | undefined;

  async inspect(file: Blob): Promise<SourceFacts> {
    return this.started().inspect(file);
  }

  async poster(
    file: Blob,
    startSeconds: number,
    restrictions?: readonly RestrictedPart[],
  ): Promise<DivideSettings["poster"]> {
    return this.started().poster(file, startSeconds, restrictions);
  }

  async strip(file: Blob): Promise<StripPicture[]> {
    return this.started().strip(file);
  }

  async trimTaken(file: Blob, trim: TrimSeconds): Promise<TrimSeconds> {
    return this.started().trimTaken(file, trim);
  }

  async findMarks(
    file: Blob,
    unsigned: boolean,
    onShare: (share: number) => void,
    signal: AbortSignal,
  ): Promise<FoundMarks> {
    const remote = this.started();
    const cancel = () => void remote.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await remote.findMarks(file, Comlink.proxy(serviceMarks), unsigned, Comlink.proxy(onShare));
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  async program(): Promise<string> {
    return this.started().program();
  }

  /** @throws AbortError at most a second after `signal`; nothing is left then, nor after another error */
  async divide(
    place: DivisionPlace,
    goOn: boolean,
    file: Blob,
    settings: DivideSettings,
    signal: AbortSignal,
    onProgress: (progress: DivisionStep) => void,
  ): Promise<DivisionOutput> {
    this.close(); // the tables of a film of some hours, which it was looked at with, take 200 MB
    const remote = this.started();
    const broken = deferred<never>();
    broken.promise.catch(() => {});
    if (this.worker !== undefined)
      this.worker.onerror = (event) =>
        broken.reject(new Error(`the division's worker broke (${event.message}): try again`));
    const cancel = () => {
      void remote.cancel();
      setTimeout(() => broken.reject(new DOMException("cancelled", "AbortError")), GRACE_MILLISECONDS);
    };
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await Promise.race([
        remote.divide(place, goOn, file, settings, Comlink.proxy(onProgress)),
        broken.promise,
      ]);
    } catch (error) {
      // Whatever state it is in, a division that failed starts the next one afresh.
      this.close();
      await removeOutput(place);
      throw error;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  /** A division under way stops where it is; what it wrote stays. */
  close(): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.remote = undefined;
  }

  private started(): Comlink.Remote<DivideWorkerApi> {
    if (this.remote === undefined) {
      installErrorTransfer();
      this.worker = new Worker(new URL("../worker/divide.worker.ts", import.meta.url), { type: "module" });
      this.remote = Comlink.wrap<DivideWorkerApi>(this.worker);
    }
    return this.remote;
  }
}
