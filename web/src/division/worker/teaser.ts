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
import type { Teaser } from "../protocol/divide-api.ts";
import { PictureShrinker } from "./small-picture.ts";

const TEASER_SECONDS = 5;
const MOST_WIDTH = 320;
const FRAME_RATE = 15;
/** An encoder that takes longer makes no teaser: WebKit's at times comes to no end, and the division waits for it. */
const MOST_MILLISECONDS = 15_000;
const QUALITY = new Quality({ bitrate: 200_000 });
/** What the service takes; what plays in most browsers first. */
const CODECS: VideoCodec[] = ["avc", "vp9", "vp8"];

/**
 * Makes a teaser of at most 5 s and 320 pixels across. Every picture is coded anew: a packet of the source may be what the slave withholds.
 *
 * @param startSeconds from the source's beginning; near its end, the teaser is its last seconds
 * @returns undefined where this browser decodes or encodes no such video
 * @throws AbortError on `signal`
 */
export async function makeTeaser(file: Blob, startSeconds: number, signal: AbortSignal): Promise<Teaser | undefined> {
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  try {
    const video = await input.getPrimaryVideoTrack();
    if (video === null || !(await video.canDecode())) return undefined;
    const [displayWidth, displayHeight] = [await video.getDisplayWidth(), await video.getDisplayHeight()];
    const width = even(Math.min(MOST_WIDTH, displayWidth));
    const height = even((width * displayHeight) / displayWidth);
    const codec = await getFirstEncodableVideoCodec(CODECS, { width, height, quality: QUALITY });
    if (codec === null) return undefined;
    const [first, end] = [await video.getFirstTimestamp(), await video.computeDuration()];
    const start = Math.max(first, Math.min(first + startSeconds, end - TEASER_SECONDS));
    const count = Math.max(1, Math.floor(Math.min(TEASER_SECONDS, end - start) * FRAME_RATE));
    const target = new BufferTarget();
    const format = codec === "avc" ? new Mp4OutputFormat() : new WebMOutputFormat();
    const output = new Output({ format, target });
    const canvas = new OffscreenCanvas(width, height);
    const pictures = new CanvasSource(canvas, { codec, quality: QUALITY });
    output.addVideoTrack(pictures, { frameRate: FRAME_RATE });
    const stop = AbortSignal.any([signal, AbortSignal.timeout(MOST_MILLISECONDS)]);
    const stopped = new Promise<never>((_, reject) => {
      stop.addEventListener("abort", () => {
        void output.cancel();
        reject(stop.reason);
      });
    });
    const make = async (): Promise<void> => {
      await output.start();
      const shrinker = new PictureShrinker();
      let number = 0;
      for await (const picture of new VideoSampleSink(video).samples(start, start + TEASER_SECONDS)) {
        stop.throwIfAborted();
        const isDue = number < count && picture.timestamp + picture.duration > start + number / FRAME_RATE;
        if (isDue) await drawSmall(shrinker, picture, canvas);
        picture.close();
        if (!isDue) continue;
        await pictures.add(number / FRAME_RATE, 1 / FRAME_RATE);
        number += 1;
      }
      await output.finalize();
    };
    stop.throwIfAborted();
    await Promise.race([make(), stopped]);
    return target.buffer === null ? undefined : { type: format.mimeType, data: new Uint8Array(target.buffer) };
  } catch {
    signal.throwIfAborted();
    return undefined; // what stops the thumbnail stops no division
  } finally {
    input.dispose();
  }
}

const even = (length: number): number => Math.max(2, Math.round(length / 2) * 2);

/** Draws a picture upright over the whole canvas, whose sides are even. */
async function drawSmall(shrinker: PictureShrinker, picture: VideoSample, canvas: OffscreenCanvas): Promise<void> {
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) return;
  const isTurned = picture.rotation % 180 !== 0;
  const [width, height] = isTurned ? [canvas.height, canvas.width] : [canvas.width, canvas.height];
  const small = await shrinker.shrink(picture, width, height);
  context.setTransform(1, 0, 0, 1, canvas.width / 2, canvas.height / 2);
  context.rotate((picture.rotation * Math.PI) / 180);
  context.drawImage(small, -width / 2, -height / 2, width, height);
  small.close();
}
