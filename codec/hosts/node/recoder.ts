/** Pictures coded anew in a source's own coding, by NodeAV where the operator has installed it. */
import { type ByteSource, type OpenRecoder, PictureBuffers, UnsupportedError } from "../../index.ts";
import { DECODERS, hasDecoders } from "./decoders.ts";

/**
 * What opens the recoder of a file.
 *
 * @param name of the file, for errors
 * @throws {@link UnsupportedError} from what it gives: the decoders are not installed, or there is none, or no encoder, for its coding
 */
export function nodeRecoderOf(source: ByteSource, name: string): OpenRecoder {
  return async (film, bitsPerSecond) => {
    const { codec } = film;
    if (!(await hasDecoders()))
      throw new UnsupportedError(
        `${name}: parts of ${codec} are hidden with a decoder and an encoder: npm install ${DECODERS}, or convert it to .y4m and choose method compress`,
        { codec, package: DECODERS },
      );
    const buffers = new PictureBuffers();
    const [{ copyPicture }, { recoderOf }] = await Promise.all([
      import("../picture-copy.ts"),
      import("../recode-film.ts"),
    ]);
    const instead = "convert the video to .y4m and choose method compress";
    const open = recoderOf(source, (sample) => copyPicture(sample, buffers), { name: DECODERS, instead });
    return open(film, bitsPerSecond);
  };
}
