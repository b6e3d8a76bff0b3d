/** What our own index, which the player goes by, tells of a file. */
import { type InputVideoTrack, VideoSampleSink } from "mediabunny";
import { openIndex, readAhead, type SourceIndex } from "../../../../codec/index.ts";
import { CmixError, editedMicroseconds, placedEdits, sourceFromBlob } from "../../../../codec/page.ts";
import { canDemux } from "../../shared/worker/decoder-support.ts";

/** What our own index finds in a file. */
export interface AsItIs {
  /** Why the file cannot be divided as it is. */
  refusal?: string;
  /** Of the pictures; the demuxer does not know every one. */
  codec?: string;
  /** What is where, as far as we read it. */
  index?: SourceIndex;
}

/** What the player will know of the video; undefined where a file does not tell its length. */
export function keptFacts({ streams, film, durationMicroseconds }: SourceIndex) {
  const track = streams[film]?.track;
  if (track?.kind !== "video" || durationMicroseconds <= 0) return undefined;
  const { width, height, frameRate } = track;
  const framesPerSecond = frameRate[0] / frameRate[1];
  const [sound] = streams.flatMap((stream) => (stream.track?.kind === "audio" ? [stream.track] : []));
  return { durationSeconds: durationMicroseconds / 1e6, width, height, framesPerSecond, sound };
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

/** How our own index reads a file. */
export async function lookAsItIs(file: Blob): Promise<AsItIs> {
  try {
    const index = await openIndex(readAhead(sourceFromBlob(file)));
    const { container, streams, film } = index;
    if (!canDemux(container))
      return { index, refusal: `the player does not know this container (${container}): convert it to MP4` };
    const video = streams[film]?.track;
    if (video !== undefined) return { index, codec: video.codec };
    return { index, refusal: "no coded picture is found in this file: it is cut, damaged or of another coding" };
  } catch (error) {
    if (error instanceof CmixError) return { refusal: error.message };
    throw error;
  }
}
