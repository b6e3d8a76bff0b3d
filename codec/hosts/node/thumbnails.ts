/** Poster and teaser of a video that is divided on Node. Hidden areas are black on both. */
import {
  codedArea,
  coveredRectangle,
  firstBright,
  type HiddenTimes,
  hiddenAreas,
  isDark,
  type Kernels,
  type MainHeader,
  type SourcePicture,
  smallRgba,
  TEASER_FRAME_RATE,
  THUMBNAIL_MOST_WIDTH,
  teaserSpan,
  UnsupportedError,
} from "../../index.ts";
import { DECODERS, hasDecoders } from "./decoders.ts";
import { loadNodeKernels } from "./kernels.ts";
import type { SourceFile } from "./source-file.ts";

const JPEG_QUALITY = 80;
const TEASER_BITS_A_SECOND = 200_000;

/** Where thumbnails are taken, and what of them nobody sees. */
export interface ThumbnailOptions {
  /** Covered; see `hiddenTimes`. */
  hidden?: HiddenTimes;
  /** The part of the video that is divided, in seconds. */
  from?: number;
  to?: number;
  signal?: AbortSignal | undefined;
}

/** A small upright picture. */
interface Small {
  rgba: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}

/**
 * A small upright JPEG in the shape in which the picture is shown.
 *
 * @param seconds of the video; undefined: early in it, where it is not dark
 * @returns undefined where the video has no picture there
 */
export async function makePoster(
  file: SourceFile,
  seconds: number | undefined,
  { hidden = [], from = 0, to = Number.POSITIVE_INFINITY, signal }: ThumbnailOptions = {},
): Promise<MainHeader["poster"]> {
  const kernels = await loadNodeKernels();
  const end = Math.min(to, await file.durationSeconds());
  const draw = async (wanted: number) => {
    signal?.throwIfAborted();
    const picture = await pictureAt(file, wanted);
    if (picture === undefined) return undefined;
    const small = drawSmall(kernels, file, picture, hiddenAreas(hidden, wanted, wanted));
    return { poster: small, isDark: isDark(small.rgba) };
  };
  const small =
    seconds === undefined
      ? await firstBright((share) => draw(from + share * (end - from)))
      : (await draw(Math.max(from, Math.min(seconds, end))))?.poster;
  if (small === undefined) return undefined;
  const { default: sharp } = await import("sharp");
  const { rgba, width, height } = small;
  const image = sharp(rgba, { raw: { width, height, channels: 4 } }).removeAlpha();
  return { type: "image/jpeg", data: new Uint8Array(await image.jpeg({ quality: JPEG_QUALITY }).toBuffer()) };
}

/**
 * A short video without sound, MP4 or WebM. Every picture is coded anew: a packet of the source may be what the slave withholds.
 *
 * @param startSeconds of the video; near its end, the teaser is its last seconds
 * @throws {@link UnsupportedError} no encoder is installed
 * @throws AbortError on `options.signal`
 */
