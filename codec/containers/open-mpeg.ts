import type { ByteSource } from "../bytes/bytes.ts";
import { createDemuxer } from "./create-demuxer.ts";
import type { MpegContainer } from "./demuxer.ts";
import { SYNC } from "./mpeg-ts/transport-packets.ts";
import { type VideoFacts, VideoScanner } from "./streams/video-scanner.ts";

/** A sequence header has to come within this. */
const PROBE_BYTES = 4 << 20;
const CHUNK_BYTES = 1 << 18;

/** A file with MPEG-1 or MPEG-2 video, as its first megabytes tell. */
export interface MpegSource {
  container: MpegContainer;
  video: VideoFacts;
  /** The first sequence header and its extensions: pictures before it are of the same sequence as a rule. */
  context: Uint8Array;
}

/** What a file is by its first bytes, and the MPEG-1 or MPEG-2 video in it; undefined where there is none. */
export async function openMpeg(source: ByteSource): Promise<MpegSource | undefined> {
  const head = await source.read(0, Math.min(1024, source.size));
  const container = containerOf(head);
  if (container === undefined) return undefined;
  const demuxer = createDemuxer(container);
  const scanner = new VideoScanner({ unit: () => {}, picture: () => {}, field: () => {} });
  for (let offset = 0; offset < Math.min(source.size, PROBE_BYTES); ) {
    const chunk = await source.read(offset, Math.min(CHUNK_BYTES, source.size - offset));
    const base = offset;
    const last = offset + chunk.length === source.size;
    offset += demuxer.push(chunk, last, (video, from, to) => {
      if (video) scanner.scan(chunk, from, to, base);
    });
    if (scanner.facts !== undefined && scanner.context.length > 0) break;
  }
  return scanner.facts && { container, video: scanner.facts, context: scanner.context };
}

function containerOf(head: Uint8Array): MpegContainer | undefined {
  const synced = (from: number, size: number): boolean =>
    head[from] === SYNC && [1, 2, 3, 4].every((n) => from + n * size >= head.length || head[from + n * size] === SYNC);
  if (synced(0, 188)) return "ts";
  if (synced(4, 192)) return "m2ts";
  const one = head.findIndex((byte) => byte !== 0);
  if (one < 2 || head[one] !== 1) return undefined;
  const code = head[one + 1] ?? 0;
  if (code === 0xba) return "ps";
  // What MPEG-1 and MPEG-2 pictures begin with, and no NAL unit does.
  return [0xb3, 0xb8, 0x00].includes(code) ? "es" : undefined;
}
