/** What of a video file is decoded on Node: .y4m files and MPEG video by us, anything else by decoders that are installed. */
import {
  InputError,
  METHODS,
  openMpeg,
  openMpegMedia,
  PictureBuffers,
  readTimePoints,
  readY4m,
  type SourceMedia,
  type SourcePicture,
  Y4M_PICTURE_HEADER,
} from "../../index.ts";
import type { OpenFile } from "./files.ts";
import { loadNodeKernels } from "./kernels.ts";

/** The pictures and the sound of a file, and what is known before they are decoded. */
export interface SourceFile {
  media: Omit<SourceMedia, "close">;
  /** As far as the file tells. */
  durationSeconds(): Promise<number>;
  /** Pictures from a time on, perhaps with some before it, in a run of their own; some that are over before come first. */
  picturesFrom(seconds: number): AsyncIterable<SourcePicture>;
  /** The rate of pictures at which coding anew stays below a source that others coded; undefined of others. */
  belowSource?: { kilobits: number; isCoarse: boolean };
  /** Its sound has a coding that cannot go along with pictures that are coded anew. */
  leavesSoundOut: boolean;
  /** Ends what is held for its pictures and sound. */
  close(): void;
}

/**
 * Opens a file's pictures and sound; close it.
 *
 * @param name of the file, for errors
 * @throws {@link InputError} no video that is known, or none in it that decodes
 * @throws {@link UnsupportedError} it needs decoders that are not installed, or that they have not
 * @throws AbortError at the next picture after `signal`
 */
export async function openSourceFile(file: OpenFile, name: string, signal?: AbortSignal): Promise<SourceFile> {
  if (file.size === 0) throw new InputError(`${name}: the file is empty; choose another file`, { offsetBytes: 0 });
  if (await METHODS.mpeg.takes(file)) return openMpegFile(file, signal);
  if (await METHODS.compress.takes(file)) return openPictures(file);
  // What reads other containers takes a while to load.
  const { openDemuxedFile } = await import("./demuxed-file.ts");
  const { video, close } = await openDemuxedFile(file, name);
  try {
    const { durationSeconds, belowSource, hasUnknownSound } = video.facts;
    const media = await video.media();
    const picturesFrom = (seconds: number) => media.picturesFrom?.(seconds * 1e6) ?? media.pictures;
    return {
      media,
      close,
      durationSeconds: async () => durationSeconds,
      picturesFrom,
      belowSource,
      leavesSoundOut: hasUnknownSound,
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function openMpegFile(file: OpenFile, signal: AbortSignal | undefined): Promise<SourceFile> {
  const found = await openMpeg(file);
  const timePoints = async () => (found === undefined ? [] : readTimePoints(file, found));
  let points: ReturnType<typeof timePoints> | undefined;
  const known = () => {
    points ??= timePoints();
    return points;
  };
  async function* picturesFrom(startSeconds: number): AsyncGenerator<SourcePicture> {
    const options = { startSeconds, timePoints: await known(), signal };
    const media = await openMpegMedia(await loadNodeKernels(), file, options);
    try {
      yield* media.pictures;
    } finally {
      media.close();
    }
  }
  const { close, ...media } = await openMpegMedia(await loadNodeKernels(), file, { signal });
  return {
    media,
    close,
    durationSeconds: async () => ((await known()).at(-1)?.microseconds ?? 0) / 1e6,
    picturesFrom,
    leavesSoundOut: false,
  };
}

async function openPictures(file: OpenFile): Promise<SourceFile> {
  const buffers = new PictureBuffers();
  const { header, pictures } = await readY4m(file, buffers);
  const { width, height, frameRate } = header;
  const pictureBytes = width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2) + Y4M_PICTURE_HEADER.length;
  async function* picturesFrom(): AsyncGenerator<SourcePicture> {
    yield* (await readY4m(file, new PictureBuffers())).pictures;
  }
  return {
    media: { video: header, pictures, buffers },
    durationSeconds: async () => (Math.floor(file.size / pictureBytes) * frameRate[1]) / frameRate[0],
    picturesFrom,
    leavesSoundOut: false,
    close: () => {},
  };
}

const QUALITY = 4;

/**
 * The rate of pictures that are coded anew: what was asked for, else one that stays below a source that others coded, else quality 4.
 *
 * @param asked one of the two, or none
 */
export function pictureRate(
  { belowSource }: Pick<SourceFile, "belowSource">,
  { quality, bitrateKbits }: { quality?: number | undefined; bitrateKbits?: number | undefined },
): { quality: number } | { bitrateKbits: number } {
  if (bitrateKbits !== undefined) return { bitrateKbits };
  if (quality !== undefined || belowSource === undefined) return { quality: quality ?? QUALITY };
  return { bitrateKbits: belowSource.kilobits };
}
