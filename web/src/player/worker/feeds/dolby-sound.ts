/** AC-3 and E-AC-3, by a decoder of a megabyte that is loaded when it is needed. */
import type { SoundDecoding } from "./sound-decoding.ts";

const NAME = /^(ac|ec)-3$/;

export const dolbyDecoding: SoundDecoding = {
  canDecode: async ({ codec }) => NAME.test(codec),

  async *decode(_config, packets, signal) {
    const { decodeDolby } = await import("./dolby-decoder.ts");
    yield* decodeDolby(packets, signal);
  },
};
