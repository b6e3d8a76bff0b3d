/**
 * Videos that begin before time 0: an edit list hides what a cut away from the last key picture left. WebKitGTK's decoders give all
 * pictures from 0 on the time of the last one before it; such a decoder is given times from 0 on.
 */
import {
  CustomVideoDecoder,
  type EncodedPacket,
  EncodedPacketSink,
  type InputVideoTrack,
  registerDecoder,
  VideoSample,
} from "mediabunny";
import { nap } from "./next-task.ts";

/** Packets in the decoder at once. */
const DECODING_PACKETS = 8;

interface ShiftedConfig extends VideoDecoderConfig {
  /** What is taken from every time; negative. */
  startMicroseconds: number;
}

const isShifted = (config: VideoDecoderConfig): config is ShiftedConfig => "startMicroseconds" in config;

/** Has the track decoded by {@link ShiftedDecoder} where the browser's decoder loses its times. */
export async function keepEarlyTimes(track: InputVideoTrack): Promise<void> {
  const config = await track.getDecoderConfig();
  const first = await new EncodedPacketSink(track).getFirstPacket();
  if (config === null || first === null || first.timestamp >= 0 || (await keepsTimes(config, first))) return;
  const shifted: ShiftedConfig = { ...config, startMicroseconds: first.microsecondTimestamp };
  track.getDecoderConfig = async () => shifted;
}

/** Whether a key picture, once before time 0 and once at it, comes back at these times; true where it does not decode, another matter. */
async function keepsTimes(config: VideoDecoderConfig, { microsecondTimestamp, data }: EncodedPacket): Promise<boolean> {
  const given = [microsecondTimestamp, 0];
  const times: number[] = [];
  const decoder = new VideoDecoder({
    output: (frame) => {
      times.push(frame.timestamp);
      frame.close();
    },
    error: () => {}, // told by flush
  });
  try {
    decoder.configure(config);
    for (const timestamp of given) decoder.decode(new EncodedVideoChunk({ type: "key", timestamp, data }));
    await decoder.flush();
  } catch {
    return true;
  } finally {
    if (decoder.state !== "closed") decoder.close();
  }
  return times.every((time, i) => time === given[i]);
}

class ShiftedDecoder extends CustomVideoDecoder {
  private decoder: VideoDecoder | undefined;
  private startMicroseconds = 0;
  /** In order of time, until a later one comes: not every decoder gives pictures in order. */
  private waiting: VideoSample[] = [];

  static override supports(_codec: string, config: VideoDecoderConfig): boolean {
    return isShifted(config);
  }

  init(): void {
    this.startMicroseconds = (this.config as ShiftedConfig).startMicroseconds;
    this.decoder = new VideoDecoder({
      output: (frame) =>
        this.take(new VideoSample(frame, { timestamp: (frame.timestamp + this.startMicroseconds) / 1e6 })),
      error: (error) => this.onError(error),
    });
    this.decoder.configure(this.config);
  }

  async decode({ type, data, duration, microsecondTimestamp }: EncodedPacket): Promise<void> {
    const { decoder } = this;
    if (decoder === undefined) throw new TypeError("decode: init comes first");
    while (decoder.state === "configured" && decoder.decodeQueueSize >= DECODING_PACKETS) await nap(5);
    const timestamp = microsecondTimestamp - this.startMicroseconds;
    decoder.decode(new EncodedVideoChunk({ type, timestamp, duration: Math.round(duration * 1e6), data }));
  }

  async flush(): Promise<void> {
    await this.decoder?.flush();
    this.giveWaiting();
  }

  close(): void {
    if (this.decoder?.state !== "closed") this.decoder?.close();
    for (const sample of this.waiting) sample.close();
    this.waiting = [];
  }

  private take(sample: VideoSample): void {
    if (this.waiting.every(({ timestamp }) => timestamp <= sample.timestamp)) this.giveWaiting();
    this.waiting.push(sample);
    this.waiting.sort((a, b) => a.timestamp - b.timestamp);
  }

  private giveWaiting(): void {
    for (const sample of this.waiting) this.onSample(sample);
    this.waiting = [];
  }
}

registerDecoder(ShiftedDecoder);
