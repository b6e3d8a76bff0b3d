/** Sound of DVDs that is not compressed: 16, 20 or 24 bits a sample. Of Blu-ray discs it is written in another way. */
import { concatBytes } from "../../../../../codec/page.ts";
import { soundOfChannels } from "./sound-copy.ts";
import type { SoundDecoding } from "./sound-decoding.ts";

const NAME = "lpcm-dvd";
const BITS: readonly number[] = [16, 20, 24];

export const lpcmDecoding: SoundDecoding = {
  canDecode: async ({ codec, description }) => codec === NAME && BITS.includes(description?.[0] ?? 0),

  async *decode({ numberOfChannels, sampleRate, description }, packets, signal) {
    const bits = bytesOf(description)[0] ?? 16;
    const group = groupBytes(bits, numberOfChannels);
    let rest: Uint8Array = new Uint8Array();
    for await (const { timeMicroseconds, data } of packets) {
      if (signal.aborted) return;
      const bytes = rest.length === 0 ? data : concatBytes(rest, data);
      const groups = Math.floor(bytes.length / group);
      // The packet's time is that of the first sample that begins in it.
      const early = rest.length / ((bits / 8) * numberOfChannels) / sampleRate;
      rest = bytes.slice(groups * group);
      if (groups === 0) continue;
      const channels = lpcmToFloat(bytes.subarray(0, groups * group), bits, numberOfChannels);
      yield soundOfChannels(channels, sampleRate, timeMicroseconds / 1e6 - early);
    }
  },
};

const bytesOf = (source: AllowSharedBufferSource | undefined): Uint8Array =>
  source === undefined
    ? new Uint8Array()
    : ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);

/** Values whose high bits stand together, before their low bits. */
const valuesTogether = (bits: number, channels: number): number => (bits === 16 ? 1 : channels === 1 ? 2 : 4);

/** Bytes after which a sample of every channel is whole. */
function groupBytes(bits: number, channels: number): number {
  let values = valuesTogether(bits, channels);
  while (values % channels !== 0) values += valuesTogether(bits, channels);
  return (values * bits) / 8;
}

/**
 * Samples of DVD-Video: big-endian, the channels side by side. Of 20 and 24 bits the high 16 bits of four values stand first (of two in
 * mono), then their low nibbles or bytes in the same order.
 *
 * @param bytes whole groups; what is behind the last whole one is left out
 * @param bits  16, 20 or 24
 * @returns one array a channel, values from -1 to 1
 */
export function lpcmToFloat(bytes: Uint8Array, bits: number, channels: number): Float32Array<ArrayBuffer>[] {
  const together = valuesTogether(bits, channels);
  const size = (together * bits) / 8;
  const values = Math.floor(bytes.length / size) * together;
  const frames = Math.floor(values / channels);
  const sound = Array.from({ length: channels }, () => new Float32Array(frames));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let value = 0; value < frames * channels; value++) {
    const [group, within] = [Math.floor(value / together), value % together];
    const high = view.getInt16(group * size + within * 2);
    const low = group * size + together * 2;
    const more =
      bits === 24
        ? (bytes[low + within] as number)
        : bits === 20
          ? ((bytes[low + (within >> 1)] as number) << (within % 2 === 0 ? 0 : 4)) & 0xf0
          : 0;
    (sound[value % channels] as Float32Array)[Math.floor(value / channels)] = (high * 256 + more) / 0x800000;
  }
  return sound;
}
