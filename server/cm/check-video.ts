/** Is this really a video that browsers play as a CM? All of its packets are read. */
import { CustomSource, EncodedPacketSink, Input, MP4, WEBM } from "mediabunny";
import { type ByteSource, FormatError, UnsupportedError } from "../../codec/index.ts";
import type { CmType } from "./cm-types.ts";

export const CM_MAX_SECONDS = 120;
/** What every browser of today decodes. */
const CODECS: ReadonlySet<string> = new Set(["avc", "vp8", "vp9", "av1"]);

export interface VideoFacts {
  type: CmType;
  /** Running time, rounded up. */
  durationMilliseconds: number;
  /** For so long one picture stands at most. */
  longestPictureSeconds: number;
}

/**
 * @throws {@link FormatError} it is no MP4 or WebM with a video track, or damaged
 * @throws {@link UnsupportedError} too long, or in a codec that browsers do not share
 */
export async function checkVideo(source: ByteSource): Promise<VideoFacts> {
  const input = new Input({
    source: new CustomSource({
      getSize: () => source.size,
      read: (start, end) => source.read(start, end - start),
    }),
    formats: [MP4, WEBM],
  });
  try {
    return await factsOf(input);
  } catch (error) {
    if (error instanceof FormatError || error instanceof UnsupportedError) throw error;
    throw new FormatError(
      `a CM is an MP4 or WebM video, or a JPEG, PNG or BMP image: this is none of them or damaged (${(error as Error).message})`,
    );
  } finally {
    input.dispose();
  }
}

async function factsOf(input: Input): Promise<VideoFacts> {
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new FormatError("there is no video track in it: a CM is a video or an image");
  if (track.codec === null || !CODECS.has(track.codec))
    throw new UnsupportedError(
      `its video is in ${track.codec ?? "an unknown codec"}: browsers share ${[...CODECS].join(", ")}`,
    );
  const seconds = await input.computeDuration();
  if (!(seconds > 0)) throw new FormatError("it tells no running time: the file is damaged");
  if (seconds > CM_MAX_SECONDS)
    throw new UnsupportedError(`it runs ${seconds.toFixed(1)} s: a CM has at most ${CM_MAX_SECONDS} s`, { seconds });
  // A file that is cut behind its index has fewer pictures than the index tells of.
  const sink = new EncodedPacketSink(track);
  let [there, told] = [0, 0];
  const times = [0, seconds];
  for await (const packet of sink.packets()) {
    if (packet.data.length === 0) continue;
    there += 1;
    times.push(Math.min(seconds, packet.timestamp));
  }
  for await (const _ of sink.packets(undefined, undefined, { metadataOnly: true })) told += 1;
  if (there === 0 || there < told)
    throw new FormatError(`only ${there} of its ${told} pictures are there: the file is cut; save it again`);
  const isWebm = (await input.getFormat()) === WEBM;
  times.sort((a, b) => a - b); // packets come in the order of decoding
  return {
    type: isWebm ? "video/webm" : "video/mp4",
    durationMilliseconds: Math.ceil(seconds * 1000),
    longestPictureSeconds: Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? 0))),
  };
}
