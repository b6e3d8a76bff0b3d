/** The short thumbnail video of a source, in the clear and without sound (Cmix patent [0066], [0107]). */
import {
  ALL_FORMATS,
  BlobSource,
  BufferTarget,
  CanvasSource,
  getFirstEncodableVideoCodec,
  Input,
  Mp4OutputFormat,
  Output,
  Quality,
  type VideoCodec,
  type VideoSample,
  VideoSampleSink,
  WebMOutputFormat,
} from "mediabunny";
import {
  type HiddenTimes,
  hiddenAreas,
  TEASER_FRAME_RATE,
  THUMBNAIL_MOST_WIDTH,
  teaserSpan,
} from "../../../../codec/index.ts";
import type { Area } from "../../../../codec/page.ts";
import type { Teaser, TrimSeconds } from "../protocol/divide-api.ts";
import { coverAreas } from "./cover-areas.ts";
import { MpegReader } from "./mpeg-reader.ts";
import { PictureShrinker } from "./small-picture.ts";

/** An encoder that takes longer makes no teaser: WebKit's at times comes to no end, and the division waits for it. */
const MOST_MILLISECONDS = 15_000;
const QUALITY = new Quality({ bitrate: 200_000 });
/** What the service takes; what plays in most browsers first. */
const CODECS: VideoCodec[] = ["avc", "vp9", "vp8"];

/** Where its pictures come from. */
interface TeaserPictures {
  displayWidth: number;
  displayHeight: number;
  beginsSeconds: number;
  endsSeconds: number;
  /** Those between two times, perhaps with some before and behind. */
  samples(from: number, until: number): AsyncIterable<VideoSample>;
  close(): void;
}

/**
 * Makes a teaser of at most 5 s and 320 pixels across. Every picture is coded anew: a packet of the source may be what the slave withholds.
 *
 * @param startSeconds from the source's beginning; near its end, the teaser is its last seconds
 * @param trim the part of the source that it may show
 * @param hidden is covered
 * @returns undefined where this browser decodes or encodes no such video
 * @throws AbortError on `signal`
 */
export async function makeTeaser(
  file: Blob,
  startSeconds: number,
  signal: AbortSignal,
  trim: TrimSeconds = { fromSeconds: 0 },
  hidden: HiddenTimes = [],
): Promise<Teaser | undefined> {
  let source: TeaserPictures | undefined;
  try {
    source = (await mpegPictures(file)) ?? (await demuxedPictures(file));
    if (source === undefined) return undefined;
    const { displayWidth, displayHeight, beginsSeconds } = source;
    const first = beginsSeconds + trim.fromSeconds;
    const end = Math.min(source.endsSeconds, beginsSeconds + (trim.toSeconds ?? Number.POSITIVE_INFINITY));
    const width = even(Math.min(THUMBNAIL_MOST_WIDTH, displayWidth));
    const height = even((width * displayHeight) / displayWidth);
    const codec = await getFirstEncodableVideoCodec(CODECS, { width, height, quality: QUALITY });
    if (codec === null) return undefined;
    const { start, until, count } = teaserSpan(beginsSeconds + startSeconds, first, end);
    const target = new BufferTarget();
    const format = codec === "avc" ? new Mp4OutputFormat() : new WebMOutputFormat();
    const output = new Output({ format, target });
    const canvas = new OffscreenCanvas(width, height);
    const pictures = new CanvasSource(canvas, { codec, quality: QUALITY });
    output.addVideoTrack(pictures, { frameRate: TEASER_FRAME_RATE });
    const stop = AbortSignal.any([signal, AbortSignal.timeout(MOST_MILLISECONDS)]);
    const stopped = new Promise<never>((_, reject) => {
      stop.addEventListener("abort", () => {
        void output.cancel();
        reject(stop.reason);
      });
    });
    const make = async ({ samples }: TeaserPictures): Promise<void> => {
      await output.start();
      const shrinker = new PictureShrinker();
      let number = 0;
      for await (const picture of samples(start, until)) {
        if (stop.aborted || picture.timestamp >= until) {
          picture.close();
          stop.throwIfAborted();
          break;
        }
        const isDue = number < count && picture.timestamp + picture.duration > start + number / TEASER_FRAME_RATE;
        const seconds = picture.timestamp - beginsSeconds;
        if (isDue) await drawSmall(shrinker, picture, canvas, hiddenAreas(hidden, seconds, seconds + picture.duration));
        picture.close();
        if (!isDue) continue;
        await pictures.add(number / TEASER_FRAME_RATE, 1 / TEASER_FRAME_RATE);
        number += 1;
      }
      await output.finalize();
    };
    stop.throwIfAborted();
    await Promise.race([make(source), stopped]);
    return target.buffer === null ? undefined : { type: format.mimeType, data: new Uint8Array(target.buffer) };
  } catch {
    signal.throwIfAborted();
    return undefined; // what stops the thumbnail stops no division
  } finally {
    source?.close();
  }
}

/** Of what our own decoder decodes. */
async function mpegPictures(file: Blob): Promise<TeaserPictures | undefined> {
  const reader = await MpegReader.open(file);
  return (
    reader && {
      ...reader.displaySize,
      beginsSeconds: 0,
      endsSeconds: await reader.durationSeconds(),
      samples: (from) => reader.samples(from),
      close: () => {},
    }
  );
}

/** Of what this browser decodes. */
async function demuxedPictures(file: Blob): Promise<TeaserPictures | undefined> {
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  try {
    const video = await input.getPrimaryVideoTrack();
    if (video === null || !(await video.canDecode())) {
      input.dispose();
      return undefined;
    }
    return {
      displayWidth: await video.getDisplayWidth(),
      displayHeight: await video.getDisplayHeight(),
      beginsSeconds: await video.getFirstTimestamp(),
      endsSeconds: await video.computeDuration(),
      samples: (from, until) => new VideoSampleSink(video).samples(from, until),
      close: () => input.dispose(),
    };
  } catch (error) {
    input.dispose();
    throw error;
  }
}

const even = (length: number): number => Math.max(2, Math.round(length / 2) * 2);

/** Draws a picture upright over the whole canvas, whose sides are even. @param hidden areas are covered */
async function drawSmall(
  shrinker: PictureShrinker,
  picture: VideoSample,
  canvas: OffscreenCanvas,
  hidden: readonly Area[],
): Promise<void> {
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) return;
  const isTurned = picture.rotation % 180 !== 0;
  const [width, height] = isTurned ? [canvas.height, canvas.width] : [canvas.width, canvas.height];
  const small = await shrinker.shrink(picture, width, height);
  context.setTransform(1, 0, 0, 1, canvas.width / 2, canvas.height / 2);
  context.rotate((picture.rotation * Math.PI) / 180);
  context.drawImage(small, -width / 2, -height / 2, width, height);
  small.close();
  context.setTransform(1, 0, 0, 1, 0, 0);
  coverAreas(context, hidden, { left: 0, top: 0, width: canvas.width, height: canvas.height });
}
