/** Looks through a file's pictures for marks, for the commands that do. */
import {
  type FoundInVideo,
  type OpenFile,
  openSourceFile,
  searchMarks as searchVideo,
} from "../codec/hosts/node/index.ts";
import { judgeMarks, type SourceMedia, type SourcePicture } from "../codec/index.ts";
import { isStill, readStill } from "./stills.ts";

/** A still is taken for a video of this length. */
const STILL_MICROSECONDS = 1_000_000;

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

async function openStill(path: string, file: OpenFile): Promise<SourceMedia | undefined> {
  if (!(await isStill(file))) return undefined;
  const { width, height, rgba: data } = await readStill(path);
  const picture: SourcePicture = {
    timestampMicroseconds: 0,
    durationMicroseconds: STILL_MICROSECONDS,
    format: "RGBA",
    width,
    height,
    data,
    planes: [{ offset: 0, stride: 4 * width }],
  };
  return { video: { width, height, frameRate: [1, 1] }, pictures: single(picture) };
}

async function* single(picture: SourcePicture): AsyncGenerator<SourcePicture> {
  yield picture;
}
