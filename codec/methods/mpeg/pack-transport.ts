/**
 * A hidden slot of a transport stream, its video in packets of its own: as many as there were, if they are enough, with counters from which the
 * packets behind go on. All else stays, with the programme's clock references.
 */
import { concatBytes } from "../../bytes/bytes.ts";
import { writePesHead } from "../../containers/mpeg-ps/pes.ts";
import {
  isPes,
  PACKET_BYTES,
  packetFormIn,
  readPacketHead,
  SYNC,
  type TransportForm,
} from "../../containers/mpeg-ts/transport-packets.ts";
import type { SlotBytes, VideoPiece, VideoRun } from "./slot-bytes.ts";

const NULL_PID = 0x1fff;
const PAYLOAD_BYTES = 184;
const STUFFING = 0xff;
/** adaptation_field_control. */
const ADAPTATION = 0x20;
const PAYLOAD = 0x10;
const STARTS = 0x40;
/** Of an adaptation field: another clock begins, and a clock reference stands there. */
const DISCONTINUITY = 0x80;
const CLOCK_REFERENCE = 0x10;
const CLOCK_REFERENCE_BYTES = 6;

const NULL_PACKET = new Uint8Array(PACKET_BYTES).fill(STUFFING);
NULL_PACKET.set([SYNC, NULL_PID >> 8, NULL_PID & 255, PAYLOAD]);

/** A packet of the slot, or bytes that are none. */
interface Found {
  lead: Uint8Array;
  packet: Uint8Array;
  tail: Uint8Array;
  /** Undefined where no packet stands. */
  head: ReturnType<typeof readPacketHead> | undefined;
  run: VideoRun | undefined;
  isVideo: boolean;
  /** Of the video that begins in it. */
  pes: { from: number; to: number } | undefined;
}

/** A packet to be written: as it is, or made for some video. */
interface Outgoing {
  lead: Uint8Array;
  packet: Uint8Array | undefined;
  tail: Uint8Array;
  isVideo: boolean;
  payload?: Uint8Array;
  starts?: boolean;
}

/** @param pid of the video @returns what stands in the slot's place */
export function packTransport(slot: SlotBytes, container: TransportForm, pid: number): Uint8Array {
  const out: Outgoing[] = [];
  /** Packets written beyond those that there were. */
  let surplus = 0;
  let stream = 0;
  let isChanged = false;
  let waiting: VideoPiece[] = [];
  const packets = packetsIn(slot, container, pid);
  for (const { lead, packet, tail, head, run, isVideo, pes } of packets) {
    if (head?.pid === NULL_PID && surplus > 0) {
      surplus -= 1;
      continue;
    }
    if (pes !== undefined) {
      const at = (head?.payload ?? 0) - packet.byteOffset + slot.bytes.byteOffset;
      if (isPes(packet, at)) stream = packet[at + 3] ?? 0;
      isChanged = slot.isChanged(pes.from, pes.to);
      waiting = isChanged ? slot.piecesIn(pes.from, pes.to) : [];
    }
    if (!isVideo || !isChanged) {
      out.push({ lead, packet, tail, isVideo });
      continue;
    }
    const before = out.length;
    const clock = clockPacket(packet);
    if (clock !== undefined) out.push({ lead, packet: clock, tail, isVideo });
    const reach = run === undefined ? 0 : run.offset + run.to - run.from;
    for (const { bytes, times } of waiting.filter(({ at }) => at < reach)) {
      const whole = concatBytes(writePesHead(stream, undefined, times, true), bytes);
      for (let at = 0; at < whole.length; at += PAYLOAD_BYTES) {
        const payload = whole.subarray(at, at + PAYLOAD_BYTES);
        out.push({ lead, packet: undefined, tail, isVideo, payload, starts: at === 0 });
      }
    }
    waiting = waiting.filter(({ at }) => at >= reach);
    surplus += out.length - before;
    if (surplus > 0) surplus -= 1;
    else out.push({ lead, packet: NULL_PACKET, tail, isVideo: false });
  }
  const counters = packets.flatMap(({ isVideo, packet }) => (isVideo && hasPayload(packet) ? [counterOf(packet)] : []));
  return written(out, counters, pid);
}

