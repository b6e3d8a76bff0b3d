/** Spreads closed groups of pictures over a worker pool and gives them back in order, with bounded memory. */

import type { VideoTrack } from "../../format/header.ts";
import type { PictureBuffers } from "../../pictures/picture-buffers.ts";
import type { SourcePicture } from "../../pictures/source-picture.ts";
import type { Pool, PooledWorker } from "../../pool/worker-pool.ts";
import type { DrawnMark } from "../../restriction/draw-mark.ts";
import { partsOfPicture } from "../../restriction/hidden-parts.ts";
import { overlaysOf, type PlanarOverlays } from "../../restriction/overlays.ts";
import type { RestrictedPart } from "../../restriction/part.ts";
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
  /** Of a hidden part: the same pictures as they are, where `pictures` shows what everybody sees. */
  restricted: EncodedPicture[] | undefined;
  /** Groups of one part, or of what lies between parts, have the same. */
  part: string;
}

export interface GopEncoderOptions {
  video: EncoderVideo & Partial<Pick<VideoTrack, "fullRange">>;
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
  /** Parts that not everybody sees: their pictures are coded twice, in groups of their own. */
  restrictions?: readonly RestrictedPart[] | undefined;
  /** For the parts that are covered by a picture or a text. */
  overlays?: PlanarOverlays | undefined;
  /** Of those parts nothing but what everybody sees is coded. */
  withoutOriginal?: boolean | undefined;
  /** Drawn into the pictures of both renditions; places are of the coded picture. */
  marks?: readonly DrawnMark[] | undefined;
  /** Groups before the first of `pictures`, coded before an interruption with the same options and as many workers. */
  earlier?: EarlierGroups | undefined;
}

export interface EarlierGroups {
  pictures: number;
  /** Each group's pictures as they were coded; asked for only where the rate control learns of them. */
  groups(): AsyncIterable<Pick<EncodedGop, "pictures" | "restricted">>;
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
  const { signal, restrictions = [], bPictures = 0 } = options;
  checkBPictures(bPictures, "options.bPictures");
  const source = new PictureQueue(withDurations(pictures)[Symbol.asyncIterator]());
  /** Earlier groups have pictures no more. */
  const running: Promise<{ gop?: EncodedGop; rates: GroupRate[] }>[] = [];
  let done = options.earlier?.pictures ?? 0;
  let read = done;
  let ended = false;
  const partsOf = (picture: SourcePicture): RestrictedPart[] => partsOfPicture(restrictions, picture);
  const keyOf = (parts: readonly RestrictedPart[]): string => parts.map((part) => restrictions.indexOf(part)).join();

  async function readGop(): Promise<void> {
    const first = await source.peek();
    if (first === undefined) {
      ended = true;
      return;
    }
    const parts = partsOf(first);
    const part = keyOf(parts);
    // First in line for a worker: as it goes on, pictures are read, whatever memory they take.
    const restricted =
      parts.length === 0 || options.withoutOriginal
        ? undefined
        : new GroupEncoding(pool, options, [], read, {
            spent: (_pictures, bytes, spent) => giveBack(bytes, spent),
            failed: (bytes) => source.coded(bytes),
          });
    const shown = new GroupEncoding(pool, options, parts, read, {
      spent(pictures, bytes, spent) {
        if (restricted === undefined) giveBack(bytes, spent);
        const last = pictures.at(-1);
        done += pictures.length;
        const microseconds = last === undefined ? 0 : last.timestampMicroseconds + last.durationMicroseconds;
        options.onPicture?.({ pictures: done, microseconds });
      },
      failed: (bytes) => restricted === undefined && source.coded(bytes),
    });
    const both = [...(restricted === undefined ? [] : [restricted]), shown];
    for (let count = 0; count < options.gopPictures && both.every(({ failure }) => failure === undefined); count++) {
      signal?.throwIfAborted();
      const next = await source.peek();
      if (next === undefined || keyOf(partsOf(next)) !== part) break;
      const picture = await source.next();
      if (picture === undefined) break;
      read += 1;
      shown.add(restricted === undefined ? picture : { ...picture, data: picture.data.slice() });
      restricted?.add(picture);
    }
    for (const encoding of both) encoding.end();
    const finished = finish(first.timestampMicroseconds, part, shown, restricted);
    finished.catch(() => {}); // thrown where the group is handed on
    running.push(finished);
  }

  function giveBack(bytes: number, spent: readonly ArrayBuffer[]): void {
    for (const buffer of spent) options.buffers?.give(buffer);
    source.coded(bytes);
  }

  /** The oldest is handed on before another starts. */
  async function* handOn(): AsyncGenerator<EncodedGop> {
    while (running.length >= (ended ? 1 : pool.size + options.rate.groupsAhead)) {
      const oldest = await running.shift();
      signal?.throwIfAborted();
      if (oldest === undefined || oldest.gop?.pictures.length === 0) continue;
      for (const rate of oldest.rates) options.rate.endGroup(rate);
      if (oldest.gop !== undefined) yield oldest.gop;
    }
  }

