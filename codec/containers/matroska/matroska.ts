/** Index of Matroska and WebM (RFC 9559). */

import type { ByteSource } from "../../bytes/bytes.ts";
import { WindowReader } from "../../bytes/window-reader.ts";
import type { Chapter } from "../../format/chapters.ts";
import { BATCH_SAMPLES, type CodedSample, type FoundIndex, UNKNOWN } from "../source-index.ts";
import { nextStartCode } from "../streams/annexb.ts";
import { readSequence } from "../streams/h264-headers.ts";
import { childElements, ELEMENT_HEAD_BYTES, float, readElement, unsigned } from "./ebml.ts";
import { blockFrames } from "./matroska-blocks.ts";
import { readMatroskaChapters } from "./matroska-chapters.ts";
import { MatroskaRendition } from "./matroska-rendition.ts";
import { type MatroskaTrack, readTracks } from "./matroska-tracks.ts";
import { type Found, ID, IN_GROUP, walk } from "./matroska-walk.ts";

const METADATA_MAX_BYTES = 8 << 20;
/** A block's own head and lacing table; longer tables are left undivided. */
const BLOCK_HEAD_BYTES = 1 << 10;

type Place = Pick<Found, "id" | "body" | "end">;

/** What stands outside of the clusters. */
class Metadata {
  webm = false;
  scale = 1e6;
  duration = 0;
  hasInfo = false;
  tracks: ReturnType<typeof readTracks> | undefined;
  /** Where the chapters stand. */
  chapters: Place | undefined;

  async read(reader: WindowReader, { id, body, end }: Place): Promise<void> {
    if (id === ID.CHAPTERS) this.chapters ??= { id, body, end };
    if (end - body > METADATA_MAX_BYTES || (id !== ID.EBML && id !== ID.INFO && id !== ID.TRACKS)) return;
    const bytes = (await reader.read(body, end - body)).slice();
    if (id === ID.TRACKS) {
      this.tracks ??= readTracks(bytes, body);
      return;
    }
    this.hasInfo ||= id === ID.INFO;
    for (const child of childElements(bytes, 0, bytes.length)) {
      const value = bytes.subarray(child.body, child.end);
      if (child.id === 0x4282) this.webm = String.fromCharCode(...value.subarray(0, 8)).startsWith("webm");
      if (child.id === 0x2ad7b1) this.scale = unsigned(value) || 1e6;
      if (child.id === 0x4489) this.duration = float(value);
    }
  }
}

/** Undefined where no tracks are found. */
export async function openMatroska(source: ByteSource): Promise<FoundIndex | undefined> {
  const reader = new WindowReader(source);
  const metadata = new Metadata();
  const places: number[] = [];
  let segment = 0;
  for await (const found of walk(reader)) {
    if (found.id === ID.CLUSTER) break;
    if (found.id === ID.SEGMENT) segment = found.body;
    if (found.id === ID.SEEK_HEAD) places.push(...(await seekPlaces(reader, found)).map((place) => segment + place));
    await metadata.read(reader, found);
  }
  // Files that were edited in place have them behind the clusters.
  if (metadata.tracks === undefined || !metadata.hasInfo)
    for (const place of places) {
      const element = await elementAt(reader, place);
      if (element !== undefined) await metadata.read(reader, element);
    }
  if (metadata.tracks === undefined)
    for await (const found of walk(reader)) {
      await metadata.read(reader, found);
      if (metadata.tracks !== undefined) break;
    }
  if (metadata.tracks === undefined) return undefined;
  const { webm, scale, duration } = metadata;
  const { tracks, structure } = metadata.tracks;
  await nameAnnexB(source, tracks, scale);
  return {
    container: webm ? "webm" : "mkv",
    streams: tracks.map(({ stream }) => stream),
    durationMicroseconds: Number.isFinite(duration) ? Math.max(0, (duration * scale) / 1000) : 0,
    chapters: () => chaptersOf(source, metadata.chapters, places),
    structure: structure.sort((a, b) => a.offset - b.offset),
    openRendition: (streams, startMicroseconds) =>
      MatroskaRendition.open(source, { tracks, streams, scale, duration, startMicroseconds }),
    samples: () => clusterSamples(source, tracks, scale),
    pictureTracks: new Set(tracks.flatMap(({ number, stream }) => (stream.track?.kind === "video" ? [number] : []))),
  };
}

async function elementAt(reader: WindowReader, place: number): Promise<Place | undefined> {
  const element = readElement(await reader.read(place, ELEMENT_HEAD_BYTES), 0);
  if (element?.size === undefined) return undefined;
  const body = place + element.headBytes;
  return { id: element.id, body, end: Math.min(reader.size, body + element.size) };
}

/** @param found before the clusters; they may stand behind them, at one of `places` */
async function chaptersOf(source: ByteSource, found: Place | undefined, places: readonly number[]): Promise<Chapter[]> {
  let chapters = found;
  const reader = new WindowReader(source);
  for (const place of chapters === undefined ? places : []) {
    const element = await elementAt(reader, place);
    if (element?.id === ID.CHAPTERS) chapters ??= element;
  }
  if (chapters === undefined || chapters.end - chapters.body > METADATA_MAX_BYTES) return [];
  return readMatroskaChapters(await source.read(chapters.body, chapters.end - chapters.body));
}