function packetsIn({ bytes, start, end, runs }: SlotBytes, container: TransportForm, pid: number): Found[] {
  const { bytes: size, lead: leadBytes } = packetFormIn(container);
  const found: Found[] = [];
  let next = 0;
  let pes: Found["pes"];
  for (let at = start; at < end; ) {
    const sync = at + leadBytes;
    if (bytes[sync] !== SYNC || at + size > end) {
      const none = bytes.subarray(at, at);
      const packet = bytes.subarray(at, at + 1);
      found.push({ lead: none, packet, tail: none, head: undefined, run: undefined, isVideo: false, pes: undefined });
      at += 1;
      continue;
    }
    while ((runs[next]?.to ?? Number.POSITIVE_INFINITY) <= at) next += 1;
    const run = (runs[next]?.from ?? Number.POSITIVE_INFINITY) < at + size ? runs[next] : undefined;
    const head = readPacketHead(bytes, sync);
    const isVideo = head.pid === pid;
    const begins = isVideo && (head.starts || pes === undefined);
    if (begins) {
      const from = run?.offset ?? pes?.to ?? 0;
      pes = { from, to: from };
    }
    if (isVideo && run !== undefined && pes !== undefined) pes.to = run.offset + run.to - run.from;
    found.push({
      lead: bytes.subarray(at, sync),
      packet: bytes.subarray(sync, sync + PACKET_BYTES),
      tail: bytes.subarray(sync + PACKET_BYTES, at + size),
      ...{ head, run, isVideo, pes: begins ? pes : undefined },
    });
    at += size;
  }
  return found;
}

const hasPayload = (packet: Uint8Array): boolean => ((packet[3] ?? 0) & PAYLOAD) !== 0;
const counterOf = (packet: Uint8Array): number => (packet[3] ?? 0) & 15;

/** What a packet says of the programme's clock, without video; undefined where it says nothing. */
function clockPacket(packet: Uint8Array): Uint8Array | undefined {
  const flags = packet[5] ?? 0;
  if (((packet[3] ?? 0) & ADAPTATION) === 0 || (packet[4] ?? 0) <= CLOCK_REFERENCE_BYTES) return undefined;
  if ((flags & CLOCK_REFERENCE) === 0) return undefined;
  const clock = new Uint8Array(PACKET_BYTES).fill(STUFFING);
  clock.set(packet.subarray(0, 6 + CLOCK_REFERENCE_BYTES));
  clock[1] = (clock[1] ?? 0) & ~STARTS;
  clock[3] = ADAPTATION | counterOf(packet);
  clock[4] = PAYLOAD_BYTES - 1;
  clock[5] = flags & (DISCONTINUITY | CLOCK_REFERENCE);
  return clock;
}

/** @param counters of the slot's packets with video */
function written(out: Outgoing[], counters: readonly number[], pid: number): Uint8Array {
  const [first, last] = [counters[0], counters.at(-1)];
  const isNew = out.some(({ payload }) => payload !== undefined);
  if (first !== undefined && last !== undefined && isNew) {
    const counted = out.filter(({ isVideo, packet }) => isVideo && (packet === undefined || hasPayload(packet))).length;
    divide(out, (last - first + 1 - counted) & 15);
  }
  let counter = ((first ?? 0) - 1) & 15;
  return concatBytes(
    ...out.flatMap(({ lead, packet, tail, isVideo, payload, starts }) => {
      if (!isNew || !isVideo) return [lead, packet ?? NULL_PACKET, tail];
      if (packet === undefined || hasPayload(packet)) counter = (counter + 1) & 15;
      const own = packet?.slice() ?? packetOf(pid, starts === true, payload ?? new Uint8Array());
      own[3] = ((own[3] ?? 0) & 0xf0) | counter;
      return [lead, own, tail];
    }),
  );
}

/** Puts what some packets carry into two each, so that there are `more` of them. */
function divide(out: Outgoing[], more: number): void {
  for (let left = more; left > 0; left--) {
    const place = out.reduce(
      (best, { payload }, i) => ((payload?.length ?? 1) >= (out[best]?.payload?.length ?? 1) ? i : best),
      0,
    );
    const whole = out[place];
    if (whole?.payload === undefined || whole.payload.length < 2) return;
    const half = whole.payload.length >> 1;
    const [begin, rest] = [whole.payload.subarray(0, half), whole.payload.subarray(half)];
    out.splice(place, 1, { ...whole, payload: begin }, { ...whole, payload: rest, starts: false });
  }
}

/** A packet of video, its counter left out; shorter payloads stand behind stuffing. */
function packetOf(pid: number, starts: boolean, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(PACKET_BYTES).fill(STUFFING);
  const left = PAYLOAD_BYTES - payload.length;
  packet.set([SYNC, (starts ? STARTS : 0) | (pid >> 8), pid & 255, left > 0 ? ADAPTATION | PAYLOAD : PAYLOAD]);
  if (left > 0) packet[4] = left - 1;
  if (left > 1) packet[5] = 0;
  packet.set(payload, PACKET_BYTES - payload.length);
  return packet;
}
