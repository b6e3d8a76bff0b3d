/** Spreads closed groups of pictures over a worker pool and gives them back in order, with bounded memory. */
import { transfer } from "comlink";
import type { PooledWorker, WorkerPool } from "../worker/worker-pool.ts";
import type { EncodedPicture, EncodeSettings, SourcePicture } from "./compress-types.ts";
import type { EncoderVideo, PlaneCode } from "./picture-encoder.ts";
import type { GroupRate, RateControl } from "./rate-control.ts";

/** Uncompressed pictures that may wait for the workers; bounds memory, and lets a second worker start a group early. */
const WAITING_MAX_BYTES = 48 << 20;

/** Of these, what a rate control may look ahead. */
const AHEAD_MAX_BYTES = 16 << 20;

/** One closed group: its pictures in order, with their times. */
export interface EncodedGop {
  startMicroseconds: number;
  pictures: EncodedPicture[];
}

export interface GopEncoderOptions {
  video: EncoderVideo;
  division: EncodeSettings["division"];
  planeCode?: PlaneCode;
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
  const running: Promise<{ gop: EncodedGop; rate: GroupRate }>[] = [];
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
      planeCode: options.planeCode ?? "read",
      firstPicture: read,
    });
    const rate = options.rate.startGroup();
    const ahead: SourcePicture[] = [];
    let count = 0;
    let failure: unknown;
    const fail = (error: unknown): void => {
      failure ??= error;
    };
    /** Sets the worker on the first picture read ahead; `left` are the group's pictures from it on. */
    function encodeNext(left: number): void {
      const picture = ahead.shift();
      if (picture === undefined) return;
      const { durationMicroseconds } = picture;
      const end = picture.timestampMicroseconds + durationMicroseconds;
      const bytes = picture.data.byteLength;
      job = job
        .then(async () => {
          const quality = rate.quality(durationMicroseconds, left);
          const coded = await worker.api.addPicture(transfer(picture, [picture.data.buffer as ArrayBuffer]), quality);
          rate.took(coded);
          gop.pictures.push(coded);
          done += 1;
          options.onPicture?.({ pictures: done, microseconds: end });
        })
        .catch(fail)
        .finally(() => waiting.leave(bytes));
    }
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
      ahead.push(picture);
      const bytes = picture.data.byteLength;
      const entering = waiting.enter(bytes);
      const aheadMost = Math.min(options.rate.lookahead, Math.floor(AHEAD_MAX_BYTES / bytes));
      if (ahead.length > aheadMost) encodeNext(options.gopPictures - count + ahead.length);
      await entering;
    }
    while (ahead.length > 0) encodeNext(ahead.length);
    const finished = finishGop(job, worker, gop, rate, () => failure);
    finished.catch(() => {}); // thrown where the group is handed on
    running.push(finished);
  }

  async function finishGop(
    job: Promise<unknown>,
    worker: PooledWorker,
    gop: EncodedGop,
    rate: GroupRate,
    failure: () => unknown,
  ): Promise<{ gop: EncodedGop; rate: GroupRate }> {
    await job;
    if (failure() !== undefined) throw failure();
    pool.release(worker);
    return { gop, rate };
  }

  try {
    while (!ended) {
      await readGop();
      // One group a worker is under way; the oldest is handed on before another starts.
      while (running.length >= (ended ? 1 : pool.size)) {
        const oldest = await running.shift();
        signal?.throwIfAborted();
        if (oldest === undefined || oldest.gop.pictures.length === 0) continue;
        options.rate.endGroup(oldest.rate);
        yield oldest.gop;
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
