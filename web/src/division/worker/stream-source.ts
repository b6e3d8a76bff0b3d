/** A chosen file that the demuxer's library does not read, but method `samples` divides: raw H.264 and IVF. */

import { openIndex, readAhead, recogniseSource } from "../../../../codec/index.ts";
import { sourceFromBlob } from "../../../../codec/page.ts";
import { canDecodePictures, canDemux } from "../../shared/worker/decoder-support.ts";
import type { SourceFacts } from "../protocol/divide-api.ts";
import { codedVideoFacts } from "./coded-video-facts.ts";

const NAMES: Record<string, string> = {
  h264: "H.264",
  ivf: "IVF",
  mp4: "MP4",
  mov: "MOV",
  mkv: "Matroska",
  webm: "WebM",
};

/**
 * @returns undefined for other files
 * @throws {@link InputError} no picture is found in it
 */
export async function streamFacts(file: Blob): Promise<SourceFacts | undefined> {
  const source = readAhead(sourceFromBlob(file));
  const kind = await recogniseSource(source);
  if (kind !== "annexb" && kind !== "ivf") return undefined;
  const { container, streams, durationMicroseconds } = await openIndex(source);
  const track = streams[0]?.track;
  if (track?.kind !== "video") return undefined;
  const { codec, width, height, frameRate } = track;
  return codedVideoFacts({
    container: NAMES[container] ?? container,
    bytes: file.size,
    durationSeconds: durationMicroseconds / 1e6,
    codec,
    width,
    height,
    frameRate,
    isReadable: true,
    isDecodable: await canDecodePictures(track),
    keptBy: "samples",
    notCompressed: "a raw stream is not compressed here: put it into an MP4 first (ffmpeg -i IN -c copy OUT.mp4)",
  });
}

/**
 * Of a file whose pictures our index finds, but which the demuxer's library does not read: it can be kept, and does not play.
 *
 * @throws `error`, the library's, where our index does not find any either
 */
export async function unreadFacts(file: Blob, error: Error): Promise<SourceFacts> {
  const index = await openIndex(readAhead(sourceFromBlob(file))).catch(() => undefined);
  const track = index?.streams.find((stream) => stream.track?.kind === "video")?.track;
  if (index === undefined || track?.kind !== "video" || !canDemux(index.container)) throw error;
  const { codec, width, height, frameRate } = track;
  return codedVideoFacts({
    container: NAMES[index.container] ?? index.container,
    bytes: file.size,
    durationSeconds: index.durationMicroseconds / 1e6,
    codec,
    width,
    height,
    frameRate,
    isReadable: false,
    isDecodable: false,
    keptBy: "samples",
    notCompressed: error.message,
  });
}
