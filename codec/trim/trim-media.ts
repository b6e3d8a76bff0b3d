/** A part of decoded pictures and coded sound: exact to the picture. */
import type { SourceMedia, SourcePacket, SourcePicture } from "../pictures/source-picture.ts";
import { checkTrim, type Trim } from "./trim.ts";

/** Sound before the first picture that its decoder is started with. */
const PREROLL_MICROSECONDS = 100_000;

/**
 * What is seen and heard between two times, which begins at 0: the picture that stands on the screen then is the first, and
 * the last one ends with the part. Reading pictures throws {@link InputError} where there is none.
 */
export function trimMedia(media: SourceMedia, trim: Trim): SourceMedia {
  const { audio } = media;
  return {
    ...media,
    pictures: picturesIn(media, trim, 0),
    picturesFrom: (microseconds) => picturesIn(media, trim, microseconds),
    ...(audio === undefined ? {} : { audio: { ...audio, packets: packetsIn(audio.packets, trim) } }),
  };
}

/** @param from time of the part */
async function* picturesIn(
  { pictures, picturesFrom, buffers }: SourceMedia,
  { fromMicroseconds, toMicroseconds }: Trim,
  from: number,
): AsyncGenerator<SourcePicture> {
  const begin = fromMicroseconds + from;
  const placed = (picture: SourcePicture, end: number): SourcePicture => {
    const start = Math.max(picture.timestampMicroseconds, fromMicroseconds);
    const timestampMicroseconds = start - fromMicroseconds;
    return { ...picture, timestampMicroseconds, durationMicroseconds: Math.min(end, toMicroseconds) - start };
  };
  let waiting: SourcePicture | undefined;
  /** Of the last one. */
  let end: number | undefined;
  for await (const picture of picturesFrom?.(begin) ?? pictures) {
    if (picture.timestampMicroseconds >= toMicroseconds) {
      end = toMicroseconds;
      buffers?.give(picture.data.buffer as ArrayBuffer);
      break;
    }
    if (waiting !== undefined) {
      // Over before the part begins.
      if (picture.timestampMicroseconds <= begin) buffers?.give(waiting.data.buffer as ArrayBuffer);
      else yield placed(waiting, picture.timestampMicroseconds);
    }
    waiting = picture;
  }
  end ??= waiting === undefined ? 0 : waiting.timestampMicroseconds + waiting.durationMicroseconds;
  if (waiting !== undefined && end > begin) yield placed(waiting, end);
  else if (from === 0) checkTrim({ fromMicroseconds, toMicroseconds }, end);
}

async function* packetsIn(
  packets: AsyncIterable<SourcePacket>,
  { fromMicroseconds, toMicroseconds }: Trim,
): AsyncGenerator<SourcePacket> {
  for await (const { timestampMicroseconds, durationMicroseconds, data } of packets) {
    if (timestampMicroseconds >= toMicroseconds) return;
    const start = timestampMicroseconds - fromMicroseconds;
    const end = start + durationMicroseconds;
    if (end <= -PREROLL_MICROSECONDS) continue;
    const timestamp = Math.max(0, start);
    yield { timestampMicroseconds: timestamp, durationMicroseconds: Math.max(0, end) - timestamp, data };
  }
}
