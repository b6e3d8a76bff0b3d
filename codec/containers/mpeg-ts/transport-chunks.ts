/** The packets of a transport stream in a file, a chunk at a time. */
import type { ByteSource } from "../../bytes/bytes.ts";
import { PACKET_BYTES, type Packet, type PacketForm, readPacket, walkPackets } from "./transport-packets.ts";

const CHUNK_PACKETS = 5_000;

interface PlacedPacket {
  bytes: Uint8Array;
  /** In `bytes`. */
  sync: number;
  end: number;
  /** Of its first byte, which may stand before the sync byte, in the file. */
  offset: number;
  packet: Packet;
}

/** Told of a packet of a chunk. @param base where the chunk begins in the file */
export type ChunkVisit = (bytes: Uint8Array, base: number, sync: number, end: number, packet: Packet) => void;

/** Goes through the packets a chunk at a time; what was visited is there when it gives the control back. */
export async function* chunksOf(
  source: ByteSource,
  form: PacketForm,
  from: number,
  visit: ChunkVisit,
): AsyncGenerator<undefined> {
  for (let base = from; base + PACKET_BYTES <= source.size; ) {
    const bytes = await source.read(base, Math.min(CHUNK_PACKETS * form.bytes, source.size - base));
    const isLast = base + bytes.length === source.size;
    const place = base;
    const done = walkPackets(bytes, 0, form, isLast, (sync, end) => {
      const packet = readPacket(bytes, sync);
      if (packet !== undefined && packet.payload <= end) visit(bytes, place, sync, end, packet);
    });
    yield;
    if (isLast) return;
    base += done;
  }
}

export async function* packetsOf(source: ByteSource, form: PacketForm, from: number): AsyncGenerator<PlacedPacket> {
  let found: PlacedPacket[] = [];
  const visit: ChunkVisit = (bytes, base, sync, end, packet) =>
    found.push({ bytes, sync, end, offset: base + sync - form.lead, packet });
  for await (const _ of chunksOf(source, form, from, visit)) {
    yield* found;
    found = [];
  }
}
