/** Looks through a file's pictures for marks, for the commands that do. */
import sharp from "sharp";
import { createNodePool, loadNodeKernels, type OpenFile, openDecodedMedia } from "../codec/hosts/node/index.ts";
import {
  findMarks,
  InputError,
  type JudgedMark,
  judgeMarks,
  METHODS,
  openMpegMedia,
  PictureBuffers,
  type RestrictedPart,
  readY4m,
  restrictedParts,
  type SourceMedia,
  type SourcePicture,
} from "../codec/index.ts";

/** A still is taken for a video of this length. */
const STILL_MICROSECONDS = 1_000_000;
const STILL_MAX_PIXELS = 1 << 26;

/** What was found, and what of it hides something. */
export interface FoundInFile {
  judged: JudgedMark[];
  parts: RestrictedPart[];
  pictures: number;
  endMicroseconds: number;
}

/**
 * @param service marks of this one count, others not; any where there is none
 * @throws {@link InputError} nothing here decodes the file
 */
export async function searchMarks(
  path: string,
  file: OpenFile,
  signal: AbortSignal,
  { service, onPicture }: { service?: string; onPicture: (pictures: number) => void },
): Promise<FoundInFile> {
  const pool = createNodePool(1);
  let media: SourceMedia | undefined;
  try {
    media = await openPictures(path, file, signal);
    const buffers = media.buffers === undefined ? {} : { buffers: media.buffers };
    const found = await findMarks(media.pictures, pool, { signal, onPicture, ...buffers });
    const judged = await judgeMarks(found.sightings, {
      unsigned: true,
      nowSeconds: Math.floor(Date.now() / 1000),
      ...(service === undefined ? {} : { services: [service] }),
    });
    const { pictures, endMicroseconds } = found;
    return { judged, parts: restrictedParts(judged, endMicroseconds), pictures, endMicroseconds };
  } finally {
    media?.close?.();
    pool.close();
  }
}

/** What is decoded here: .y4m, MPEG-1 and MPEG-2, PNG and JPEG; anything else where its decoders are installed. */
async function openPictures(path: string, file: OpenFile, signal: AbortSignal): Promise<SourceMedia> {
  if (file.size === 0) throw new InputError(`${path}: the file is empty; choose another file`, { offsetBytes: 0 });
  if (await METHODS.mpeg.takes(file)) return openMpegMedia(await loadNodeKernels(), file, { signal });
  if (await METHODS.compress.takes(file)) {
    const buffers = new PictureBuffers();
    const { header, pictures } = await readY4m(file, buffers);
    return { video: header, pictures, buffers };
  }
  return (await openStill(path, file)) ?? openDecodedMedia(file, path);
}

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff);

async function openStill(path: string, file: OpenFile): Promise<SourceMedia | undefined> {
  const start = await file.read(0, Math.min(PNG.length, file.size));
  if (![PNG, JPEG].some((magic) => magic.every((byte, i) => start[i] === byte))) return undefined;
  const image = sharp(path, { limitInputPixels: STILL_MAX_PIXELS }).autoOrient().toColourspace("srgb").ensureAlpha();
  const { data, info } = await image
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: Error) => {
      throw new InputError(`${path}: no picture that can be read (${cause.message.replace(/\s+/g, " ")})`);
    });
  const { width, height } = info;
  const picture: SourcePicture = {
    timestampMicroseconds: 0,
    durationMicroseconds: STILL_MICROSECONDS,
    format: "RGBA",
    width,
    height,
    data: new Uint8Array(data),
    planes: [{ offset: 0, stride: 4 * width }],
  };
  return { video: { width, height, frameRate: [1, 1] }, pictures: single(picture) };
}

async function* single(picture: SourcePicture): AsyncGenerator<SourcePicture> {
  yield picture;
}
