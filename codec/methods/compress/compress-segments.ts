/** How coded pictures and sound of method `compress` are gathered in segments. FORMAT.md 9. */
import type { DividedSegment } from "../../division/division-writer.ts";
import { BASE_LAYER } from "../../layers/base.ts";
import { RESTRICTED_LAYER } from "../../layers/restricted.ts";
import type { SourceMedia, SourcePacket } from "../../pictures/source-picture.ts";
import type { Pool } from "../../pool/worker-pool.ts";
import { partsOfPacket } from "../../restriction/hidden-parts.ts";
import type { RestrictedPart } from "../../restriction/part.ts";
import { type Silencer, silencerOf } from "../../restriction/silence.ts";
import { type EncodedPicture, SEGMENT_MAX_MICROSECONDS } from "./compress-types.ts";
import type { CompressWorkerApi } from "./compress-worker.ts";
import { isBPicture } from "./display-order.ts";
import type { EncodedGop } from "./gop-encoder.ts";
import { encodePacketList } from "./packet-list.ts";

export const VIDEO_TRACK = 0;
export const AUDIO_TRACK = 1;

/** What a segment is to viewers. */
type Role = Pick<DividedSegment, "layer" | "substitute">;
const SHOWN: Role = { layer: BASE_LAYER };
const RESTRICTED: Role = { layer: RESTRICTED_LAYER };
const SUBSTITUTE: Role = { layer: BASE_LAYER, substitute: true };

const SEGMENT_MAX_BYTES = 2 << 20;
/** Shorter ones between packets of sound are times that were rounded. */
const GAP_MICROSECONDS = 20_000;
/** Segments below this are joined as long as they stay short enough. */
const SEGMENT_JOIN_BYTES = 64 << 10;

// ---- Video segments: cut at key pictures, at most 2 s or 2 MiB, small ones joined ----

export async function* videoSegments(gops: AsyncIterable<EncodedGop>): AsyncGenerator<DividedSegment> {
  let pending: EncodedPicture[] = [];
  let start = 0;
  let hidden: HiddenSlot | undefined;
  for await (const gop of gops) {
    if (hidden !== undefined && !hidden.takes(gop)) {
      yield* hidden.segments();
      hidden = undefined;
    }
    const contiguous = start + durationOf(pending) === gop.startMicroseconds;
    const joined =
      gop.restricted === undefined &&
      durationOf(pending) + durationOf(gop.pictures) <= SEGMENT_MAX_MICROSECONDS &&
      bytesOf(pending) + bytesOf(gop.pictures) <= SEGMENT_JOIN_BYTES;
    if (pending.length > 0 && !(contiguous && joined)) {
      yield videoSegment(start, pending, SHOWN);
      pending = [];
    }
    if (gop.restricted !== undefined) {
      hidden ??= new HiddenSlot(gop);
      hidden.add(gop);
      continue;
    }
    if (pending.length === 0) start = gop.startMicroseconds;
    for (const run of runsOf(gop.pictures)) {
      if (pending.length > 0 && isFull(pending, run)) {
        yield videoSegment(start, pending, SHOWN);
        start += durationOf(pending);
        pending = [];
      }
      pending.push(...run);
    }
  }
  if (hidden !== undefined) yield* hidden.segments();
  if (pending.length > 0) yield videoSegment(start, pending, SHOWN);
}

/** Whole groups of a hidden part, as they are and as everybody sees them: whoever has the one needs nothing of the other. */
class HiddenSlot {
  private readonly pictures: EncodedPicture[] = [];
  private readonly restricted: EncodedPicture[] = [];
  private readonly startMicroseconds: number;
  private readonly part: string;

  constructor({ startMicroseconds, part }: EncodedGop) {
    this.startMicroseconds = startMicroseconds;
    this.part = part;
  }

  takes({ startMicroseconds, part, pictures, restricted = [] }: EncodedGop): boolean {
    const isNext = this.startMicroseconds + durationOf(this.pictures) === startMicroseconds && this.part === part;
    const isShort = durationOf(this.pictures) + durationOf(pictures) <= SEGMENT_MAX_MICROSECONDS;
    const isSmall = (mine: EncodedPicture[], more: EncodedPicture[]): boolean =>
      bytesOf(mine) + bytesOf(more) <= SEGMENT_JOIN_BYTES;
    return isNext && isShort && isSmall(this.pictures, pictures) && isSmall(this.restricted, restricted);
  }

  add({ pictures, restricted = [] }: EncodedGop): void {
    this.pictures.push(...pictures);
    this.restricted.push(...restricted);
  }

  *segments(): Generator<DividedSegment> {
    yield* cut(this.startMicroseconds, this.restricted, RESTRICTED);
    yield* cut(this.startMicroseconds, this.pictures, SUBSTITUTE);
  }
}

function* cut(startMicroseconds: number, pictures: EncodedPicture[], role: Role): Generator<DividedSegment> {
  let start = startMicroseconds;
  let pending: EncodedPicture[] = [];
  for (const run of runsOf(pictures)) {
    if (pending.length > 0 && isFull(pending, run)) {
      yield videoSegment(start, pending, role);
      start += durationOf(pending);
      pending = [];
    }
    pending.push(...run);
  }
  if (pending.length > 0) yield videoSegment(start, pending, role);
}

const durationOf = (pictures: readonly EncodedPicture[]): number =>
  pictures.reduce((sum, picture) => sum + picture.durationMicroseconds, 0);
