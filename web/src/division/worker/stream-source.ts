/** Chosen files that the demuxer's library does not read, but method `samples` divides. */

import { openIndex, readAhead, recogniseSource, type SourceIndex } from "../../../../codec/index.ts";
import { CmixError, sourceFromBlob } from "../../../../codec/page.ts";
import { canDecodePictures } from "../../shared/worker/decoder-support.ts";
import type { SourceFacts } from "../protocol/divide-api.ts";
import { codedVideoFacts } from "./coded-video-facts.ts";

const NAMES: Partial<Record<SourceIndex["container"], string>> = {
  h264: "H.264",
  ivf: "IVF",
  mkv: "Matroska",
  webm: "WebM",
  ts: "MPEG transport stream",
};

/**
 * Raw H.264, IVF, and Matroska whose pictures are packed once more.
 *
 * @returns undefined for other files
 * @throws {@link InputError} no picture is found in it
 */
export async function streamFacts(file: Blob): Promise<SourceFacts | undefined> {
  const source = readAhead(sourceFromBlob(file));
  const kind = await recogniseSource(source);
  if (kind !== "annexb" && kind !== "ivf" && kind !== "matroska") return undefined;
  const index = await openIndex(source);
  if (kind === "matroska" && index.streams[index.film]?.isPacked !== true) return undefined;
  return factsOf(file, index);
}

/** By our own index alone, whatever the container; undefined where it reads the file no more than the library does. */
export async function indexedFacts(file: Blob): Promise<SourceFacts | undefined> {
  try {
    return await factsOf(file, await openIndex(readAhead(sourceFromBlob(file))));
  } catch (error) {
    if (error instanceof CmixError) return undefined;
    throw error;
  }
}

async function factsOf(file: Blob, index: SourceIndex): Promise<SourceFacts | undefined> {
  const { container, streams, film, durationMicroseconds } = index;
  const { track, isPacked = false } = streams[film] ?? {};
  if (track?.kind !== "video") return undefined;
  const { codec, width, height, pixelAspect, frameRate, rotation, mirrored } = track;
  return codedVideoFacts({
    container: NAMES[container] ?? container.toUpperCase(),
    bytes: file.size,
    durationSeconds: durationMicroseconds / 1e6,
    codec,
    width,
    height,
    pixelAspect,
    frameRate,
    rotation,
    mirrored,
    isDecodable: !isPacked && (await canDecodePictures(track)),
    isPacked,
    keptBy: "samples",
    notCompressed: {
      refusal: "a file of this form is not compressed here: put it into an MP4 first (ffmpeg -i IN -c copy OUT.mp4)",
      reason: "putIntoMp4",
    },
  });
}
