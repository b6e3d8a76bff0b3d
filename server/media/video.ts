/** Is this really a video that browsers play? Counts are held against the limits first, then all of its packets are read. */
import { CustomSource, EncodedPacketSink, Input, type InputTrack, MP4, QTFF, WEBM } from "mediabunny";
import { type ByteSource, FormatError, UnsupportedError } from "../../codec/index.ts";
import type { VideoFacts, VideoLimits } from "./inspections.ts";
import { checkCounts } from "./video-counts.ts";

/** What every browser of today decodes. */
const CODECS = ["avc", "vp8", "vp9", "av1"];
const CODEC_NAMES = "H.264, VP8, VP9 or AV1";
/** A last picture that is shown a little longer is none too long. */
const GRACE_SECONDS = 0.5;
/** Of all tracks together: pictures, and packets of sound of 3 ms. */
const SAMPLES_A_SECOND = 1000;

/**
 * @throws FormatError it is no MP4 or WebM with a video track, or damaged
 * @throws UnsupportedError too long, with too many samples, or in a codec that browsers do not share
 */
export async function inspectVideo(source: ByteSource, name: string, limits: VideoLimits): Promise<VideoFacts> {
  await checkCounts(source, name, Math.ceil((limits.secondsMost + GRACE_SECONDS) * SAMPLES_A_SECOND));
  const input = new Input({
    source: new CustomSource({
      getSize: () => source.size,
      read: (start, end) => source.read(start, end - start),
    }),
    formats: limits.quickTime ? [MP4, QTFF, WEBM] : [MP4, WEBM],
  });
  try {
    if (!(await input.canRead().catch(() => false)))
      throw new FormatError(`${name} is neither MP4 nor WebM, or damaged from its start: send ${limits.wanted}`);
    return await factsOf(input, name, limits);
  } catch (error) {
    if (error instanceof FormatError || error instanceof UnsupportedError) throw error;
    throw new FormatError(`${name} cannot be read (${(error as Error).message}): send ${limits.wanted}`);
  } finally {
    input.dispose();
  }
}

async function factsOf(input: Input, name: string, { secondsMost, wanted }: VideoLimits): Promise<VideoFacts> {
  const track = await input.getPrimaryVideoTrack();
  if (track === null) throw new FormatError(`${name} has no video track: send ${wanted}`);
  if (track.codec === null || !CODECS.includes(track.codec))
    throw new UnsupportedError(`${name} is coded in ${track.codec ?? "something unknown"}: use ${CODEC_NAMES}`);
  let seconds = 0;
  let times: number[] = [];
  for (const each of await input.getTracks()) {
    const read = await readPackets(each, name, secondsMost);
    seconds = Math.max(seconds, read.end);
    if (each === track) times = read.times;
  }
  if (!(seconds > 0)) throw new FormatError(`${name} has no pictures, or no time: send another file`);
  const isWebm = (await input.getFormat()) === WEBM;
  const changes = [0, ...times.sort((a, b) => a - b), seconds]; // packets come in the order of decoding
  return {
    type: isWebm ? "video/webm" : "video/mp4",
    durationMilliseconds: Math.ceil(seconds * 1000),
    longestPictureSeconds: changes.reduce((most, time, i) => Math.max(most, time - (changes[i - 1] ?? 0)), 0),
  };
}

/** @returns when the last packet ends and when those begin that are there, in seconds */
async function readPackets(
  track: InputTrack,
  name: string,
  secondsMost: number,
): Promise<{ end: number; times: number[] }> {
  const sink = new EncodedPacketSink(track);
  const times: number[] = [];
  let [end, told] = [0, 0];
  for await (const packet of sink.packets()) {
    end = Math.max(end, packet.timestamp + packet.duration);
    if (packet.data.length > 0) times.push(packet.timestamp);
    if (end > secondsMost + GRACE_SECONDS)
      throw new UnsupportedError(`${name} runs for more than ${secondsMost} s: cut it, or send another`, {
        maxSeconds: secondsMost,
      });
  }
  // A file that is cut behind its index has fewer packets than the index tells of.
  for await (const _ of sink.packets(undefined, undefined, { metadataOnly: true })) told += 1;
  const there = times.length;
  if (there < told || (there === 0 && track.isVideoTrack()))
    throw new FormatError(`${name} has only ${there} of its ${told} packets: the file is cut; save it again`);
  return { end, times };
}
