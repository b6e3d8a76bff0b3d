import type { ByteSource } from "../bytes/bytes.ts";
import { createDemuxer } from "./create-demuxer.ts";
import type { MpegContainer } from "./demuxer.ts";
import { isSector } from "./mpeg-ps/sectors.ts";
import { findPackets, formName } from "./mpeg-ts/transport-packets.ts";
import { type VideoFacts, VideoScanner } from "./streams/video-scanner.ts";

/** A sequence header has to come within this. */
const PROBE_BYTES = 4 << 20;
const CHUNK_BYTES = 1 << 18;
/** The container shows itself within this. */
const HEAD_BYTES = 4096;
const PACK = 0xba;

/** A file with MPEG-1 or MPEG-2 video, as its first megabytes tell. */
export interface MpegSource {
  container: MpegContainer;
  video: VideoFacts;
  /** The first sequence header and its extensions: pictures before it are of the same sequence as a rule. */
  context: Uint8Array;
  /** Of the video, in a transport stream. */
  pid: number | undefined;
}

/** What a file is by its first bytes, and the MPEG-1 or MPEG-2 video in it; undefined where there is none. */
export async function openMpeg(source: ByteSource): Promise<MpegSource | undefined> {
  const head = await source.read(0, Math.min(HEAD_BYTES, source.size));
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
  return scanner.facts && { container, video: scanner.facts, context: scanner.context, pid: demuxer.pid };
}

function containerOf(head: Uint8Array): MpegContainer | undefined {
  const packets = findPackets(head);
  if (packets !== undefined) return formName(packets.form);
  const riff = String.fromCharCode(...head.subarray(0, 4), ...head.subarray(8, 12)) === "RIFFCDXA";
  if (riff || isSector(head, 0)) return "cdxa";
  const one = head.findIndex((byte) => byte !== 0);
  const code = one < 2 || head[one] !== 1 ? -1 : (head[one + 1] ?? 0);
  // What MPEG-1 and MPEG-2 pictures begin with, and no NAL unit does.
  if ([0xb3, 0xb8, 0x00].includes(code)) return "es";
  // A pack, or packets without packs as video recorders keep them.
  if (code >= PACK) return "ps";
  return code < 0 && hasPack(head) ? "ps" : undefined;
}

/** Of a program stream that was cut anywhere: a pack with its marks, of MPEG-1 or MPEG-2. */
function hasPack(head: Uint8Array): boolean {
  for (let one = head.indexOf(1, 2); one >= 0; one = head.indexOf(1, one + 1)) {
    if (head[one - 1] !== 0 || head[one - 2] !== 0 || head[one + 1] !== PACK) continue;
    const mark = head[one + 2] ?? 0;
    if (mark >> 6 === 1 || mark >> 4 === 2) return true;
  }
  return false;
}
