/** A chosen file that the demuxer's library does not read, but method `samples` divides: raw H.264, IVF, and packed Matroska. */

import { openIndex, readAhead, recogniseSource } from "../../../../codec/index.ts";
import { sourceFromBlob } from "../../../../codec/page.ts";
import { canDecodePictures } from "../../shared/worker/decoder-support.ts";
import type { SourceFacts } from "../protocol/divide-api.ts";
import { codedVideoFacts } from "./coded-video-facts.ts";

const NAMES: Record<string, string> = { h264: "H.264", ivf: "IVF", mkv: "Matroska", webm: "WebM" };

/**
 * @returns undefined for other files
 * @throws {@link InputError} no picture is found in it
 */
export async function streamFacts(file: Blob): Promise<SourceFacts | undefined> {
  const source = readAhead(sourceFromBlob(file));
  const kind = await recogniseSource(source);
  if (kind !== "annexb" && kind !== "ivf" && kind !== "matroska") return undefined;
  const { container, streams, film, durationMicroseconds } = await openIndex(source);
  const { track, isPacked } = streams[film] ?? {};
  if (track?.kind !== "video" || (kind === "matroska" && isPacked !== true)) return undefined;
  const { codec, width, height, frameRate } = track;
  return codedVideoFacts({
    container: NAMES[container] ?? container,
    bytes: file.size,
    durationSeconds: durationMicroseconds / 1e6,
    codec,
    width,
    height,
    frameRate,
    isDecodable: isPacked !== true && (await canDecodePictures(track)),
    keptBy: "samples",
    ...(isPacked === true ? { isPacked } : {}),
    notCompressed: isPacked
      ? "the container packed its pictures once more: copy them into another file first (ffmpeg -i IN -c copy OUT.mkv)"
      : "a raw stream is not compressed here: put it into an MP4 first (ffmpeg -i IN -c copy OUT.mp4)",
  });
}