const bytesOf = (pictures: readonly EncodedPicture[]): number =>
  pictures.reduce((sum, picture) => sum + picture.publicBytes.length + picture.withheld.length, 0);

const isFull = (pending: readonly EncodedPicture[], run: readonly EncodedPicture[]): boolean =>
  durationOf(pending) + durationOf(run) > SEGMENT_MAX_MICROSECONDS ||
  bytesOf(pending) + bytesOf(run) > SEGMENT_MAX_BYTES;

/** Pictures that stand in one segment: an I- or P-picture, and the B-pictures that are shown before it. */
function runsOf(pictures: EncodedPicture[]): EncodedPicture[][] {
  const runs: EncodedPicture[][] = [];
  for (const picture of pictures) {
    const last = runs.at(-1);
    if (last !== undefined && isBPicture(picture)) last.push(picture);
    else runs.push([picture]);
  }
  return runs;
}

function videoSegment(startMicroseconds: number, pictures: EncodedPicture[], role: Role): DividedSegment {
  return {
    ...role,
    track: VIDEO_TRACK,
    key: pictures[0]?.key ?? false,
    structure: false,
    startMicroseconds,
    durationMicroseconds: durationOf(pictures),
    pictures: pictures.length,
    ...encodePacketList(pictures),
  };
}

// ---- Sound segments: what belongs to the video segment before ----

export class SoundQueue {
  private readonly packets: AsyncIterator<SourcePacket> | undefined;
  private ahead: SourcePacket | undefined;
  private ended: boolean;
  private readonly silence: Silencer | undefined;

  private readonly restrictions: readonly RestrictedPart[];
  private readonly withoutOriginal: boolean;
  private toSkip: number;

  /**
   * @param options.restrictions of which some may change the sound
   * @param options.withoutOriginal nothing is kept of what they change
   * @param options.toSkip packets at the start that were finished before an interruption
   * @throws {@link UnsupportedError} nothing changes sound of this coding
   */
  constructor(
    audio: SourceMedia["audio"],
    private readonly pool: Pool<CompressWorkerApi>,
    {
      restrictions = [],
      withoutOriginal = false,
      toSkip = 0,
    }: { restrictions?: readonly RestrictedPart[]; withoutOriginal?: boolean; toSkip?: number | undefined } = {},
  ) {
    this.restrictions = restrictions;
    this.withoutOriginal = withoutOriginal;
    this.toSkip = toSkip;
    this.packets = audio?.packets[Symbol.asyncIterator]();
    this.ended = audio === undefined;
    if (audio !== undefined && restrictions.some(({ sound }) => sound !== "keep")) this.silence = silencerOf(audio);
  }

  /** Segments of the packets that start before `endMicroseconds`; of hidden ones as they are, then as everybody hears them. */
  async until(endMicroseconds: number): Promise<DividedSegment[]> {
    const segments: DividedSegment[] = [];
    let batch: SourcePacket[] = [];
    let part = "";
    while (!this.ended) {
      const packet = await this.next();
      if (packet === undefined || packet.timestampMicroseconds >= endMicroseconds) break;
      const [first, last] = [batch[0], batch.at(-1)];
      const isLong =
        first !== undefined &&
        packet.timestampMicroseconds + packet.durationMicroseconds - first.timestampMicroseconds >
          SEGMENT_MAX_MICROSECONDS;
      // Within a segment each packet begins where the one before ends.
      const isBehindGap =
        last !== undefined &&
        packet.timestampMicroseconds - last.timestampMicroseconds - last.durationMicroseconds > GAP_MICROSECONDS;
      const parts = partsOfPacket(this.restrictions, packet);
      const key = parts.map((own) => this.restrictions.indexOf(own)).join();
      if (isLong || isBehindGap || (last !== undefined && key !== part)) {
        segments.push(...(await this.slot(batch, part)));
        batch = [];
      }
      part = key;
      batch.push(packet);
      this.ahead = undefined;
    }
    if (batch.length > 0) segments.push(...(await this.slot(batch, part)));
    return segments;
  }

  async close(): Promise<void> {
    await this.packets?.return?.();
  }

  private async next(): Promise<SourcePacket | undefined> {
    if (this.ahead !== undefined) return this.ahead;
    for (; this.toSkip > 0; this.toSkip--) await this.packets?.next();
    const next = await this.packets?.next();
    if (next === undefined || next.done) {
      this.ended = true;
      return undefined;
    }
    this.ahead = next.value;
    return next.value;
  }

  private async slot(packets: SourcePacket[], part: string): Promise<DividedSegment[]> {
    const { silence } = this;
    if (part === "" || silence === undefined) return [await this.segment(packets, SHOWN)];
    const silent = packets.map((packet) => ({ ...packet, data: silence(packet.data) }));
    if (this.withoutOriginal) return [await this.segment(silent, SHOWN)];
    return [await this.segment(packets, RESTRICTED), await this.segment(silent, SUBSTITUTE)];
  }

  private async segment(packets: SourcePacket[], role: Role): Promise<DividedSegment> {
    const divided = await this.pool.use((api) => api.cutAudio(packets), true);
    return {
      ...role,
      track: AUDIO_TRACK,
      key: true,
      structure: false,
      startMicroseconds: packets[0]?.timestampMicroseconds ?? 0,
      durationMicroseconds: divided.reduce((sum, packet) => sum + packet.durationMicroseconds, 0),
      pictures: divided.length,
      ...encodePacketList(divided),
    };
  }
}
