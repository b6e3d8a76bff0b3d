/**
 * Method `compress`: pictures are encoded and divided in one step (Cmix patent, Fig. 6), sound goes along in its own coding.
 * Segments: FORMAT.md 9.
 */

import type { ByteSink } from "../../bytes/bytes.ts";
import { type DividedSegment, type DivisionResult, DivisionWriter } from "../../division/division-writer.ts";
import type { Track } from "../../format/header.ts";
import type { SourcePacket } from "../../pictures/source-picture.ts";
import type { WorkerPool } from "../../pool/worker-pool.ts";
import type { CompressInput, DivideOptions, EncodedPicture } from "./compress-types.ts";
import { type EncodedGop, encodeGops } from "./gop-encoder.ts";
import { encodePacketList } from "./packet-list.ts";
import { averageRate, constantQuality } from "./rate-control.ts";

export const VIDEO_TRACK = 0;
export const AUDIO_TRACK = 1;
export const VIDEO_CODEC = "cmix-mpeg1";

export const SEGMENT_MAX_MICROSECONDS = 2_000_000;
const SEGMENT_MAX_BYTES = 2 << 20;
/** Segments below this are joined as long as they stay short enough. */
const SEGMENT_JOIN_BYTES = 64 << 10;

/**
 * Divides pictures and sound into a main and a slave file.
 *
 * @param sinks  closed at the end; aborted, with nothing left, when anything fails
 * @param pool   not closed; after an abort its workers may still finish a picture
 * @throws AbortError after `options.signal`
 */
export async function divideCompress(
  input: CompressInput,
  options: DivideOptions,
  sinks: { main: ByteSink; slave: ByteSink },
  pool: WorkerPool,
): Promise<DivisionResult> {
  const { video, audio } = input;
  const tracks: Track[] = [
    {
      id: VIDEO_TRACK,
      kind: "video",
      codec: VIDEO_CODEC,
      width: video.width,
      height: video.height,
      frameRate: video.frameRate,
      pixelAspect: video.pixelAspect ?? [1, 1],
      rotation: video.rotation ?? 0,
      mirrored: video.mirrored ?? false,
      matrix: video.matrix ?? "bt601",
      fullRange: video.fullRange ?? false,
    },
  ];
  if (audio !== undefined) {
    const { codec, sampleRate, channels, description } = audio;
    tracks.push({
      id: AUDIO_TRACK,
      kind: "audio",
      codec,
      sampleRate,
      channels,
      ...(description === undefined ? {} : { description }),
    });
  }
  const {
    planeCode = "adaptive",
    bitplane,
    protection,
    title,
    copyright,
    ageLimit,
    genre,
    service,
    player,
    mainName,
    slaveName,
    poster,
    captions,
  } = options;
  const writer = await DivisionWriter.open(
    {
      method: "compress",
      protection,
      parameters: { bitplane, planeCode },
      tracks,
      title,
      mainName,
      slaveName,
      ...definedOnly({ copyright, ageLimit, genre, service, player, poster, captions }),
    },
    sinks,
  );
  const sound = new SoundQueue(audio?.packets, pool);
  try {
    const samples = (video.width * video.height * video.frameRate[0]) / video.frameRate[1];
    const gops = encodeGops(input.pictures, pool, {
      video,
      division: bitplane,
      planeCode,
      gopPictures: options.gopPictures,
      rate:
        options.bitrateKbits === undefined
          ? constantQuality(options.quality)
          : averageRate(options.bitrateKbits, samples),
      buffers: input.buffers,
      signal: options.signal,
      onPicture: options.onProgress,
    });
    for await (const segment of videoSegments(gops)) {
      await writer.add(segment);
      for (const soundSegment of await sound.until(segment.startMicroseconds + segment.durationMicroseconds))
        await writer.add(soundSegment);
    }
    for (const soundSegment of await sound.until(Number.POSITIVE_INFINITY)) await writer.add(soundSegment);
    options.signal?.throwIfAborted();
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await sound.close();
  }
}

function definedOnly<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

// ---- Video segments: cut at key pictures, at most 2 s or 2 MiB, small ones joined ----

async function* videoSegments(gops: AsyncIterable<EncodedGop>): AsyncGenerator<DividedSegment> {
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
    for (const picture of gop.pictures) {
      const full =
        duration(pending) + picture.durationMicroseconds > SEGMENT_MAX_MICROSECONDS ||
        bytes(pending) + bytes([picture]) > SEGMENT_MAX_BYTES;
      if (pending.length > 0 && full) {
        yield videoSegment(start, pending);
        start += duration(pending);
        pending = [];
      }
      pending.push(picture);
    }
  }
  if (pending.length > 0) yield videoSegment(start, pending);
}

function videoSegment(startMicroseconds: number, pictures: EncodedPicture[]): DividedSegment {
  return {
    layer: 0,
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

class SoundQueue {
  private readonly packets: AsyncIterator<SourcePacket> | undefined;
  private ahead: SourcePacket | undefined;
  private ended: boolean;

  constructor(
    packets: AsyncIterable<SourcePacket> | undefined,
    private readonly pool: WorkerPool,
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
      const first = batch[0];
      if (
        first !== undefined &&
        packet.timestampMicroseconds + packet.durationMicroseconds - first.timestampMicroseconds >
          SEGMENT_MAX_MICROSECONDS
      ) {
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
      layer: 0,
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
