/** Packets of a transport stream (ISO/IEC 13818-1 2.4.3) and the elementary stream inside them. */

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
  time?: number;
}

/** The head of a packet, which begins at `at` with its sync byte; `payload` is the packet's end where it carries none. */
export function readPacketHead(bytes: Uint8Array, at: number): Packet & { scrambled: boolean } {
  const end = at + PACKET_BYTES;
  const [second = 0, third = 0, fourth = 0] = bytes.subarray(at + 1, at + 4);
  const packet = {
    pid: ((second & 31) << 8) | third,
    starts: (second & 0x40) !== 0,
    scrambled: fourth >> 6 !== 0,
    randomAccess: false,
    payload: at + 4,
  };
  if ((fourth & 0x20) !== 0) {
    const length = bytes[at + 4] ?? 0;
    packet.randomAccess = length > 0 && ((bytes[at + 5] ?? 0) & 0x40) !== 0;
    packet.payload = Math.min(end, at + 5 + length);
  }
  if ((fourth & 0x10) === 0) packet.payload = end;
  return packet;
}

/** Undefined where no packet stands. */
export function readPacket(bytes: Uint8Array, at: number): Packet | undefined {
  if (bytes[at] !== SYNC) return undefined;
  const end = at + PACKET_BYTES;
  const packet: Packet = readPacketHead(bytes, at);
  const head = packet.payload;
  if (packet.starts && head + 9 <= end && bytes[head] === 0 && bytes[head + 1] === 0 && bytes[head + 2] === 1) {
    if (((bytes[head + 7] ?? 0) & 0x80) !== 0 && head + 14 <= end) {
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes.subarray(head + 9, head + 14);
      packet.time = ((a >> 1) & 7) * 2 ** 30 + ((b << 22) | ((c >> 1) << 15) | (d << 7) | (e >> 1));
    }
    packet.payload = Math.min(end, head + 9 + (bytes[head + 8] ?? 0));
  }
  return packet;
}

/** What one stream's packets carry from `start` to `end`, joined, and where each piece of it stands. */
export function elementaryBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  pid: number,
): { bytes: Uint8Array; pieces: { at: number; offset: number; size: number }[] } {
  const joined = new Uint8Array(Math.max(0, end - start));
  const pieces: { at: number; offset: number; size: number }[] = [];
  let length = 0;
  for (let at = start; at + PACKET_BYTES <= end; at += PACKET_BYTES) {
    const packet = readPacket(bytes, at);
    if (packet === undefined || packet.pid !== pid || packet.payload >= at + PACKET_BYTES) continue;
    const size = at + PACKET_BYTES - packet.payload;
    joined.set(bytes.subarray(packet.payload, packet.payload + size), length);
    pieces.push({ at: length, offset: packet.payload, size });
    length += size;
  }
  return { bytes: joined.subarray(0, length), pieces };
}
