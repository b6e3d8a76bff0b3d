/** What our own index, which the player goes by, tells of a file. */
import { type InputVideoTrack, VideoSampleSink } from "mediabunny";
import { openIndex, readAhead, type SourceIndex } from "../../../../codec/index.ts";
import { CmixError, sourceFromBlob, UnsupportedError } from "../../../../codec/page.ts";
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
