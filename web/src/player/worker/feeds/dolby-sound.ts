/** AC-3 and E-AC-3, by a decoder of a megabyte that is loaded when it is needed. */
import { OWN_SOUND } from "../../../shared/worker/decoder-support.ts";
import type { SoundDecoding } from "./sound-decoding.ts";

export const dolbyDecoding: SoundDecoding = {
  canDecode: async ({ codec }) => OWN_SOUND.dolby.test(codec),

  async *decode(_config, packets, signal) {
    const { decodeDolby } = await import("./dolby-decoder.ts");
    yield* decodeDolby(packets, signal);
  },
};
