/** How coded pictures and sound of method `compress` are gathered in segments. FORMAT.md 9. */
import type { DividedSegment } from "../../division/division-writer.ts";
import { BASE_LAYER } from "../../layers/base.ts";
import type { SourcePacket } from "../../pictures/source-picture.ts";
import type { Pool } from "../../pool/worker-pool.ts";
import { type EncodedPicture, SEGMENT_MAX_MICROSECONDS } from "./compress-types.ts";
import type { CompressWorkerApi } from "./compress-worker.ts";
import { isBPicture } from "./display-order.ts";
import type { EncodedGop } from "./gop-encoder.ts";
import { encodePacketList } from "./packet-list.ts";

export const VIDEO_TRACK = 0;
export const AUDIO_TRACK = 1;

const SEGMENT_MAX_BYTES = 2 << 20;
/** Shorter ones between packets of sound are times that were rounded. */
const GAP_MICROSECONDS = 20_000;
/** Segments below this are joined as long as they stay short enough. */
const SEGMENT_JOIN_BYTES = 64 << 10;

// ---- Video segments: cut at key pictures, at most 2 s or 2 MiB, small ones joined ----

export async function* videoSegments(gops: AsyncIterable<EncodedGop>): AsyncGenerator<DividedSegment> {
  let pending: EncodedPicture[] = [];
  let start = 0;
  const duration = (pictures: EncodedPicture[]): number =>
    pictures.reduce((sum, picture) => sum + picture.durationMicroseconds, 0);
  const bytes = (pictures: EncodedPicture[]): number =>
    pictures.reduce((sum, picture) => sum + picture.publicBytes.length + picture.withheld.length, 0);
  for await (const gop of gops) {
    const contiguous = start + duration(pending) === gop.startMicroseconds;
    const joined =
      duration(pending) + duration(gop.pictures) <= SEGMENT_MAX_MICROSECONDS &&
      bytes(pending) + bytes(gop.pictures) <= SEGMENT_JOIN_BYTES;
    if (pending.length > 0 && !(contiguous && joined)) {
      yield videoSegment(start, pending);
      pending = [];
    }
    if (pending.length === 0) start = gop.startMicroseconds;
    for (const run of runsOf(gop.pictures)) {
      const full =
        duration(pending) + duration(run) > SEGMENT_MAX_MICROSECONDS || bytes(pending) + bytes(run) > SEGMENT_MAX_BYTES;
      if (pending.length > 0 && full) {
        yield videoSegment(start, pending);
        start += duration(pending);
        pending = [];
      }
      pending.push(...run);
    }
  }
  if (pending.length > 0) yield videoSegment(start, pending);
}

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

function videoSegment(startMicroseconds: number, pictures: EncodedPicture[]): DividedSegment {
  return {
    layer: BASE_LAYER,
    track: VIDEO_TRACK,
    key: pictures[0]?.key ?? false,
    structure: false,
    startMicroseconds,
    durationMicroseconds: pictures.reduce((sum, picture) => sum + picture.durationMicroseconds, 0),
    pictures: pictures.length,
    ...encodePacketList(pictures),
  };
}

// ---- Sound segments: what belongs to the video segment before ----

export class SoundQueue {
  private readonly packets: AsyncIterator<SourcePacket> | undefined;
  private ahead: SourcePacket | undefined;
  private ended: boolean;

  constructor(
    packets: AsyncIterable<SourcePacket> | undefined,
    private readonly pool: Pool<CompressWorkerApi>,
    /** Packets at the start that were finished before an interruption. */
    private toSkip = 0,
  ) {
    this.packets = packets?.[Symbol.asyncIterator]();
    this.ended = packets === undefined;
  }

  /** Segments of the packets that start before `endMicroseconds`. */
  async until(endMicroseconds: number): Promise<DividedSegment[]> {
    const segments: DividedSegment[] = [];
    let batch: SourcePacket[] = [];
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
      if (isLong || isBehindGap) {
        segments.push(await this.segment(batch));
        batch = [];
      }
      batch.push(packet);
      this.ahead = undefined;
    }
    if (batch.length > 0) segments.push(await this.segment(batch));
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

  private async segment(packets: SourcePacket[]): Promise<DividedSegment> {
    const divided = await this.pool.use((api) => api.cutAudio(packets), true);
    return {
      layer: BASE_LAYER,
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
