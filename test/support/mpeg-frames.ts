/** Decoded pictures of MPEG streams: ours, and ffmpeg's. */
import { spawnSync } from "node:child_process";
import { concatBytes, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { openMpeg } from "../../codec/containers/open-mpeg.ts";
import { videoBytes } from "../../codec/containers/video-bytes.ts";
import { MpegDecoder, type MpegPicture, type TimeMark, tightPicture } from "../../codec/methods/mpeg/mpeg-decoder.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import { differences } from "./quality.ts";

/** What is kept of a picture: its samples, and what the decoder said of it. */
export type ShownPicture = Omit<MpegPicture, "kernels" | "planes" | "strides"> & { samples: Uint8Array };

export function shown(picture: MpegPicture): ShownPicture {
  const { kernels: _kernels, planes: _planes, strides: _strides, ...facts } = picture;
  return { ...facts, samples: tightPicture(picture) };
}

/** All pictures of an elementary stream, in display order. @param pieceBytes of how many it is handed in */
export function decodeStream(
  kernels: Kernels,
  stream: Uint8Array,
  { pieceBytes = stream.length, marks = [] }: { pieceBytes?: number; marks?: readonly TimeMark[] } = {},
): ShownPicture[] {
  const decoder = new MpegDecoder(kernels);
  const pictures: ShownPicture[] = [];
  for (let at = 0; at < stream.length; at += pieceBytes) {
    const own = marks.filter(({ offset }) => offset >= at && offset < at + pieceBytes);
    const moved = own.map(({ offset, timeMicroseconds }) => ({ offset: offset - at, timeMicroseconds }));
    for (const picture of decoder.decode(stream.subarray(at, at + pieceBytes), moved)) pictures.push(shown(picture));
  }
  for (const picture of decoder.end()) pictures.push(shown(picture));
  decoder.close();
  return pictures;
}

/** The elementary stream of a file with MPEG video; undefined where there is none. */
export async function streamOf(file: Uint8Array): Promise<Uint8Array | undefined> {
  const source = sourceFromBytes(file);
  const found = await openMpeg(source);
  if (found === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of videoBytes(source, found.container)) pieces.push(piece);
  return concatBytes(...pieces);
}

/**
 * What ffmpeg's decoder makes of an elementary stream, with its plain inverse transform, of which the others that it has differ by a level here
 * and there; pictures of one size.
 */
export function ffmpegPictures(stream: Uint8Array, pictureBytes: number): Uint8Array[] {
  const decode = [
    "-v",
    "error",
    "-threads",
    "1",
    "-flags",
    "bitexact",
    "-idct",
    "simple",
    "-f",
    "mpegvideo",
    "-i",
    "-",
  ];
  const { stdout, status, stderr } = spawnSync(
    "ffmpeg",
    [...decode, "-fps_mode", "passthrough", "-f", "rawvideo", "-"],
    {
      input: stream,
      maxBuffer: 1 << 30,
    },
  );
  if (status !== 0) throw new Error(`ffmpeg ended with ${status}: ${stderr}`);
  return Array.from({ length: Math.floor(stdout.length / pictureBytes) }, (_, i) =>
    stdout.subarray(i * pictureBytes, (i + 1) * pictureBytes),
  );
}

export interface Agreement {
  ours: number;
  theirs: number;
  /** Of the pictures that both have: the largest mean difference of a picture, and the largest of a sample. */
  mean: number;
  most: number;
  /** The first picture out of bounds, and what is wrong there; undefined where all agree. */
  wrong: string | undefined;
}

/** The bounds of issue and standard: IEEE 1180 transforms differ by a level, and predictions add these up. */
const MEAN_MAX = 0.05;
const SAMPLE_MAX = 2;

/** @param until pictures that are compared */
export function agreement(
  ours: readonly ShownPicture[],
  theirs: readonly Uint8Array[],
  until: number = Number.POSITIVE_INFINITY,
): Agreement {
  const found: Agreement = { ours: ours.length, theirs: theirs.length, mean: 0, most: 0, wrong: undefined };
  for (const [i, picture] of ours.slice(0, Math.min(until, theirs.length)).entries()) {
    const { mean, most } = differences(picture.samples, theirs[i] as Uint8Array);
    found.mean = Math.max(found.mean, mean);
    found.most = Math.max(found.most, most);
    if (mean > MEAN_MAX || most > SAMPLE_MAX)
      found.wrong ??= `picture ${i} (${picture.type}): mean difference ${mean.toFixed(4)}, largest ${most}`;
  }
  return found;
}
