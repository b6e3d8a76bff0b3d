/** Packets of a transport stream (ISO/IEC 13818-1 2.4.3) and the elementary stream inside them. */

import { readTimeStamp } from "../mpeg-ps/pes.ts";
import type { SoundCoding } from "../streams/sound-frames.ts";

export const PACKET_BYTES = 188;
export const SYNC = 0x47;

export interface Packet {
  pid: number;
  /** A PES packet or a section begins here. */
  starts: boolean;
  randomAccess: boolean;
  /** Where the payload begins: behind the PES head, if there is one. */
  payload: number;
  /** Presentation time, 90 kHz, where a PES head tells one. */
  time: number | undefined;
}

/** The head of a packet, which begins at `at` with its sync byte; `payload` is the packet's end where it carries none. */
export function readPacketHead(bytes: Uint8Array, at: number): Packet & { scrambled: boolean } {
  const end = at + PACKET_BYTES;
  const second = bytes[at + 1] ?? 0;
  const fourth = bytes[at + 3] ?? 0;
  let payload = at + 4;
  let randomAccess = false;
  if ((fourth & 0x20) !== 0) {
    const length = bytes[at + 4] ?? 0;
    randomAccess = length > 0 && ((bytes[at + 5] ?? 0) & 0x40) !== 0;
    payload = Math.min(end, at + 5 + length);
  }
  if ((fourth & 0x10) === 0) payload = end;
  return {
    pid: ((second & 31) << 8) | (bytes[at + 2] ?? 0),
    starts: (second & 0x40) !== 0,
    scrambled: fourth >> 6 !== 0,
    randomAccess,
    payload,
    time: undefined,
  };
}

/** Undefined where no packet stands. */
export function readPacket(bytes: Uint8Array, at: number): Packet | undefined {
  if (bytes[at] !== SYNC) return undefined;
  const end = at + PACKET_BYTES;
  const packet: Packet = readPacketHead(bytes, at);
  const head = packet.payload;
  if (packet.starts && head + 9 <= end && isPes(bytes, head)) {
    if (((bytes[head + 7] ?? 0) & 0x80) !== 0 && head + 14 <= end) packet.time = readTimeStamp(bytes, head + 9);
    packet.payload = Math.min(end, head + 9 + (bytes[head + 8] ?? 0));
  }
  return packet;
}

/** Whether a PES packet begins there. */
export const isPes = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1;

/** How packets stand in a file. */
export interface PacketForm {
  /** From one packet to the next. */
  bytes: number;
  /** Before each packet's sync byte: the time stamp of AVCHD and Blu-ray. */
  lead: number;
}

/** As they are sent, with a time stamp before each (BDAV), with 16 bytes for correcting errors behind each (DVB). */
const NAMED_FORMS = {
  ts: { bytes: PACKET_BYTES, lead: 0 },
  m2ts: { bytes: 192, lead: 4 },
  ts204: { bytes: 204, lead: 0 },
} as const satisfies Record<string, PacketForm>;
/** Of a file whose video is MPEG-1 or MPEG-2. */
export type TransportForm = keyof typeof NAMED_FORMS;
const FORMS: readonly PacketForm[] = Object.values(NAMED_FORMS);

export const packetFormIn = (container: TransportForm): PacketForm => NAMED_FORMS[container];

export const isTransportForm = (container: unknown): container is TransportForm =>
  Object.hasOwn(NAMED_FORMS, String(container));

/** How a form is named; undefined for none of these. */
export const formName = ({ bytes }: PacketForm): TransportForm | undefined =>
  Object.entries(NAMED_FORMS).find(([, form]) => form.bytes === bytes)?.[0] as TransportForm | undefined;
/** So many sync bytes at their places are packets. */
const SURE_PACKETS = 5;
/** So many PIDs there are. */
export const PIDS = 1 << 13;

/** What a PID carries, as far as its bytes are looked into; `sound` and `pictures` are those of other codings. */
export type TransportCoding = "h264" | "hevc" | SoundCoding | "sound" | "pictures";
const CODINGS: readonly TransportCoding[] = ["h264", "hevc", "aac", "mpeg-audio", "ac-3", "sound", "pictures"];

