/** Counts what decoders in the player's worker give out and what is closed again: what is not keeps the decoder's memory. */
import type { Page } from "playwright";

export interface MediaCount {
  opened: number;
  closed: number;
}

interface Counted {
  mediaCount: Record<"VideoFrame" | "AudioData", MediaCount>;
}

/** In workers that start from now on, from before their first play. */
export function countMedia(page: Page): void {
  page.on("worker", (worker) => {
    if (worker.url().includes("play.worker")) void worker.evaluate(count);
  });
}

/** Of the one worker that counts. */
export async function mediaCount(page: Page): Promise<Counted["mediaCount"]> {
  for (const worker of page.workers()) {
    const found = await worker.evaluate(() => (globalThis as unknown as Partial<Counted>).mediaCount);
    if (found !== undefined) return found;
  }
  throw new Error("there is no worker that counts");
}

/** Runs in the worker. */
function count(): void {
  const scope = globalThis as unknown as Counted & Record<string, new (...values: unknown[]) => unknown>;
  scope.mediaCount = { VideoFrame: { opened: 0, closed: 0 }, AudioData: { opened: 0, closed: 0 } };
  for (const kind of ["VideoFrame", "AudioData"] as const) {
    const kindCount = scope.mediaCount[kind];
    const media = scope[kind] as unknown as { prototype: { close(): void; clone(): unknown } };
    const { close, clone } = media.prototype;
    const closed = new WeakSet<object>();
    media.prototype.close = function (this: object) {
      if (!closed.has(this)) kindCount.closed += 1;
      closed.add(this);
      close.call(this as never);
    };
    media.prototype.clone = function (this: object) {
      kindCount.opened += 1;
      return clone.call(this as never);
    };
    scope[kind] = new Proxy(scope[kind] as never, {
      construct(target, values) {
        kindCount.opened += 1;
        return Reflect.construct(target, values);
      },
    });
    const decoder = kind === "VideoFrame" ? "VideoDecoder" : "AudioDecoder";
    scope[decoder] = new Proxy(scope[decoder] as never, {
      construct(target, [init]: [{ output(media: unknown): void; error(error: unknown): void }]) {
        const output = (given: unknown) => {
          kindCount.opened += 1;
          init.output(given);
        };
        return Reflect.construct(target, [{ output, error: init.error }]);
      },
    });
  }
}
