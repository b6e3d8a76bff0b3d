/** Index of H.264 in transport streams (ISO/IEC 13818-1): a picture reaches from its first packet to the next picture's. */
import type { ByteSource } from "../../bytes/bytes.ts";
import { untaggedMatrix } from "../../format/header.ts";
import { BATCH_SAMPLES, type CodedSample, type FoundIndex } from "../source-index.ts";
import { isSlice, NAL, nextStartCode } from "../streams/annexb.ts";
import { readSequence } from "../streams/h264-headers.ts";
import { elementaryBytes, PACKET_BYTES, readPacket } from "./transport-packets.ts";

const PROBE_BYTES = 10_000 * PACKET_BYTES;
const CHUNK_BYTES = 5_000 * PACKET_BYTES;
const H264 = 0x1b;
const CLOCK_MICROSECONDS = 1e6 / 90_000;

/** Undefined where no programme with H.264 is found in the first megabytes. */
export async function openTransport(source: ByteSource): Promise<FoundIndex | undefined> {
  const probe = await source.read(0, Math.min(PROBE_BYTES, source.size));
  const pid = videoPid(probe);
  if (pid === undefined) return undefined;
  const { bytes } = elementaryBytes(probe, 0, probe.length, pid);
  let facts: ReturnType<typeof readSequence>;
  for (let at = nextStartCode(bytes, 0); at >= 0 && facts === undefined; at = nextStartCode(bytes, at + 3))
    if (((bytes[at + 3] ?? 0) & 31) === NAL.sequence) facts = readSequence(bytes.subarray(at + 3));
  if (facts === undefined) return undefined;
  const first = firstTime(probe, pid);
  const times: number[] = [];
  for await (const batch of pictures(source, pid, probe.length, first))
    times.push(...batch.map(({ timeMicroseconds }) => timeMicroseconds));
  const span = times.reduce((most, time) => Math.max(most, time), 0);
  return {
    container: "ts",
    streams: [
      {
        form: "ts",
        parameter: pid,
        track: {
          ...facts,
          id: 0,
          kind: "video",
          rotation: 0,
          mirrored: false,
          matrix: untaggedMatrix(facts.height),
        },
      },
    ],
    durationMicroseconds: (span * source.size) / probe.length,
    structure: [],
    samples: () => pictures(source, pid, source.size, first),
    samplesIn: (part) => pictures(part, pid, part.size, first),
  };
}

/** Programme association, programme map (2.4.4): sections that begin and end in one packet, as they nearly always do. */
function videoPid(probe: Uint8Array): number | undefined {
  const maps = new Set<number>();
  for (let at = 0; at + PACKET_BYTES <= probe.length; at += PACKET_BYTES) {
    const packet = readPacket(probe, at);
    if (packet === undefined) return undefined;
    if (!packet.starts || (packet.pid !== 0 && !maps.has(packet.pid))) continue;
    const section = probe.subarray(packet.payload + 1 + (probe[packet.payload] ?? 0), at + PACKET_BYTES);
    const end = Math.min(section.length, 3 + ((((section[1] ?? 0) & 15) << 8) | (section[2] ?? 0)) - 4);
    const pidAt = (i: number): number => (((section[i] ?? 0) & 31) << 8) | (section[i + 1] ?? 0);
    if (packet.pid === 0) for (let i = 8; i + 4 <= end; i += 4) maps.add(pidAt(i + 2));
    else
      for (let i = 12 + (((section[10] ?? 0) & 15) << 8) + (section[11] ?? 0); i + 5 <= end; ) {
        if (section[i] === H264) return pidAt(i + 1);
        i += 5 + ((((section[i + 3] ?? 0) & 15) << 8) | (section[i + 4] ?? 0));
      }
  }
  return undefined;
}

/** From it times count. */
function firstTime(probe: Uint8Array, pid: number): number {
  for (let at = 0; at + PACKET_BYTES <= probe.length; at += PACKET_BYTES) {
    const packet = readPacket(probe, at);
    if (packet?.pid === pid && packet.time !== undefined) return packet.time;
  }
  return 0;
}

/** @param end where to stop looking, in bytes */
async function* pictures(source: ByteSource, pid: number, end: number, first: number): AsyncGenerator<CodedSample[]> {
  let open: CodedSample | undefined;
  let batch: CodedSample[] = [];
  for (let from = 0; from + PACKET_BYTES <= end; from += CHUNK_BYTES) {
    const chunk = await source.read(from, Math.min(CHUNK_BYTES, source.size - from));
    for (let at = 0; at + PACKET_BYTES <= chunk.length; at += PACKET_BYTES) {
      const packet = readPacket(chunk, at);
      if (packet === undefined || packet.pid !== pid) continue;
      const picture = open;
      if (!packet.starts) {
        if (picture !== undefined) picture.size = from + at + PACKET_BYTES - picture.offset;
        continue;
      }
      if (picture !== undefined) batch.push({ ...picture, size: from + at - picture.offset });
      const time = packet.time ?? first;
      open = {
        offset: from + at,
        size: PACKET_BYTES,
        timeMicroseconds: (time - first) * CLOCK_MICROSECONDS,
        durationMicroseconds: 0,
        key: packet.randomAccess || opensKey(chunk.subarray(packet.payload, at + PACKET_BYTES)),
        stream: 0,
      };
    }
    if (batch.length < BATCH_SAMPLES) continue;
    yield batch;
    batch = [];
  }
  if (open !== undefined) batch.push(open);
  if (batch.length > 0) yield batch;
}

/** A picture whose first packet brings parameter sets or an IDR slice. */
function opensKey(payload: Uint8Array): boolean {
  for (let at = nextStartCode(payload, 0); at >= 0; at = nextStartCode(payload, at + 3)) {
    const type = (payload[at + 3] ?? 0) & 31;
    if (type === NAL.idr || type === NAL.sequence) return true;
    if (isSlice(type)) return false;
  }
  return false;
}