/** A PID, the form of its packets and what they carry in one number, as a stream's parameter. */
export const transportParameter = (pid: number, form: PacketForm, coding: TransportCoding): number =>
  pid + PIDS * (FORMS.indexOf(form) + FORMS.length * CODINGS.indexOf(coding));

/** How packets stand, by a stream's parameter. */
export const packetFormOf = (parameter: number): PacketForm =>
  FORMS[Math.floor(parameter / PIDS) % FORMS.length] as PacketForm;

/** What they carry, by a stream's parameter. */
export const codingOf = (parameter: number): TransportCoding =>
  CODINGS[Math.floor(parameter / PIDS / FORMS.length)] ?? "pictures";

/**
 * How packets stand in a file that may begin in the middle of one.
 *
 * @param head 1.2 kB of the file or more
 * @returns undefined where none do
 */
export function findPackets(head: Uint8Array): { form: PacketForm; from: number } | undefined {
  for (let from = 0; from < 204; from++)
    for (const form of FORMS)
      if (standsAt(head, from + form.lead, form, SURE_PACKETS) && from + form.lead < head.length) return { form, from };
  return undefined;
}

/** Whether sync bytes stand where `count` packets begin, as far as the bytes reach. */
function standsAt(bytes: Uint8Array, sync: number, form: PacketForm, count: number): boolean {
  for (let n = 0; n < count && sync + n * form.bytes < bytes.length; n++)
    if (bytes[sync + n * form.bytes] !== SYNC) return false;
  return true;
}

/** Told of a packet: where its sync byte stands, where its bytes end; less than 188 behind where bytes were lost. */
export type PacketVisit = (sync: number, end: number) => void;

/**
 * Goes from packet to packet. Where bytes are lost or were put in between it goes on at the next place where several packets follow
 * each other.
 *
 * @param isLast no bytes follow; otherwise the last packets are left for the next call
 * @param lost   is told of bytes that belong to no packet
 * @returns where to go on
 */
export function walkPackets(
  bytes: Uint8Array,
  from: number,
  form: PacketForm,
  isLast: boolean,
  visit: PacketVisit,
  lost: (from: number, to: number) => void = () => {},
): number {
  let at = from;
  const stop = isLast ? bytes.length - PACKET_BYTES - form.lead : bytes.length - SURE_PACKETS * form.bytes;
  while (at <= stop) {
    const sync = at + form.lead;
    const next = at + form.bytes;
    const isHere = bytes[sync] === SYNC;
    if (isHere && standsAt(bytes, next + form.lead, form, 1)) {
      visit(sync, sync + PACKET_BYTES);
      at = next;
      continue;
    }
    let to = at + 1;
    while (to + form.lead < bytes.length && !standsAt(bytes, to + form.lead, form, SURE_PACKETS)) to += 1;
    if (to + form.lead >= bytes.length) to = bytes.length;
    const end = isHere ? Math.min(to, sync + PACKET_BYTES) : at;
    if (isHere) visit(sync, end);
    if (to > end) lost(end, to);
    at = to;
  }
  return at;
}

/** What one stream's packets carry from `start` to `end`, joined, and where each piece of it stands. */
export function elementaryBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  parameter: number,
  lost?: (from: number, to: number) => void,
): { bytes: Uint8Array; pieces: { at: number; offset: number; size: number }[] } {
  const joined = new Uint8Array(Math.max(0, end - start));
  const pieces: { at: number; offset: number; size: number }[] = [];
  const pid = parameter % PIDS;
  const form = packetFormOf(parameter);
  let length = 0;
  const part = bytes.subarray(start, end);
  walkPackets(
    part,
    0,
    form,
    true,
    (sync, packetEnd) => {
      const packet = readPacket(part, sync);
      if (packet === undefined || packet.pid !== pid || packet.payload >= packetEnd) return;
      const size = packetEnd - packet.payload;
      joined.set(part.subarray(packet.payload, packetEnd), length);
      pieces.push({ at: length, offset: start + packet.payload, size });
      length += size;
    },
    lost && ((from, to) => lost(start + from, start + to)),
  );
  return { bytes: joined.subarray(0, length), pieces };
}