const SEEK = 0x4dbb;
const SEEK_POSITION = 0x53ac;

/** Where a SeekHead (RFC 9559 5.1.1) says that other elements stand, from the segment's content on. */
async function seekPlaces(reader: WindowReader, { body, end }: Found): Promise<number[]> {
  const bytes = (await reader.read(body, Math.min(end - body, METADATA_MAX_BYTES))).slice();
  return childElements(bytes, 0, bytes.length)
    .filter(({ id }) => id === SEEK)
    .flatMap((seek) => childElements(bytes, seek.body, seek.end).filter(({ id }) => id === SEEK_POSITION))
    .map((place) => unsigned(bytes.subarray(place.body, place.end)));
}

const NAMING_SAMPLES_MAX = 200;
const SEQUENCE = 7;

/** H.264 with start codes and without configuration: what it is stands in its first sequence parameter set. */
async function nameAnnexB(source: ByteSource, tracks: MatroskaTrack[], scale: number): Promise<void> {
  const nameless = new Set(tracks.flatMap(({ stream }, number) => (stream.form === "annexb" ? [number] : [])));
  let tried = 0;
  if (nameless.size === 0) return;
  for await (const batch of clusterSamples(source, tracks, scale)) {
    for (const { stream, offset, size } of batch) {
      const track = tracks[stream]?.stream.track;
      if (!nameless.has(stream) || track?.kind !== "video") continue;
      const bytes = await source.read(offset, Math.min(size, METADATA_MAX_BYTES));
      for (let at = nextStartCode(bytes, 0); at >= 0; at = nextStartCode(bytes, at + 3)) {
        const facts = ((bytes[at + 3] ?? 0) & 31) === SEQUENCE ? readSequence(bytes.subarray(at + 3)) : undefined;
        if (facts === undefined) continue;
        track.codec = facts.picture.codec;
        nameless.delete(stream);
        break;
      }
      if (nameless.size === 0 || ++tried >= NAMING_SAMPLES_MAX) return;
    }
  }
}

async function* clusterSamples(
  source: ByteSource,
  tracks: MatroskaTrack[],
  scale: number,
): AsyncGenerator<CodedSample[]> {
  const reader = new WindowReader(source);
  const streams = new Map(tracks.map(({ number }, stream) => [number, stream]));
  let batch: CodedSample[] = [];
  let clusterTime = 0;
  /** Samples of the block group under way: their duration and kind stand behind them. */
  let group: CodedSample[] = [];
  const number = async ({ body, end }: Found): Promise<number> =>
    unsigned(await reader.read(body, Math.min(8, end - body)));
  for await (const found of walk(reader, new Set(streams.keys()))) {
    const { id, body, end } = found;
    if (!IN_GROUP.has(id) && group.length > 0) {
      batch.push(...group);
      group = [];
    }
    if (batch.length >= BATCH_SAMPLES) {
      yield batch;
      batch = [];
    }
    if (id === ID.TIMESTAMP) clusterTime = await number(found);
    else if (id === ID.BLOCK_DURATION) {
      const frames = group.filter(({ isAddition }) => isAddition !== true);
      const each = ((await number(found)) * scale) / 1000 / Math.max(1, frames.length);
      for (const [i, frame] of frames.entries()) {
        if (frame.durationMicroseconds === 0) frame.timeMicroseconds += i * each;
        frame.durationMicroseconds = each;
      }
    } else if (id === ID.REFERENCE_BLOCK) for (const sample of group) sample.key = false;
    else if (id === ID.BLOCK_ADDITIONAL && group[0] !== undefined && end > body) {
      if (tracks[group[0].stream]?.stream.text !== undefined) continue; // settings of a cue
      // Alpha and the like: coded pictures that belong to the first one.
      const addition = { key: false, durationMicroseconds: 0, isAddition: true };
      group.push({ ...group[0], offset: body, size: end - body, ...addition });
    } else if (id === ID.LOST) {
      const place = { offset: body, size: end - body, timeMicroseconds: (clusterTime * scale) / 1000 };
      batch.push({ ...place, durationMicroseconds: 0, key: false, stream: UNKNOWN });
    } else if (id === ID.SIMPLE_BLOCK || id === ID.BLOCK) {
      const head = await reader.read(body, Math.min(BLOCK_HEAD_BYTES, end - body));
      const block = blockFrames(head, end - body);
      const stream = block && streams.get(block.track);
      if (block === undefined || stream === undefined) continue;
      const { defaultDuration } = tracks[stream] ?? { defaultDuration: 0 };
      let offset = body + block.headBytes;
      const target = id === ID.BLOCK ? group : batch;
      for (const [i, size] of block.sizes.entries()) {
        if (size > 0)
          target.push({
            offset,
            size,
            timeMicroseconds: ((clusterTime + block.time) * scale + i * defaultDuration) / 1000,
            durationMicroseconds: defaultDuration / 1000,
            key: id === ID.BLOCK || block.key,
            stream,
          });
        offset += size;
      }
    }
  }
  batch.push(...group);
  if (batch.length > 0) yield batch;
}
