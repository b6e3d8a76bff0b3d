/** The short thumbnail video of a source, in the clear and without sound (Cmix patent [0066], [0107]). */
import {
  ALL_FORMATS,
  BlobSource,
  BufferTarget,
  Conversion,
  getFirstEncodableVideoCodec,
  Input,
  Mp4OutputFormat,
  Output,
  Quality,
  type VideoCodec,
  WebMOutputFormat,
} from "mediabunny";
import type { Teaser } from "./divide-api.ts";

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
    const target = new BufferTarget();
    const format = codec === "avc" ? new Mp4OutputFormat() : new WebMOutputFormat();
    const [first, end] = [await video.getFirstTimestamp(), await video.computeDuration()];
    const start = Math.max(0, first, Math.min(first + startSeconds, end - TEASER_SECONDS));
    const conversion = await Conversion.init({
      input,
      output: new Output({ format, target }),
      tracks: "primary",
      trim: { start, end: Math.min(start + TEASER_SECONDS, end) },
      video: {
        width,
        height,
        fit: "fill",
        codec,
        quality: QUALITY,
        frameRate: FRAME_RATE,
        allowTransformationMetadata: false,
      },
      audio: { discard: true },
      copy: false,
      tags: {},
    });
    if (!conversion.isValid) return undefined;
    const stop = AbortSignal.any([signal, AbortSignal.timeout(MOST_MILLISECONDS)]);
    const stopped = new Promise<never>((_, reject) => {
      stop.addEventListener("abort", () => {
        void conversion.cancel();
        reject(stop.reason);
      });
    });
    stop.throwIfAborted();
    await Promise.race([conversion.execute(), stopped]);
    return target.buffer === null ? undefined : { type: format.mimeType, data: new Uint8Array(target.buffer) };
  } catch {
    signal.throwIfAborted();
    return undefined; // what stops the thumbnail stops no division
  } finally {
    input.dispose();
  }
}

const even = (length: number): number => Math.max(2, Math.round(length / 2) * 2);
