import {
  codingOf,
  elementaryBytes,
  isPes,
  PACKET_BYTES,
  PIDS,
  packetFormOf,
  readPacket,
  readPacketHead,
  type TransportCoding,
  walkPackets,
} from "../../containers/mpeg-ts/transport-packets.ts";
import { isSlice, NAL, nextStartCode } from "../../containers/streams/annexb.ts";
import { HEVC_NAL, hevcType } from "../../containers/streams/hevc-headers.ts";
import { findFrame, readFrameHead, type SoundCoding } from "../../containers/streams/sound-frames.ts";
import { type Mark, markUnknown } from "./frame-marks.ts";
import type { Range } from "./ranges.ts";
import type { Piece } from "./segment-planner.ts";

/** A slice that begins this near to its packet's end is marked in the next packet too. */
const NEAR_END_BYTES = 24;
const CONFIGURATION_MAX_BYTES = 160; // less than a packet's payload
const SOUND_MAX_BYTES = 4;

/** Marks places of an elementary stream where they stand in the packets. */
class StreamMarks {
  private part = 0;

  constructor(
    private readonly pieces: ReturnType<typeof elementaryBytes>["pieces"],
    private readonly marks: Mark[],
  ) {}

  /** @param at in the joined stream; in order */
  add(at: number, size: number, kind: Mark["kind"]): void {
    const { pieces } = this;
    let rest = size;
    let inside = at;
    while (this.part + 1 < pieces.length && (pieces[this.part + 1]?.at ?? 0) <= at) this.part++;
    for (let number = this.part; rest > 0 && number < Math.min(this.part + 2, pieces.length); number++) {
      const { at: from, offset, size: pieceBytes } = pieces[number] as (typeof pieces)[0];
      const room = Math.min(rest, from + pieceBytes - inside);
      this.marks.push({ offset: offset + inside - from, room, kind });
      if (room >= NEAR_END_BYTES) break;
      inside += room;
      rest -= room;
    }
  }
}

/**
 * The film's slices and parameter sets in a transport stream's packets.
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
  const kind = piece.key ? "key" : "other";
  markUnits(stream.bytes, codingOf(piece.parameter), new StreamMarks(stream.pieces, marks), () => kind);
}

/** What stands beside the film all along a segment: other programmes' pictures, and sound. */
export function markBeside(bytes: Uint8Array, parameter: number, marks: Mark[]): void {
  const coding = codingOf(parameter);
  if (coding === "sound") {
    markSoundPackets(bytes, parameter, marks);
    return;
  }
  const stream = elementaryBytes(bytes, 0, bytes.length, parameter);
  const places = new StreamMarks(stream.pieces, marks);
  if (coding === "pictures") for (const { offset, size } of stream.pieces) markUnknown(offset, offset + size, marks);
  else if (coding === "h264" || coding === "hevc") {
    // A slice's start code may stand in the segment before.
    const first = nextStartCode(stream.bytes, 0);
    const open = first < 0 ? stream.bytes.length : first;
    if (open > 0) places.add(0, open, "other");
    markUnits(stream.bytes, coding, places, (isKey) => (isKey ? "key" : "other"));
  } else markFrames(stream.bytes, coding, places);
}

/** NAL units behind start codes. @param kindOf a slice's */
function markUnits(
  stream: Uint8Array,
  coding: TransportCoding,
  places: StreamMarks,
  kindOf: (isKey: boolean) => "key" | "other",
): void {
  for (let at = nextStartCode(stream, 0); at >= 0 && at + 3 < stream.length; ) {
    const next = nextStartCode(stream, at + 3);
    const unit = (coding === "hevc" ? hevcUnit : avcUnit)(stream[at + 3] ?? 0);
    const bytes = (next < 0 ? stream.length : next) - at - 3;
    if (unit === "set") places.add(at + 3, Math.min(bytes, CONFIGURATION_MAX_BYTES), "configuration");
    else if (unit !== undefined) places.add(at + 3, bytes, kindOf(unit === "key"));
    at = next;
  }
}

/** What a NAL unit is that is withheld, by its first byte. */
type Unit = "set" | "key" | "slice" | undefined;

function avcUnit(head: number): Unit {
  const type = head & 31;
  if (type === NAL.sequence || type === NAL.picture) return "set";
  return isSlice(type) ? (type === NAL.idr ? "key" : "slice") : undefined;
}

function hevcUnit(head: number): Unit {
  const type = hevcType(head);
  if (type >= HEVC_NAL.video && type <= HEVC_NAL.picture) return "set";
  if (type > HEVC_NAL.sliceLast) return undefined;
  return type >= HEVC_NAL.keyFirst && type <= HEVC_NAL.keyLast ? "key" : "slice";
}

/** Of sound whose frames are not known: the starts of PES packets. */
function markSoundPackets(bytes: Uint8Array, parameter: number, marks: Mark[]): void {
  walkPackets(bytes, 0, packetFormOf(parameter), true, (sync, end) => {
    const packet = readPacket(bytes, sync);
    if (packet?.pid !== parameter % PIDS || !packet.starts || packet.payload >= end) return;
    marks.push({ offset: packet.payload, room: Math.min(SOUND_MAX_BYTES, end - packet.payload), kind: "sound" });
  });
}

function markFrames(stream: Uint8Array, coding: SoundCoding, places: StreamMarks): void {
  for (let at = findFrame(coding, stream, 0); at >= 0; ) {
    const head = readFrameHead(coding, stream, at);
    if (head === undefined) {
      at = findFrame(coding, stream, at + 1);
      continue;
    }
    const start = at + head.headBytes;
    places.add(start, Math.min(SOUND_MAX_BYTES, head.bytes - head.headBytes, stream.length - start), "sound");
    at += head.bytes;
  }
}

const NULL_PID = 0x1fff;

/** What is no payload of a stream, all along a segment that has the piece: heads with their stuffing, tables, filling. */
export function transportHeads(bytes: Uint8Array, { offset, parameter }: Piece): Range[] {
  const heads: Range[] = [];
  const form = packetFormOf(parameter);
  walkPackets(bytes, offset % form.bytes, form, true, (sync, end) => {
    const packet = readPacketHead(bytes, sync);
    let headEnd = packet.payload;
    if (packet.pid === NULL_PID || (packet.starts && !isPes(bytes, headEnd))) headEnd = end;
    else if (packet.starts && headEnd + 9 <= sync + PACKET_BYTES) headEnd += 9 + (bytes[headEnd + 8] ?? 0);
    const size = Math.min(end, headEnd) - sync + form.lead;
    heads.push({ offset: sync - form.lead, size });
  });
  return heads;
}
