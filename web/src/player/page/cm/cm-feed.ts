/** Feeds a `<video>` with a CM that still arrives (Media Source Extensions), where the browser can. */
import { UnsupportedError } from "../../../../../codec/page.ts";
import { deferred } from "../../../shared/deferred.ts";
import type { ArrivingCm } from "../play/arriving-cm.ts";

export interface CmFeed {
  source: MediaSource;
  /** Feeds once a `<video>` has opened the source; resolves at the CM's end. @throws what stopped it */
  run(): Promise<void>;
}

/** Safari on phones has this one only. */
const MEDIA_SOURCE: typeof MediaSource | undefined =
  globalThis.MediaSource ?? (globalThis as { ManagedMediaSource?: typeof MediaSource }).ManagedMediaSource;

/**
 * Resolves when the first pictures are there, or the whole CM.
 *
 * @param signal ends the feed
 * @returns undefined where the whole file is to be shown: it came first, or the CM cannot be played in pieces
 * @throws what stops the CM's bytes
 */
export async function feedOf(cm: ArrivingCm, signal: AbortSignal): Promise<CmFeed | undefined> {
  const unused = new AbortController();
  const opened = openFeed(cm, AbortSignal.any([signal, unused.signal])).catch(() => undefined);
  const feed = await Promise.race([cm.whole.then(() => undefined), opened]);
  if (feed !== undefined) return feed;
  unused.abort();
  await cm.whole;
  return undefined;
}

async function openFeed(cm: ArrivingCm, signal: AbortSignal): Promise<CmFeed> {
  if (MEDIA_SOURCE === undefined) throw new UnsupportedError("this browser plays whole files only");
  const { openCmStream } = await import("./cm-stream.ts");
  signal.throwIfAborted();
  const { mimeType, fragments } = await openCmStream(cm, signal);
  if (!MEDIA_SOURCE.isTypeSupported(mimeType))
    throw new UnsupportedError(`this browser plays no pieces of ${mimeType}`);
  const source = new MEDIA_SOURCE();
  return {
    source,
    run: async () => {
      if (source.readyState !== "open") await heard(source, "sourceopen", signal);
      const buffer = source.addSourceBuffer(mimeType);
      source.duration = cm.durationSeconds;
      for (;;) {
        const { done, value } = await fragments.read();
        if (done) break;
        buffer.appendBuffer(value);
        await heard(buffer, "updateend", signal);
      }
      // An append that failed has ended the source, and the element tells of it.
      if (source.readyState === "open") source.endOfStream();
    },
  };
}

/** @throws AbortError on `signal` */
async function heard(target: EventTarget, type: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = deferred<void>();
  const onAbort = () => reject(signal.reason);
  target.addEventListener(type, () => resolve(), { once: true });
  signal.addEventListener("abort", onAbort);
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
