/** A CM while it is fetched: its bytes from the first on as they come, and all of them, held against the offer's hash, at the end. */
import { DeliveryError, toHex } from "../../../../../codec/page.ts";
import type { PlayCm } from "../../../shared/api/plays.ts";
import { deferred } from "../../../shared/deferred.ts";

export class ArrivingCm {
  readonly type: PlayCm["type"];
  readonly durationSeconds: number;
  /** Resolves with the whole CM; rejects where it does not come, or is not what was offered. */
  readonly whole: Promise<Blob>;
  private readonly offer: PlayCm;
  private readonly bytes: Uint8Array<ArrayBuffer>;
  private readonly settled = deferred<Blob>();
  private arrivedBytes = 0;
  private failure: { error: unknown } | undefined;
  private news = deferred<void>();

  constructor(offer: PlayCm) {
    this.offer = offer;
    this.type = offer.type;
    this.durationSeconds = offer.durationSeconds;
    this.bytes = new Uint8Array(offer.bytes);
    this.whole = this.settled.promise;
    this.whole.catch(() => {}); // heard by whoever waits for it
  }

  /** Takes in what stands at `offset`; after a broken answer the same bytes come again. */
  add(offset: number, chunk: Uint8Array): void {
    this.bytes.set(chunk.subarray(0, Math.max(0, this.bytes.length - offset)), Math.min(offset, this.bytes.length));
    this.arrivedBytes = Math.max(this.arrivedBytes, Math.min(offset + chunk.length, this.bytes.length));
    this.tell();
  }

  /** All was asked for and answered. @throws {@link DeliveryError} these are not the bytes that were offered */
  async finish(): Promise<Blob> {
    const hash = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", this.bytes)));
    if (hash !== this.offer.sha256)
      throw new DeliveryError("the commercial arrived damaged: play again", { status: 200, retryable: true });
    const cm = new Blob([this.bytes], { type: this.type });
    this.settled.resolve(cm);
    return cm;
  }

  /** No more bytes come. */
  fail(error: unknown): void {
    this.failure ??= { error };
    this.settled.reject(error);
    this.tell();
  }

  /** Its bytes from the first to the last, each as soon as it is here; errors with what stopped the CM. */
  stream(): ReadableStream<Uint8Array> {
    let sentBytes = 0;
    return new ReadableStream({
      pull: async (controller) => {
        while (sentBytes === this.arrivedBytes && sentBytes < this.bytes.length && this.failure === undefined)
          await this.news.promise;
        if (this.failure !== undefined) return controller.error(this.failure.error);
        if (sentBytes === this.bytes.length) return controller.close();
        controller.enqueue(this.bytes.subarray(sentBytes, this.arrivedBytes));
        sentBytes = this.arrivedBytes;
      },
    });
  }

  private tell(): void {
    this.news.resolve();
    this.news = deferred();
  }
}
