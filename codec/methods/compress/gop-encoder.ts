/** Spreads closed groups of pictures over a worker pool and gives them back in order, with bounded memory. */

import type { PictureBuffers } from "../../pictures/picture-buffers.ts";
import type { SourcePicture } from "../../pictures/source-picture.ts";
import type { Pool } from "../../pool/worker-pool.ts";
import {
  type BPictures,
  type EncodedPicture,
  type EncodeSettings,
  SEGMENT_MAX_MICROSECONDS,
} from "./compress-types.ts";
import type { CompressWorkerApi } from "./compress-worker.ts";
import type { EncoderVideo, PlaneCode } from "./picture-encoder.ts";
import type { GroupRate, RateControl } from "./rate-control.ts";

/** Uncompressed pictures read and not yet coded: a group of 1080p, so that each of two workers has one. */
const WAITING_MAX_BYTES = 96 << 20;

/** Of these, what a rate control may look ahead. */
const AHEAD_MAX_BYTES = 16 << 20;

/** A closed group, or more where a scene is cut within. */
export interface EncodedGop {
  startMicroseconds: number;
  /** In the order in which they are decoded, each with its own duration; they are shown as `displayOrder` says. */
  pictures: EncodedPicture[];
}

export interface GopEncoderOptions {
  video: EncoderVideo;
  division: EncodeSettings["division"];
  planeCode?: PlaneCode;
  gopPictures: number;
  /** Default 0. */
  bPictures?: BPictures | undefined;
  rate: RateControl;
  /** Where the source takes its buffers from; they go back there. */
  buffers?: PictureBuffers | undefined;
  signal?: AbortSignal | undefined;
  onPicture?: ((done: { pictures: number; microseconds: number }) => void) | undefined;
  /** Groups before the first of `pictures`, coded before an interruption with the same options and as many workers. */
  earlier?: EarlierGroups | undefined;
}

export interface EarlierGroups {
  pictures: number;
  /** Each group's pictures as they were coded; asked for only where the rate control learns of them. */
  groups(): AsyncIterable<EncodedPicture[]>;
}

/**
 * Encodes pictures as they come. The duration of a picture runs to the next one's time.
 *
 * @throws RangeError `options.bPictures` is not 0, 1 or 2
 * @throws the first error of a worker or of the source
 */
export async function* encodeGops(
  pictures: AsyncIterable<SourcePicture>,
  pool: Pool<CompressWorkerApi>,
  options: GopEncoderOptions,
): AsyncGenerator<EncodedGop> {
  const { signal, buffers, bPictures = 0 } = options;
  checkBPictures(bPictures, "options.bPictures");
  const source = new PictureQueue(withDurations(pictures)[Symbol.asyncIterator]());
  /** Earlier groups have pictures no more. */
  const running: Promise<{ gop?: EncodedGop; rate: GroupRate }>[] = [];
  let done = options.earlier?.pictures ?? 0;
  let read = done;
  let ended = false;

  async function readGop(): Promise<void> {
    const gop: EncodedGop = { startMicroseconds: 0, pictures: [] };
    const worker = pool.acquire();
    const firstPicture = read;
    let job: Promise<unknown> = worker.then(({ api }) =>
      api.beginGop({
        video: options.video,
        division: options.division,
        planeCode: options.planeCode ?? "read",
        firstPicture,
      }),
    );
    const rate = options.rate.startGroup();
    const ahead: SourcePicture[] = [];
    let count = 0;
    let started = false;
    let failure: unknown;
    const fail = (error: unknown): void => {
      failure ??= error;
    };
    /** With B-pictures: the I-picture, then a run. */
    const batchPictures = (): number => (bPictures === 0 ? options.rate.batch : started ? bPictures + 1 : 1);
    /** Sets the worker on the first pictures read ahead; `left` are the group's pictures from them on. */
    function encodeNext(left: number): void {
      const batch = ahead.splice(0, batchPictures());
      if (batch.length === 0) return;
      const runs = runsOf(batch, bPictures);
      started = true;
      const bytes = batch.reduce((sum, { data }) => sum + data.byteLength, 0);
      const moved = batch.map(({ data }) => data.buffer as ArrayBuffer);
      job = job
        .then(async () => {
          signal?.throwIfAborted();
          const quality = rate.quality(durationOf(batch), batch.length, left);
          const { api } = await worker;
          const { pictures: coded, spent } = await api.addPictures(pool.transfer(runs, moved), quality);
          for (const buffer of spent) buffers?.give(buffer);
          for (const picture of coded) rate.took(picture);
          gop.pictures.push(...coded);
          done += coded.length;
          const last = batch.at(-1);
          const microseconds = last === undefined ? 0 : last.timestampMicroseconds + last.durationMicroseconds;
          options.onPicture?.({ pictures: done, microseconds });
        })
        .catch(fail)
        .finally(() => source.coded(bytes));
    }
    while (count < options.gopPictures && failure === undefined) {
      signal?.throwIfAborted();
      const picture = await source.next();
      if (picture === undefined) {
        ended = true;
        break;
      }
      if (count === 0) gop.startMicroseconds = picture.timestampMicroseconds;
      count += 1;
      read += 1;
      ahead.push(picture);
      const aheadMost = Math.min(options.rate.lookahead, Math.floor(AHEAD_MAX_BYTES / picture.data.byteLength));
      if (ahead.length >= aheadMost + batchPictures()) encodeNext(options.gopPictures - count + ahead.length);
    }
    while (ahead.length > 0) encodeNext(ahead.length);
    const finish = async (): Promise<{ gop: EncodedGop; rate: GroupRate }> => {
      await job.catch(fail);
      await worker.then((own) => pool.release(own), fail);
      if (failure !== undefined) throw failure;
      return { gop, rate };
    };
    const finished = finish();
    finished.catch(() => {}); // thrown where the group is handed on
    running.push(finished);
  }

  /** The oldest is handed on before another starts. */
  async function* handOn(): AsyncGenerator<EncodedGop> {
    while (running.length >= (ended ? 1 : pool.size + options.rate.groupsAhead)) {
      const oldest = await running.shift();
      signal?.throwIfAborted();
      if (oldest === undefined || oldest.gop?.pictures.length === 0) continue;
      options.rate.endGroup(oldest.rate);
      if (oldest.gop !== undefined) yield oldest.gop;
    }
  }

  try {
    if (options.earlier !== undefined && options.rate.learns)
      for await (const pictures of options.earlier.groups()) {
        running.push(Promise.resolve({ rate: relearned(options.rate.startGroup(), pictures, bPictures) }));
        yield* handOn();
      }
    while (!ended) {
      await readGop();
      yield* handOn();
    }
  } finally {
    await source.close();
    await Promise.allSettled(running);
  }
}

