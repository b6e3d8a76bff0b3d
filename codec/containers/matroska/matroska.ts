/**
 * Index of Matroska and WebM (RFC 9559). Segments, clusters and block groups are walked through as if they were flat, so that it does not
 * matter whether they know their sizes; everything else is skipped by its head.
 */

import type { ByteSource } from "../../bytes/bytes.ts";
import { WindowReader } from "../../bytes/window-reader.ts";
import { BATCH_SAMPLES, type CodedSample, type FoundIndex } from "../source-index.ts";
import { childElements, ELEMENT_HEAD_BYTES, float, readElement, unsigned } from "./ebml.ts";
import { blockFrames } from "./matroska-blocks.ts";
import { type MatroskaTrack, readTracks } from "./matroska-tracks.ts";

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const CLUSTER = 0x1f43b675;
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const BLOCK_DURATION = 0x9b;
const REFERENCE_BLOCK = 0xfb;
const BLOCK_ADDITIONS = 0x75a1;
const BLOCK_MORE = 0xa6;
const BLOCK_ADDITIONAL = 0xa5;
const BLOCK_ADD_ID = 0xee;
/** Elements that hold the ones looked for; entered, not skipped. */
const ENTERED = new Set([SEGMENT, CLUSTER, BLOCK_GROUP, BLOCK_ADDITIONS, BLOCK_MORE]);
const IN_GROUP = new Set([
  BLOCK,
  BLOCK_DURATION,
  REFERENCE_BLOCK,
  BLOCK_ADDITIONS,
  BLOCK_MORE,
  BLOCK_ADDITIONAL,
  BLOCK_ADD_ID,
]);

const METADATA_MAX_BYTES = 8 << 20;
/** A block's own head and lacing table; longer tables are left undivided. */
const BLOCK_HEAD_BYTES = 1 << 10;

interface Found {
  id: number;
  body: number;
  end: number;
}

async function* walk(reader: WindowReader): AsyncGenerator<Found> {
  for (let at = 0; at < reader.size; ) {
    const element = readElement(await reader.read(at, ELEMENT_HEAD_BYTES), 0);
    if (element === undefined) return;
    const body = at + element.headBytes;
    if (ENTERED.has(element.id)) {
      yield { id: element.id, body, end: body };
      at = body;
      continue;
    }
    if (element.size === undefined) return;
    yield { id: element.id, body, end: Math.min(body + element.size, reader.size) };
    at = body + element.size;
  }
}

/** Undefined where no tracks are found before the first cluster. */
export async function openMatroska(source: ByteSource): Promise<FoundIndex | undefined> {
  const reader = new WindowReader(source);
  let webm = false;
  let scale = 1e6;
  let duration = 0;
  let found: ReturnType<typeof readTracks> | undefined;
  for await (const { id, body, end } of walk(reader)) {
    if (id === CLUSTER) break;
    if (end - body > METADATA_MAX_BYTES || (id !== EBML && id !== INFO && id !== TRACKS)) continue;
    const bytes = (await reader.read(body, end - body)).slice();
    if (id === TRACKS) found ??= readTracks(bytes, body);
    for (const child of id === TRACKS ? [] : childElements(bytes, 0, bytes.length)) {
      const value = bytes.subarray(child.body, child.end);
      if (child.id === 0x4282) webm = String.fromCharCode(...value.subarray(0, 8)).startsWith("webm");
      if (child.id === 0x2ad7b1) scale = unsigned(value) || 1e6;
      if (child.id === 0x4489) duration = float(value);
    }
  }
  if (found === undefined) return undefined;
  const { tracks, structure } = found;
  return {
    container: webm ? "webm" : "mkv",
    streams: tracks.map(({ stream }) => stream),
    durationMicroseconds: Number.isFinite(duration) ? Math.max(0, (duration * scale) / 1000) : 0,
    structure: structure.sort((a, b) => a.offset - b.offset),
    samples: () => clusterSamples(source, tracks, scale),
  };
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
  for await (const { id, body, end } of walk(reader)) {
    if (!IN_GROUP.has(id) && group.length > 0) {
      batch.push(...group);
      group = [];
    }
    if (batch.length >= BATCH_SAMPLES) {
      yield batch;
      batch = [];
    }
    if (id === TIMESTAMP) clusterTime = unsigned(await reader.read(body, Math.min(8, end - body)));
    else if (id === BLOCK_DURATION) {
      const each =
        (unsigned(await reader.read(body, Math.min(8, end - body))) * scale) / 1000 / Math.max(1, group.length);
      for (const sample of group) sample.durationMicroseconds = each;
    } else if (id === REFERENCE_BLOCK) for (const sample of group) sample.key = false;
    else if (id === BLOCK_ADDITIONAL && group[0] !== undefined && end > body) {
      if (tracks[group[0].stream]?.stream.text !== undefined) continue; // settings of a cue
      // Alpha and other additions: pictures of their own, beside the first one's.
      group.push({ ...group[0], offset: body, size: end - body, key: false, durationMicroseconds: 0 });
    } else if (id === SIMPLE_BLOCK || id === BLOCK) {
      const head = await reader.read(body, Math.min(BLOCK_HEAD_BYTES, end - body));
      const block = blockFrames(head, end - body);
      const stream = block && streams.get(block.track);
      if (block === undefined || stream === undefined) continue;
      const { defaultDuration } = tracks[stream] ?? { defaultDuration: 0 };
      let offset = body + block.headBytes;
      const target = id === BLOCK ? group : batch;
      for (const [i, size] of block.sizes.entries()) {
        if (size > 0)
          target.push({
            offset,
            size,
            timeMicroseconds: ((clusterTime + block.time) * scale + i * defaultDuration) / 1000,
            durationMicroseconds: defaultDuration / 1000,
            key: id === BLOCK || block.key,
            stream,
          });
        offset += size;
      }
    }
  }
  batch.push(...group);
  if (batch.length > 0) yield batch;
}
