/** Videos that need a decoder of others: mediabunny's, with NodeAV in Node where the operator has installed it. */
import {
  type ByteSource,
  CmixError,
  InputError,
  openIndex,
  readAhead,
  type SourceIndex,
  UnsupportedError,
} from "../../index.ts";
import { demuxedInput } from "../demuxed-input.ts";
import { DemuxedVideo } from "../demuxed-video.ts";
import { DECODERS, hasDecoders } from "./decoders.ts";

/**
 * Opens a video that is not decoded by decoders of our own.
 *
 * @param name of the file, for errors
 * @throws {@link InputError} no video that is known
 * @throws {@link UnsupportedError} the decoders are not installed, or have none for this coding; the message says the way out
 */
export async function openDemuxedFile(
  source: ByteSource,
  name: string,
): Promise<{ video: DemuxedVideo; close(): void }> {
  const input = demuxedInput(source);
  try {
    const track = await input.getPrimaryVideoTrack().catch(() => null);
    if (track === null)
      throw new InputError(`${name}: no video that is known; choose another file`, { offsetBytes: 0 });
    const codec = (await track.getCodec()) ?? "an unknown coding";
    if (!(await hasDecoders()))
      throw new UnsupportedError(
        `${name}: ${codec} needs a decoder: npm install ${DECODERS}, or convert it to .y4m first`,
        { codec, package: DECODERS },
      );
    if (!(await track.canDecode()))
      throw new UnsupportedError(`${name}: ${DECODERS} has no decoder for ${codec}; convert it to .y4m first`, {
        codec,
      });
    const ahead = readAhead(source);
    const video = await DemuxedVideo.read(input, track, ahead, await indexOf(ahead));
    return { video, close: () => input.dispose() };
  } catch (error) {
    input.dispose();
    throw error;
  }
}

/** What only the demuxer reads has none. */
async function indexOf(source: ByteSource): Promise<SourceIndex | undefined> {
  try {
    return await openIndex(source);
  } catch (error) {
    if (error instanceof CmixError) return undefined;
    throw error;
  }
}
