/** Decodes sound packets with the browser's decoder. */

import { nap } from "../../../shared/worker/next-task.ts";
import type { Sound } from "./media-feed.ts";
import { soundOf } from "./sound-copy.ts";
import type { Speaker } from "./speakers.ts";

/** Packets in the decoder at once. */
const DECODING_PACKETS = 16;

/** channelConfiguration 4 of ISO/IEC 14496-3 table 1.19: four channels of other codings are quad. */
const AAC_FOUR: readonly Speaker[] = ["L", "R", "C", "S"];

/** A packet with its true time; before 0 where an encoder's priming is cut off. */
export interface CodedSound {
  timeMicroseconds: number;
  data: Uint8Array;
}

/** @throws what the decoder says, DOMException: the packets or their configuration are damaged */
export async function* decodeSound(
  config: AudioDecoderConfig,
  packets: AsyncIterable<CodedSound>,
  signal: AbortSignal,
): AsyncGenerator<Sound> {
  const decoded: AudioData[] = [];
  let failure: unknown;
  /** Decoders are given times from 0 on: Chromium passes over negative ones, WebKitGTK then gives nothing before a flush, at wrong times. */
  let startMicroseconds: number | undefined;
  const decoder = new AudioDecoder({
    output: (data) => decoded.push(data),
    error: (error) => {
      failure = error;
    },
  });
  const speakersOf = ({ numberOfChannels }: AudioData): readonly Speaker[] | undefined =>
    numberOfChannels === 4 && config.codec.startsWith("mp4a") ? AAC_FOUR : undefined;
  function* takeDecoded(): Generator<Sound> {
    for (let data = decoded.shift(); data !== undefined; data = decoded.shift())
      yield soundOf(data, (data.timestamp + (startMicroseconds ?? 0)) / 1e6, speakersOf(data));
  }
  try {
    decoder.configure(config);
    for await (const { timeMicroseconds, data } of packets) {
      while (decoder.decodeQueueSize >= DECODING_PACKETS && failure === undefined && !signal.aborted) await nap(5);
      if (signal.aborted) return;
      if (failure !== undefined) throw failure;
      startMicroseconds ??= timeMicroseconds;
      const timestamp = timeMicroseconds - startMicroseconds;
      decoder.decode(new EncodedAudioChunk({ type: "key", timestamp, data: data as BufferSource }));
      yield* takeDecoded();
    }
    if (signal.aborted) return;
    await decoder.flush();
    yield* takeDecoded();
  } finally {
    for (const data of decoded) data.close();
    if (decoder.state !== "closed") decoder.close();
  }
}
