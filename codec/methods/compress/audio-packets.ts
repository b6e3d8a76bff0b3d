/**
 * Sound goes along in its own coding. Of every packet the first bytes, without which no decoder finds the rest, go to the slave.
 */

import { concatBytes } from "../../bytes/bytes.ts";
import { FormatError } from "../../errors.ts";
import type { SourcePacket } from "../../pictures/source-picture.ts";
import { checkStatus } from "../../wasm/kernel-status.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import type { DividedPacket } from "./packet-list.ts";

/** An AAC or Opus packet's type, window and gain lie in its first bytes. */
export const AUDIO_WITHHELD_BYTES = 4;

const withheldLength = (length: number): number => Math.min(length, AUDIO_WITHHELD_BYTES);
const int32Bytes = (values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);

/** Views of `lengths` bytes each, one behind another. */
function split(bytes: Uint8Array, lengths: number[]): Uint8Array[] {
  let offset = 0;
  return lengths.map((length) => {
    offset += length;
    return bytes.subarray(offset - length, offset);
  });
}

/** Cuts the packets of one segment. Durations run from packet to packet. */
export function cutAudioPackets(kernels: Kernels, packets: SourcePacket[]): DividedPacket[] {
  const { raw, memory } = kernels;
  const lengths = packets.map((packet) => packet.data.length);
  const whole = concatBytes(...packets.map((packet) => packet.data));
  return memory.withAllocations((scope) => {
    const publicOut = scope.allocate(whole.length);
    const withheldOut = scope.allocate(packets.length * AUDIO_WITHHELD_BYTES);
    const withheld = checkStatus(
      raw.cutPackets(
        publicOut,
        withheldOut,
        scope.put(whole),
        scope.put(int32Bytes(lengths)),
        packets.length,
        AUDIO_WITHHELD_BYTES,
      ),
      "cutPackets",
    );
    const withheldParts = split(memory.copy(withheldOut, withheld), lengths.map(withheldLength));
    const publicParts = split(
      memory.copy(publicOut, whole.length - withheld),
      lengths.map((length) => length - withheldLength(length)),
    );
    return packets.map((packet, i) => {
      const next = packets[i + 1];
      return {
        durationMicroseconds:
          next === undefined
            ? packet.durationMicroseconds
            : Math.max(0, next.timestampMicroseconds - packet.timestampMicroseconds),
        publicBytes: publicParts[i] ?? new Uint8Array(),
        withheld: withheldParts[i] ?? new Uint8Array(),
      };
    });
  });
}

/**
 * The whole packets again.
 *
 * @throws {@link FormatError} a packet's withheld part has not the length that it must have
 */
export function mergeAudioPackets(kernels: Kernels, packets: DividedPacket[]): Uint8Array[] {
  const { raw, memory } = kernels;
  const lengths = packets.map((packet) => packet.publicBytes.length + packet.withheld.length);
  packets.forEach((packet, i) => {
    if (packet.withheld.length !== withheldLength(lengths[i] ?? 0))
      throw new FormatError(
        `sound packet ${i} of its segment has ${packet.withheld.length} withheld bytes: the file is damaged`,
        { packet: i },
      );
  });
  return memory.withAllocations((scope) => {
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const whole = scope.allocate(total);
    const publicIn = scope.put(concatBytes(...packets.map((packet) => packet.publicBytes)));
    const withheldIn = scope.put(concatBytes(...packets.map((packet) => packet.withheld)));
    checkStatus(
      raw.mergePackets(
        whole,
        publicIn,
        withheldIn,
        scope.put(int32Bytes(lengths)),
        packets.length,
        AUDIO_WITHHELD_BYTES,
      ),
      "mergePackets",
    );
    return split(memory.copy(whole, total), lengths);
  });
}
