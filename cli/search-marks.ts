/** Looks through a file's pictures for marks, for the commands that do. */
import {
  type FoundInVideo,
  type OpenFile,
  openSourceFile,
  searchMarks as searchVideo,
} from "../codec/hosts/node/index.ts";
import { InputError, judgeMarks, type SourceMedia, type SourcePicture } from "../codec/index.ts";

/** A still is taken for a video of this length. */
const STILL_MICROSECONDS = 1_000_000;
const STILL_MAX_PIXELS = 1 << 26;

/**
 * @param service marks of this one count, others not; any where there is none
 * @throws {@link InputError} nothing here decodes the file
 */
export async function searchMarks(
  path: string,
  file: OpenFile,
  signal: AbortSignal,
  { service, onPicture }: { service?: string; onPicture: (pictures: number) => void },
): Promise<FoundInVideo> {
  const still = await openStill(path, file);
  const source = still === undefined ? await openSourceFile(file, path, signal) : undefined;
  try {
    const services = service === undefined ? {} : { services: [service] };
    const nowSeconds = Math.floor(Date.now() / 1000);
    const media = (still ?? source?.media) as SourceMedia;
    return await searchVideo(media, {
      judge: (sightings) => judgeMarks(sightings, { unsigned: true, nowSeconds, ...services }),
      signal,
      onPicture,
    });
  } finally {
    source?.close();
  }
}

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff);

async function openStill(path: string, file: OpenFile): Promise<SourceMedia | undefined> {
  const start = await file.read(0, Math.min(PNG.length, file.size));
  if (![PNG, JPEG].some((magic) => magic.every((byte, i) => start[i] === byte))) return undefined;
  const { default: sharp } = await import("sharp"); // 300 ms, which no other command takes
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