export async function makeTeaser(
  file: SourceFile,
  startSeconds: number,
  { hidden = [], from = 0, to = Number.POSITIVE_INFINITY, signal }: ThumbnailOptions = {},
): Promise<{ type: string; data: Uint8Array<ArrayBuffer> }> {
  if (!(await hasDecoders()))
    throw new UnsupportedError(`a teaser needs an encoder: npm install ${DECODERS}, or leave the teaser out`, {
      package: DECODERS,
    });
  const { BufferTarget, getFirstEncodableVideoCodec, Mp4OutputFormat, Output, Quality, VideoSample, ...media } =
    await import("mediabunny");
  const kernels = await loadNodeKernels();
  const quality = new Quality({ bitrate: TEASER_BITS_A_SECOND });
  const { width, height } = shownSize(file.media.video);
  const codec = await getFirstEncodableVideoCodec(["avc", "vp9", "vp8"], { width, height, quality });
  if (codec === null) throw new UnsupportedError(`${DECODERS} has no encoder for a teaser: leave the teaser out`);
  const target = new BufferTarget();
  const format = codec === "avc" ? new Mp4OutputFormat() : new media.WebMOutputFormat();
  const output = new Output({ format, target });
  const source = new media.VideoSampleSource({ codec, quality });
  output.addVideoTrack(source, { frameRate: TEASER_FRAME_RATE });
  const { start, until, count } = teaserSpan(startSeconds, from, Math.min(to, await file.durationSeconds()));
  try {
    await output.start();
    let number = 0;
    for await (const picture of file.picturesFrom(start)) {
      signal?.throwIfAborted();
      const [begins, lasts] = [picture.timestampMicroseconds / 1e6, picture.durationMicroseconds / 1e6];
      if (begins >= until || number >= count) break;
      if (begins + lasts <= start + number / TEASER_FRAME_RATE) continue;
      const { rgba } = drawSmall(kernels, file, picture, hiddenAreas(hidden, begins, begins + lasts));
      const sample = new VideoSample(rgba, {
        format: "RGBA",
        codedWidth: width,
        codedHeight: height,
        timestamp: number / TEASER_FRAME_RATE,
        duration: 1 / TEASER_FRAME_RATE,
      });
      await source.add(sample);
      sample.close();
      number += 1;
    }
    await output.finalize();
  } catch (error) {
    await output.cancel();
    throw error;
  }
  return { type: format.mimeType, data: new Uint8Array(target.buffer ?? new ArrayBuffer(0)) };
}

/** The one that is shown at a time, or the last. */
async function pictureAt(file: SourceFile, seconds: number): Promise<SourcePicture | undefined> {
  let last: SourcePicture | undefined;
  for await (const picture of file.picturesFrom(seconds)) {
    last = picture;
    if (picture.timestampMicroseconds + picture.durationMicroseconds > seconds * 1e6) break;
  }
  return last;
}

type Video = SourceFile["media"]["video"];

const even = (length: number): number => Math.max(2, Math.round(length / 2) * 2);

/** Upright, in square pixels; even. */
function shownSize({ width, height, pixelAspect = [1, 1], rotation = 0 }: Video): { width: number; height: number } {
  const across = (width * pixelAspect[0]) / pixelAspect[1];
  const [shownWidth, shownHeight] = rotation % 180 === 0 ? [across, height] : [height, across];
  const small = even(Math.min(THUMBNAIL_MOST_WIDTH, shownWidth));
  return { width: small, height: even((small * shownHeight) / shownWidth) };
}

function drawSmall(
  kernels: Kernels,
  { media: { video } }: SourceFile,
  picture: SourcePicture,
  hidden: ReturnType<typeof hiddenAreas>,
): Small {
  const shown = shownSize(video);
  const isTurned = (video.rotation ?? 0) % 180 !== 0;
  const coded = isTurned ? { width: shown.height, height: shown.width } : shown;
  const rgba = smallRgba(kernels, picture, coded, video);
  for (const area of hidden) {
    const { left, top, width, height } = coveredRectangle(codedArea(area, video), { left: 0, top: 0, ...coded });
    for (let y = top; y < top + height; y++)
      for (let x = left; x < left + width; x++) rgba.set([0, 0, 0, 255], 4 * (y * coded.width + x));
  }
  return { rgba: upright(rgba, coded, video), ...shown };
}

/** Turned clockwise, then left and right exchanged (FORMAT.md 3). */
function upright(
  rgba: Uint8Array<ArrayBuffer>,
  { width, height }: { width: number; height: number },
  { rotation = 0, mirrored = false }: Video,
): Uint8Array<ArrayBuffer> {
  if (rotation === 0 && !mirrored) return rgba;
  const isTurned = rotation % 180 !== 0;
  const [toWidth, toHeight] = isTurned ? [height, width] : [width, height];
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height);
  const turned = new Uint32Array(pixels.length);
  for (let y = 0; y < toHeight; y++)
    for (let column = 0; column < toWidth; column++) {
      const x = mirrored ? toWidth - 1 - column : column;
      const from = {
        0: y * width + x,
        90: (height - 1 - x) * width + y,
        180: (height - 1 - y) * width + (width - 1 - x),
        270: x * width + (width - 1 - y),
      }[rotation];
      turned[y * toWidth + column] = pixels[from] as number;
    }
  return new Uint8Array(turned.buffer);
}
