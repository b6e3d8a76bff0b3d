import {
  elementaryBytes,
  packetFormOf,
  readPacket,
  readPacketHead,
  walkPackets,
} from "../../containers/mpeg-ts/transport-packets.ts";
import { isSlice, NAL, nextStartCode } from "../../containers/streams/annexb.ts";
import type { Mark } from "./frame-marks.ts";
import type { Range } from "./ranges.ts";
import type { Piece } from "./segment-planner.ts";

/** A slice that begins this near to its packet's end is marked in the next packet too. */
const NEAR_END_BYTES = 24;
const CONFIGURATION_MAX_BYTES = 160; // less than a packet's payload

/**
 * H.264 slices and parameter sets in a transport stream's packets.
 *
 * @param lost is told of bytes that are in no packet
 */
export function markTransport(
  bytes: Uint8Array,
  piece: Piece,
  marks: Mark[],
  lost: (from: number, to: number) => void,
): void {
  const stream = elementaryBytes(bytes, piece.offset, piece.offset + piece.size, piece.parameter, lost);
  let part = 0;
  for (let at = nextStartCode(stream.bytes, 0); at >= 0 && at + 3 < stream.bytes.length; ) {
    const next = nextStartCode(stream.bytes, at + 3);
    const type = (stream.bytes[at + 3] ?? 0) & 31;
    const set = type === NAL.sequence || type === NAL.picture;
    if (isSlice(type) || set) {
      const kind = set ? "configuration" : piece.key ? "key" : "other";
      let rest = (next < 0 ? stream.bytes.length : next) - at - 3;
      if (set) rest = Math.min(rest, CONFIGURATION_MAX_BYTES);
      while (part + 1 < stream.pieces.length && (stream.pieces[part + 1]?.at ?? 0) <= at + 3) part++;
      let inside = at + 3;
      for (let number = part; rest > 0 && number < Math.min(part + 2, stream.pieces.length); number++) {
        const { at: from, offset, size } = stream.pieces[number] as (typeof stream.pieces)[0];
        const room = Math.min(rest, from + size - inside);
        marks.push({ offset: offset + inside - from, room, kind });
        if (room >= NEAR_END_BYTES) break;
        inside += room;
        rest -= room;
      }
    }
    at = next;
  }
}

const NULL_PID = 0x1fff;

/** What is no payload of a stream, all along a segment that has the piece: heads with their stuffing, tables, filling. */
export function transportHeads(bytes: Uint8Array, { offset, parameter }: Piece): Range[] {
  const heads: Range[] = [];
  const form = packetFormOf(parameter);
  walkPackets(bytes, offset % form.bytes, form, true, (sync, end) => {
    const packet = readPacket(bytes, sync);
    if (packet === undefined) return;
    const head = readPacketHead(bytes, sync).payload;
    const isTable = packet.starts && (bytes[head] !== 0 || bytes[head + 1] !== 0 || bytes[head + 2] !== 1);
    const headEnd = packet.pid === NULL_PID || isTable ? end : Math.min(end, packet.payload);
    heads.push({ offset: sync - form.lead, size: headEnd - sync + form.lead });
  });
  return heads;
}
