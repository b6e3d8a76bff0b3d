/**
 * The inside of a segment of method `compress`: pictures or sound packets, each cut in a public and a withheld part.
 * Bytes: FORMAT.md 9.
 */

import { concatBytes } from "../../bytes/bytes.ts";
import { FormatError } from "../../errors.ts";

/** One coded picture or packet of sound, in its two parts. */
export interface DividedPacket {
  durationMicroseconds: number;
  publicBytes: Uint8Array;
  withheld: Uint8Array;
}

const PACKETS_MAX = 1 << 16;

function writeVarint(out: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}

export function encodePacketList(packets: DividedPacket[]): { publicBytes: Uint8Array; withheld: Uint8Array } {
  const rows: number[] = [];
  writeVarint(rows, packets.length);
  for (const packet of packets) {
    writeVarint(rows, packet.durationMicroseconds);
    writeVarint(rows, packet.publicBytes.length);
    writeVarint(rows, packet.withheld.length);
  }
  return {
    publicBytes: concatBytes(Uint8Array.from(rows), ...packets.map((packet) => packet.publicBytes)),
    withheld: concatBytes(...packets.map((packet) => packet.withheld)),
  };
}

/**
 * Views into both parts; nothing is copied.
 *
 * @throws {@link FormatError} rows and bytes do not agree
 */
export function decodePacketList(publicBytes: Uint8Array, withheld: Uint8Array): DividedPacket[] {
  let offset = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 42; scale *= 128) {
      const byte = publicBytes[offset++];
      if (byte === undefined) break;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new FormatError(`packet list ends or breaks at byte ${offset} of its segment: the file is damaged`, {
      offsetBytes: offset,
    });
  };
  const count = readVarint();
  if (count > PACKETS_MAX)
    throw new FormatError(
      `packet list claims ${count} packets, at most ${PACKETS_MAX} are allowed: the file is damaged`,
    );
  const rows = Array.from({ length: count }, () => [readVarint(), readVarint(), readVarint()] as const);
  let withheldOffset = 0;
  const packets = rows.map(([durationMicroseconds, publicLength, withheldLength]) => {
    const packet = {
      durationMicroseconds,
      publicBytes: publicBytes.subarray(offset, offset + publicLength),
      withheld: withheld.subarray(withheldOffset, withheldOffset + withheldLength),
    };
    offset += publicLength;
    withheldOffset += withheldLength;
    return packet;
  });
  if (offset !== publicBytes.length || withheldOffset !== withheld.length) {
    throw new FormatError(
      `packet list describes ${offset} public and ${withheldOffset} withheld bytes, ${publicBytes.length} and ${withheld.length} are there: the file is damaged`,
    );
  }
  return packets;
}
