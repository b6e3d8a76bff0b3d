/** What a part of a transport stream needs besides its packets: the tables, and sound that comes later than its pictures. */
import type { ByteSource } from "../bytes/bytes.ts";
import { clockStep } from "../containers/mpeg-ps/pes.ts";
import { Programme } from "../containers/mpeg-ts/programme.ts";
import {
  isPes,
  PACKET_BYTES,
  type PacketForm,
  readPacket,
  readPacketHead,
  walkPackets,
} from "../containers/mpeg-ts/transport-packets.ts";
import type { Change, Piece } from "./pieced-source.ts";

/** Tables are repeated ten times a second, and stand at a file's start. */
const TABLES_BYTES = 1 << 20;
/** Sound comes no more than this behind the pictures that are shown with it. */
const APART_BYTES = 2 << 20;
const EMPTY_PID = 0x1fff;

/** The packets of the newest tables before a place; of the file's first ones where none are near. */
export async function tablesBefore(source: ByteSource, form: PacketForm, before: number): Promise<Piece[]> {
  const near = Math.max(0, before - TABLES_BYTES);
  const aligned = before - Math.ceil((before - near) / form.bytes) * form.bytes;
  const found = await tablesIn(source, form, Math.max(0, aligned), before);
  return found.length > 0 ? found : tablesIn(source, form, 0, Math.min(source.size, TABLES_BYTES));
}

async function tablesIn(source: ByteSource, form: PacketForm, start: number, end: number): Promise<Piece[]> {
  const bytes = await source.read(start, end - start);
  const programme = new Programme();
  /** By PID: the packets of its newest table. */
  const newest = new Map<number, Piece[]>();
  // The second time, maps that stood before their association are known too.
  for (let round = 0; round < 2; round++) {
    newest.clear();
    walkPackets(bytes, 0, form, true, (sync, packetEnd) => {
      const { pid, starts, payload } = readPacketHead(bytes, sync);
      if (!programme.isTable(pid) || payload >= packetEnd) return;
      programme.push(pid, bytes.subarray(payload, packetEnd), starts);
      const place = start + sync - form.lead;
      const piece = { start: place, end: place + form.bytes };
      if (starts) newest.set(pid, [piece]);
      else newest.get(pid)?.push(piece);
    });
  }
  // The association, which names the maps, comes first.
  const pids = [...newest.keys()].sort((a, b) => a - b);
  return pids.length < 2 ? [] : pids.flatMap((pid) => newest.get(pid) ?? []);
}

interface PlacedPacket {
  start: number;
  end: number;
  /** What its PID carries is heard from here on no earlier than the time; or it is no sound. */
  isLater: boolean;
}

/** Packets from a place on, but for those of one PID, as far as pictures and their sound may be apart. */
async function packetsFrom(
  source: ByteSource,
  form: PacketForm,
  from: number,
  pid: number,
  ticks: number,
): Promise<PlacedPacket[]> {
  const bytes = await source.read(from, Math.min(APART_BYTES, source.size - from));
  const later = new Set<number>();
  const found: PlacedPacket[] = [];
  walkPackets(bytes, 0, form, true, (sync, packetEnd) => {
    const packet = readPacket(bytes, sync);
    const start = from + sync - form.lead;
    if (packet === undefined || packet.pid === pid || packetEnd - sync < PACKET_BYTES) return;
    const isOther = packet.starts && !isPes(bytes, readPacketHead(bytes, sync).payload);
    if (isOther || packet.pid === EMPTY_PID || (packet.time !== undefined && clockStep(packet.time - ticks) >= 0))
      later.add(packet.pid);
    found.push({ start, end: start + form.bytes, isLater: later.has(packet.pid) });
  });
  return found;
}

/** Of sound, what stands behind a place and is heard before a time of the clock. @param pid of the pictures */
export async function packetsBehind(...where: Parameters<typeof packetsFrom>): Promise<PlacedPacket[]> {
  return (await packetsFrom(...where)).filter(({ isLater }) => !isLater);
}

/** Takes out what stands behind a place and is heard before a time of the clock. @param pid of the pictures */
export async function withoutEarlyPackets(...where: Parameters<typeof packetsFrom>): Promise<Change[]> {
  return (await packetsBehind(...where)).map(({ start, end }) => ({
    offset: start,
    bytes: new Uint8Array(),
    length: end - start,
  }));
}
