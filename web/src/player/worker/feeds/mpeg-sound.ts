/** MPEG audio, layers I to III: by mpg123, which is loaded when it is needed; layer III by the browser's decoder where it has one. */
import type { MPEGDecoder } from "mpg123-decoder";
import { readFrameHead } from "../../../../../codec/index.ts";
import { canDecodeConfiguration, OWN_SOUND } from "../../../shared/worker/decoder-support.ts";
import type { Sound } from "./media-feed.ts";
import { silence, soundOfChannels } from "./sound-copy.ts";
import { type CodedSound, decodeSound } from "./sound-decoder.ts";
import type { SoundDecoding } from "./sound-decoding.ts";
import { type WholeFrame, wholeFrames } from "./whole-frames.ts";

/** Frames that are further apart do not go on from one another. */
const GAP_MICROSECONDS = 5000;

export const mpegDecoding: SoundDecoding = {
  canDecode: async ({ codec }) => OWN_SOUND.mpeg.test(codec),

  async *decode(config, packets, signal) {
    const rest = packets[Symbol.asyncIterator]();
    const first = await rest.next();
    if (first.done === true) return;
    const all = joined(first.value, rest);
    // MP4 files have one name for all three layers.
    const isThird = readFrameHead("mpeg-audio", first.value.data, 0)?.codec === "mp3";
    if (isThird && (await canDecodeConfiguration(config))) yield* decodeSound(config, all, signal);
    else yield* decodeFrames(all, signal);
  },
};

async function* joined(first: CodedSound, rest: AsyncIterator<CodedSound>): AsyncGenerator<CodedSound> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** Each frame's sound at its packet's time: mpg123 gives a frame's sound as soon as it has the frame. */
async function* decodeFrames(packets: AsyncIterable<CodedSound>, signal: AbortSignal): AsyncGenerator<Sound> {
  const decoders = await import("mpg123-decoder");
  const decoder = new decoders.MPEGDecoder({ enableGapless: false });
  await decoder.ready;
  let before: WholeFrame | undefined;
  try {
    for await (const frame of wholeFrames("mpeg-audio", packets)) {
      if (signal.aborted) return;
      if (before !== undefined && !goesOn(before, frame)) await decoder.reset();
      before = frame;
      const { head, timeMicroseconds, isDamaged } = frame;
      const decoded = isDamaged ? undefined : soundOfFrame(decoder, frame);
      const channels = decoded ?? silence(head.channels, head.samples);
      yield soundOfChannels(channels, head.sampleRate, timeMicroseconds / 1e6);
    }
  } finally {
    decoder.free();
  }
}

function goesOn({ head, timeMicroseconds }: WholeFrame, next: WholeFrame): boolean {
  const due = timeMicroseconds + (1e6 * head.samples) / head.sampleRate;
  return (
    head.codec === next.head.codec &&
    head.sampleRate === next.head.sampleRate &&
    Math.abs(next.timeMicroseconds - due) <= GAP_MICROSECONDS
  );
}

/** @returns undefined where the decoder gives less than the frame's head tells */
function soundOfFrame(decoder: MPEGDecoder, { head, data }: WholeFrame): Float32Array<ArrayBuffer>[] | undefined {
  const { channelData, samplesDecoded } = quietly(() => decoder.decodeFrame(data));
  if (samplesDecoded < head.samples) return undefined;
  // What more there is belongs to bytes that were no frame.
  return channelData.slice(0, head.channels).map((samples) => new Float32Array(samples.slice(-head.samples)));
}

/** The package tells of each damaged frame on the console; silence tells the viewer enough. */
function quietly<T>(act: () => T): T {
  const { error } = console;
  console.error = () => {};
  try {
    return act();
  } finally {
    console.error = error;
  }
}
