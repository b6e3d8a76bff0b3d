/** Spreads closed groups of pictures over a worker pool and gives them back in order, with bounded memory. */
import { transfer } from "comlink";
import type { PooledWorker, WorkerPool } from "../worker/worker-pool.ts";
import type { EncodedPicture, EncodeSettings, SourcePicture } from "./compress-types.ts";
import type { EncoderVideo } from "./picture-encoder.ts";
import type { RateControl } from "./rate-control.ts";

/** Uncompressed pictures that may wait for the workers; bounds memory, and lets a second worker start a group early. */
const WAITING_MAX_BYTES = 64 << 20;

/** One closed group: its pictures in order, with their times. */
export interface EncodedGop {
  startMicroseconds: number;
  pictures: EncodedPicture[];
}

export interface GopEncoderOptions {
  video: EncoderVideo;
  division: EncodeSettings["division"];
  gopPictures: number;
  rate: RateControl;
  signal?: AbortSignal | undefined;
  onPicture?: ((done: { pictures: number; microseconds: number }) => void) | undefined;
}

/**
 * Encodes pictures as they come. The duration of a picture runs to the next one's time.
 *
 * @throws the first error of a worker or of the source
 */
export async function* encodeGops(
  pictures: AsyncIterable<SourcePicture>,
  pool: WorkerPool,
  options: GopEncoderOptions,
): AsyncGenerator<EncodedGop> {
  const { signal } = options;
  const source = withDurations(pictures)[Symbol.asyncIterator]();
  const running: Promise<EncodedGop>[] = [];
  const waiting = new WaitingRoom();
  let done = 0;
  let read = 0;
  let ended = false;

  async function readGop(): Promise<void> {
    const worker = await pool.acquire();
    const gop: EncodedGop = { startMicroseconds: 0, pictures: [] };
    let job: Promise<unknown> = worker.api.beginGop({
      video: options.video,
      division: options.division,
      firstPicture: read,
    });
    const quality = options.rate.quality();
    let count = 0;
    let failure: unknown;
    const fail = (error: unknown): void => {
      failure ??= error;
    };
    while (count < options.gopPictures && failure === undefined) {
      signal?.throwIfAborted();
      const next = await source.next();
      if (next.done) {
        ended = true;
        break;
      }
      const picture = next.value;
      if (count === 0) gop.startMicroseconds = picture.timestampMicroseconds;
      count += 1;
      read += 1;
      const bytes = picture.data.byteLength;
      job = job
        .then(async () => {
          const end = picture.timestampMicroseconds + picture.durationMicroseconds;
          gop.pictures.push(
            await worker.api.addPicture(transfer(picture, [picture.data.buffer as ArrayBuffer]), quality),
          );
          done += 1;
          options.onPicture?.({ pictures: done, microseconds: end });
        })
        .catch(fail)
        .finally(() => waiting.leave(bytes));
      await waiting.enter(bytes);
    }
    const finished = finishGop(job, worker, gop, quality, () => failure);
    finished.catch(() => {}); // thrown where the group is handed on
    running.push(finished);
  }

  async function finishGop(
    job: Promise<unknown>,
    worker: PooledWorker,
    gop: EncodedGop,
    quality: number,
    failure: () => unknown,
  ): Promise<EncodedGop> {
    await job;
    if (failure() !== undefined) throw failure();
    pool.release(worker);
    options.rate.report(gop, quality);
    return gop;
  }

  try {
    while (!ended) {
      await readGop();
      // One group a worker is under way; the oldest is handed on before another starts.
      while (running.length >= (ended ? 1 : pool.size)) {
        const gop = await running.shift();
        signal?.throwIfAborted();
        if (gop !== undefined && gop.pictures.length > 0) yield gop;
      }
    }
  } finally {
    await Promise.allSettled(running);
    await source.return?.(undefined);
  }
}

/** Lets a reader in while there is room. */
class WaitingRoom {
  private bytes = 0;
  private wake: (() => void) | undefined;

  /** Counts the bytes in, and waits while there are too many. */
  async enter(bytes: number): Promise<void> {
    this.bytes += bytes;
    while (this.bytes > WAITING_MAX_BYTES) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  leave(bytes: number): void {
    this.bytes -= bytes;
    this.wake?.();
  }
}

/** Holds one picture back, so that its duration is the time to the next. */
async function* withDurations(pictures: AsyncIterable<SourcePicture>): AsyncGenerator<SourcePicture> {
  let held: SourcePicture | undefined;
  for await (const picture of pictures) {
    if (held !== undefined)
      yield { ...held, durationMicroseconds: Math.max(0, picture.timestampMicroseconds - held.timestampMicroseconds) };
    held = picture;
  }
  if (held !== undefined) yield held;
}