/** A group's rate as it was when its pictures were coded: batches of one, with B-pictures of an I-picture, then of runs. */
function relearned(rate: GroupRate, pictures: readonly EncodedPicture[], bPictures: BPictures): GroupRate {
  for (let done = 0; done < pictures.length; ) {
    const batch = pictures.slice(done, done + (done === 0 ? 1 : bPictures + 1));
    rate.quality(durationOf(batch), batch.length, pictures.length - done);
    for (const picture of batch) rate.took(picture);
    done += batch.length;
  }
  return rate;
}

/** @throws RangeError naming the argument */
export function checkBPictures(value: number, argument: string): void {
  if (value !== 0 && value !== 1 && value !== 2)
    throw new RangeError(`${argument}: ${value} B-pictures between two others; give 0, 1 or 2`);
}

const durationOf = (pictures: readonly { durationMicroseconds: number }[]): number =>
  pictures.reduce((sum, picture) => sum + picture.durationMicroseconds, 0);

/** A run's pictures stand in one segment, so that none with B-pictures is longer than a segment may be. */
function runsOf(batch: SourcePicture[], bPictures: BPictures): SourcePicture[][] {
  const isOne = bPictures > 0 && durationOf(batch) <= SEGMENT_MAX_MICROSECONDS;
  return isOne ? [batch] : batch.map((picture) => [picture]);
}

/** Reads pictures ahead of the groups, as many as memory allows, so that a worker that is done finds its next group there. */
class PictureQueue {
  private readonly pictures: SourcePicture[] = [];
  /** Read and not yet coded. */
  private bytes = 0;
  private ended = false;
  private failure: unknown;
  private readonly filling: Promise<void>;
  private wakeReader: (() => void) | undefined;
  private wakeTaker: (() => void) | undefined;

  constructor(private readonly source: AsyncIterator<SourcePicture>) {
    this.filling = this.fill();
  }

  /** @returns undefined at the end; @throws the source's error, behind all pictures before it */
  async next(): Promise<SourcePicture | undefined> {
    while (this.pictures.length === 0 && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wakeTaker = resolve;
      });
    }
    const picture = this.pictures.shift();
    if (picture === undefined && this.failure !== undefined) throw this.failure;
    return picture;
  }

  /** A picture of so many bytes needs memory no more. */
  coded(bytes: number): void {
    this.bytes -= bytes;
    this.wakeReader?.();
  }

  async close(): Promise<void> {
    this.ended = true;
    this.wakeReader?.();
    await this.filling;
    await this.source.return?.(undefined);
  }

  private async fill(): Promise<void> {
    try {
      while (!this.ended) {
        if (this.bytes >= WAITING_MAX_BYTES) {
          await new Promise<void>((resolve) => {
            this.wakeReader = resolve;
          });
          continue;
        }
        const next = await this.source.next();
        if (next.done) break;
        this.bytes += next.value.data.byteLength;
        this.pictures.push(next.value);
        this.wakeTaker?.();
      }
    } catch (error) {
      this.failure = error;
    }
    this.ended = true;
    this.wakeTaker?.();
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