  try {
    if (options.earlier !== undefined && options.rate.learns) {
      const ahead = aheadMost(options.rate, await source.peek());
      for await (const { pictures, restricted } of options.earlier.groups()) {
        const groups = restricted === undefined ? [pictures] : [restricted, pictures];
        const started = groups.map((group) => ({ group, rate: options.rate.startGroup() }));
        for (const { group, rate } of started) relearn(rate, group, options, ahead);
        running.push(Promise.resolve({ rates: started.map(({ rate }) => rate) }));
        yield* handOn();
      }
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

async function finish(
  startMicroseconds: number,
  part: string,
  shown: GroupEncoding,
  restricted: GroupEncoding | undefined,
): Promise<{ gop: EncodedGop; rates: GroupRate[] }> {
  const both = [...(restricted === undefined ? [] : [restricted]), shown];
  const outcomes = await Promise.allSettled(both.map((encoding) => encoding.finish()));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  const gop = { startMicroseconds, pictures: shown.pictures, restricted: restricted?.pictures, part };
  return { gop, rates: both.map(({ rate }) => rate) };
}

/** Pictures that a rate control may read ahead of the one that is coded. */
const aheadMost = (rate: RateControl, picture: SourcePicture | undefined): number =>
  picture === undefined ? 0 : Math.min(rate.lookahead, Math.floor(AHEAD_MAX_BYTES / picture.data.byteLength));

/** A group's rate as it was when its pictures were coded: batches of one, with B-pictures of an I-picture, then of runs. */
function relearn(
  rate: GroupRate,
  pictures: readonly EncodedPicture[],
  { bPictures = 0, gopPictures }: GopEncoderOptions,
  ahead: number,
): void {
  for (let done = 0; done < pictures.length; ) {
    const batch = pictures.slice(done, done + (done === 0 ? 1 : bPictures + 1));
    // Only once it had read the group to its end did the encoder know how many pictures there are.
    const isEndKnown = done + batch.length + ahead > pictures.length;
    rate.quality(durationOf(batch), batch.length, (isEndKnown ? pictures.length : gopPictures) - done);
    for (const picture of batch) rate.took(picture);
    done += batch.length;
  }
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

/** Who hears of a rendition's pictures. */
interface GroupEvents {
  /** Coded: `bytes` of uncompressed pictures need no memory any more, and their buffers are free. */
  spent(pictures: readonly SourcePicture[], bytes: number, spent: readonly ArrayBuffer[]): void;
  /** Not coded, and not needed any more. */
  failed(bytes: number): void;
}

/** One rendition of a group on its way through a worker. */
class GroupEncoding {
  readonly pictures: EncodedPicture[] = [];
  readonly rate: GroupRate;
  failure: unknown;
  private readonly worker: Promise<PooledWorker<CompressWorkerApi>>;
  private job: Promise<unknown>;
  private readonly ahead: SourcePicture[] = [];
  private count = 0;
  private started = false;

  constructor(
    private readonly pool: Pool<CompressWorkerApi>,
    private readonly options: GopEncoderOptions,
    hidden: readonly RestrictedPart[],
    firstPicture: number,
    private readonly events: GroupEvents,
  ) {
    const { video, division, planeCode = "read", marks: drawn = [], overlays = {} } = options;
    this.rate = options.rate.startGroup();
    this.worker = pool.acquire();
    const parts = hidden.map(({ areas, treatment }) => ({ areas, treatment }));
    const areas = { parts, fullRange: video.fullRange === true, overlays: overlaysOf(parts, overlays) };
    const hiddenAreas = parts.length === 0 ? {} : { hidden: areas };
    this.job = this.worker.then(({ api }) =>
      api.beginGop({ video, division, planeCode, firstPicture, drawn, ...hiddenAreas }),
    );
  }

  add(picture: SourcePicture): void {
    this.count += 1;
    this.ahead.push(picture);
    if (this.ahead.length >= aheadMost(this.options.rate, picture) + this.batchPictures())
      this.encodeNext(this.options.gopPictures - this.count + this.ahead.length);
  }

  /** There are no more pictures in the group. */
  end(): void {
    while (this.ahead.length > 0) this.encodeNext(this.ahead.length);
  }

  /** @throws the first error of the worker */
  async finish(): Promise<void> {
    await this.job.catch((error) => this.fail(error));
    await this.worker.then(
      (own) => this.pool.release(own),
      (error) => this.fail(error),
    );
    if (this.failure !== undefined) throw this.failure;
  }

  /** With B-pictures: the I-picture, then a run. */
  private batchPictures(): number {
    const { bPictures = 0, rate } = this.options;
    return bPictures === 0 ? rate.batch : this.started ? bPictures + 1 : 1;
  }

  /** Sets the worker on the first pictures read ahead; `left` are the group's pictures from them on. */
  private encodeNext(left: number): void {
    const batch = this.ahead.splice(0, this.batchPictures());
    if (batch.length === 0) return;
    const { bPictures = 0, signal } = this.options;
    const runs = runsOf(batch, bPictures);
    this.started = true;
    const bytes = batch.reduce((sum, { data }) => sum + data.byteLength, 0);
    const moved = batch.map(({ data }) => data.buffer as ArrayBuffer);
    this.job = this.job
      .then(async () => {
        signal?.throwIfAborted();
        const quality = this.rate.quality(durationOf(batch), batch.length, left);
        const { api } = await this.worker;
        const { pictures: coded, spent } = await api.addPictures(this.pool.transfer(runs, moved), quality);
        for (const picture of coded) this.rate.took(picture);
        this.pictures.push(...coded);
        this.events.spent(batch, bytes, spent);
      })
      .catch((error) => {
        this.fail(error);
        this.events.failed(bytes);
      });
  }

  private fail(error: unknown): void {
    this.failure ??= error;
  }
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
    const picture = await this.peek();
    this.pictures.shift();
    return picture;
  }

  /** What {@link next} will give. */
  async peek(): Promise<SourcePicture | undefined> {
    while (this.pictures.length === 0 && !this.ended) {
      await new Promise<void>((resolve) => {
        this.wakeTaker = resolve;
      });
    }
    const [picture] = this.pictures;
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
