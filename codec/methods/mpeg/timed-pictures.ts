/** Decoded pictures of which each has its time. */
import type { MpegDecoder, MpegPicture } from "./mpeg-decoder.ts";

/** Pictures that wait for the first time that the stream tells; more are not shown. */
const UNTIMED_MAX = 8;

/** A picture that has its time. */
export type TimedPicture = MpegPicture & { timeMicroseconds: number };

/**
 * The same pictures, those before the first that has a time counted back from it.
 *
 * @param pictures as `decoder` gives them, each good until the next is pulled
 */
export async function* timedPictures(
  pictures: AsyncIterable<MpegPicture>,
  decoder: MpegDecoder,
): AsyncGenerator<TimedPicture> {
  const waiting: { picture: MpegPicture; held: number }[] = [];
  try {
    for await (const picture of pictures) {
      const { timeMicroseconds } = picture;
      if (timeMicroseconds === undefined) {
        if (waiting.length < UNTIMED_MAX) waiting.push({ picture, held: decoder.hold(picture) });
        continue;
      }
      let start = timeMicroseconds - waiting.reduce((sum, one) => sum + one.picture.durationMicroseconds, 0);
      for (const { picture: earlier, held } of waiting.splice(0)) {
        yield { ...earlier, timeMicroseconds: start };
        decoder.letGo(held);
        start += earlier.durationMicroseconds;
      }
      yield { ...picture, timeMicroseconds };
    }
  } finally {
    for (const { held } of waiting) decoder.letGo(held);
  }
}
