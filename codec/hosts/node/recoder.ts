/** Pictures coded anew in a source's own coding, by NodeAV where the operator has installed it. */
import { type ByteSource, type OpenRecoder, PictureBuffers } from "../../index.ts";
import { recoderOf } from "../recode-film.ts";
import { copied, registerDecoders } from "./decoded-media.ts";

/**
 * What opens the recoder of a file.
 *
 * @param name of the file, for errors
 * @throws {@link UnsupportedError} from what it gives: the decoders are not installed, or there is none, or no encoder, for its coding
 */
export function nodeRecoderOf(source: ByteSource, name: string): OpenRecoder {
  const buffers = new PictureBuffers();
  const open = recoderOf(source, (sample) => copied(sample, buffers), {
    name: "@mediabunny/server",
    instead: "convert the video to .y4m and choose method compress",
  });
  return async (film, bitsPerSecond) => {
    await registerDecoders(name, film.codec);
    return open(film, bitsPerSecond);
  };
}
