/** What our own index, which the player goes by, tells of a file. */
import { type InputVideoTrack, VideoSampleSink } from "mediabunny";
import { isCut, openIndex, readAhead, type SourceIndex } from "../../../../codec/index.ts";
import {
  CmixError,
  editedMicroseconds,
  placedEdits,
  sourceFromBlob,
  UnsupportedError,
} from "../../../../codec/page.ts";
import { canDemux } from "../../shared/worker/decoder-support.ts";

/** What our own index finds in a file. */
export interface AsItIs {
  /** Why the file cannot be divided as it is. */
  refusal?: CmixError;
  /** Of the pictures; the demuxer does not know every one. */
  codec?: string;
  /** What is where, as far as we read it. */
  index?: SourceIndex;
}

/** What the player will know of the video; its length is undefined where a file does not tell it. */
export function keptFacts({ streams, film, durationMicroseconds }: SourceIndex) {
  const track = streams[film]?.track;
  if (track?.kind !== "video") return undefined;
  const { width, height, frameRate, pixelAspect, rotation } = track;
  const framesPerSecond = frameRate[0] / frameRate[1];
  const [sound] = streams.flatMap((stream) => (stream.track?.kind === "audio" ? [stream.track] : []));
  const durationSeconds = durationMicroseconds > 0 ? durationMicroseconds / 1e6 : undefined;
  return { durationSeconds, width, height, pixelAspect, rotation, framesPerSecond, sound };
}

/** What is missing of a cut file is more than this: a length is told by sound too, which may be longer than the pictures. */
const CUT_SECONDS = 0.3;

/**
 * How much of a cut file's film is there. Reads the whole index of a file that is cut, and of others a few bytes.
 *
 * @param toldSeconds what the file tells
 * @returns seconds; undefined where no more than a moment is missing
 */
export async function secondsOfCut(
  file: Blob,
  index: SourceIndex | undefined,
  toldSeconds: number,
): Promise<number | undefined> {
  if (index === undefined || !(await isCut(readAhead(sourceFromBlob(file))))) return undefined;
  let [end, missing] = [0, Infinity];
  for await (const batch of index.samples())
    for (const { stream, offset, size, timeMicroseconds, durationMicroseconds } of batch) {
      if (stream !== index.film) continue;
      if (offset + size > file.size) missing = Math.min(missing, timeMicroseconds);
      else end = Math.max(end, timeMicroseconds + durationMicroseconds);
    }
  const present = Math.max(0, Math.min(end, missing)) / 1e6;
  return present < toldSeconds - CUT_SECONDS ? present : undefined;
}

/** A decoder may take a configuration and then no picture. */
export async function decodesFirst(video: InputVideoTrack): Promise<boolean> {
  try {
    for await (const sample of new VideoSampleSink(video).samples()) {
      sample.close();
      return true;
    }
  } catch {}
  return false;
}

/** When the presentation begins in the file's own time, and how long it is. */
export async function shownSpan(
  video: InputVideoTrack,
  index: SourceIndex | undefined,
): Promise<{ beginsSeconds: number; durationSeconds: number }> {
  const edits = index?.streams[index.film]?.edits;
  const [first] = edits === undefined ? [] : placedEdits(edits);
  if (edits !== undefined && first !== undefined)
    return { beginsSeconds: (first.from - first.start) / 1e6, durationSeconds: editedMicroseconds(edits) / 1e6 };
  const isTransport = index?.container === "ts";
  const beginsSeconds = isTransport ? await video.getFirstTimestamp() : (index?.startMicroseconds ?? 0) / 1e6;
  return { beginsSeconds, durationSeconds: (await video.computeDuration()) - beginsSeconds };
}

const refused = (message: string, reason: string): CmixError => new UnsupportedError(message, { reason });

/** How our own index reads a file. */
export async function lookAsItIs(file: Blob): Promise<AsItIs> {
  try {
    const index = await openIndex(readAhead(sourceFromBlob(file)));
    const { container, streams, film } = index;
    if (!canDemux(container))
      return {
        index,
        refusal: refused(`the player does not know this container (${container}): convert it to MP4`, "container"),
      };
    const video = streams[film]?.track;
    if (video !== undefined) return { index, codec: video.codec };
    const none = "no coded picture is found in this file: it is cut, damaged or of another coding";
    return { index, refusal: refused(none, "noPicture") };
  } catch (error) {
    if (error instanceof CmixError) return { refusal: error };
    throw error;
  }
}
