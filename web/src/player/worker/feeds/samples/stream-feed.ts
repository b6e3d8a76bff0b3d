/**
 * Method `samples`, streams without tables (raw H.264, transport streams, IVF): segments hold whole pictures, so each is walked through by
 * itself and the browser's decoder gets its pictures. Sound lies across segments: it is read as one stream from where a play begins.
 */

import {
  type AudioTrack,
  aacConfiguration,
  type CodedSample,
  elementaryBytes,
  type FoundIndex,
  HEVC_NAL,
  hevcType,
  mergeSegment,
  NAL,
  nextStartCode,
  openStream,
  SD_MAX_HEIGHT,
  type SoundFrame,
  type StreamIndex,
} from "../../../../../../codec/index.ts";
import { concatBytes, FormatError, sourceFromBytes } from "../../../../../../codec/page.ts";
import { nap } from "../../../../shared/worker/next-task.ts";
import { FILE, fileEntries } from "../file-entries.ts";
import { type MediaFeed, type Picture, PREROLL_SECONDS, type Sound } from "../media-feed.ts";
import { OpenSegments } from "../open-segments.ts";
import type { FeedParts } from "../playback-method.ts";
import { readForRun } from "../run-reads.ts";
import type { CodedSound } from "../sound-decoder.ts";
import type { PlayableSound } from "../sound-decodings.ts";
import { entriesFrom } from "../track-reader.ts";

const DECODING_PICTURES = 8;

interface CodedPicture {
  timeMicroseconds: number;
  key: boolean;
  data: Uint8Array;
}

/** What the stream's start tells. */
interface Opened {
  index: StreamIndex;
  /** Of H.264: for key pictures that do not bring their own. */
  parameterSets: Uint8Array;
}

/** A segment's bytes, its pictures, and what is added to their times. */
interface OpenSegment {
  bytes: Uint8Array;
  pictures: CodedPicture[];
  shiftMicroseconds: number;
}

export class StreamFeed implements MediaFeed {
  readonly sounds?: (seconds: number, signal: AbortSignal) => AsyncIterable<Sound>;
  private opened: Promise<Opened> | undefined;
  private readonly nominalSeconds: number;
  private readonly segments = new OpenSegments(({ number }) => this.openSegment(number));

  constructor(private readonly parts: FeedParts) {
    const [numerator, denominator] = parts.video.frameRate;
    this.nominalSeconds = denominator / numerator;
    const { sound } = parts;
    if (sound?.track.pid !== undefined) this.sounds = (seconds, signal) => this.decodeSound(sound, seconds, signal);
  }

  firstSegment(seconds: number): number | undefined {
    return this.entries(seconds)[0]?.number;
  }

  async *pictures(seconds: number, signal: AbortSignal): AsyncGenerator<Picture> {
    const decoded: VideoFrame[] = [];
    let failure: Error | undefined;
    const decoder = new VideoDecoder({
      output: (frame) => decoded.push(frame),
      error: (error) => {
        failure = error;
      },
    });
    /** Shown until the next one's time. */
    let held: { frame: VideoFrame; seconds: number } | undefined;
    let last = Number.NEGATIVE_INFINITY;
    const timeOf = this.timing();
    const take = function* (this: StreamFeed): Generator<Picture> {
      for (let frame = decoded.shift(); frame !== undefined; frame = decoded.shift()) {
        const time = Math.max(last, timeOf(frame));
        last = time;
        const before = held;
        held = { frame, seconds: time };
        if (before !== undefined) yield this.pictureOf(before.frame, before.seconds, time);
      }
    }.bind(this);
    try {
      decoder.configure(this.configuration());
      for await (const picture of this.coded(seconds, signal)) {
        while (decoder.decodeQueueSize >= DECODING_PICTURES && failure === undefined && !signal.aborted) await nap(5);
        if (signal.aborted) return;
        if (failure !== undefined) throw failure;
        const { timeMicroseconds: timestamp, key, data } = picture;
        decoder.decode(new EncodedVideoChunk({ type: key ? "key" : "delta", timestamp, data: data as BufferSource }));
        yield* take();
      }
      if (signal.aborted) return;
      await decoder.flush();
      yield* take();
      if (held === undefined) throw new Error("no picture comes out");
      const { frame, seconds: time } = held;
      held = undefined;
      yield this.pictureOf(frame, time, time + this.nominalSeconds);
    } catch (error) {
      throw failure === undefined && !(error instanceof DOMException)
        ? error
        : undecodable(failure ?? (error as Error));
    } finally {
      held?.frame.close();
      for (const frame of decoded) frame.close();
      if (decoder.state !== "closed") decoder.close();
    }
  }

  close(): void {
    this.opened = undefined;
    this.segments.clear();
  }

  private entries(seconds: number) {
    return entriesFrom(this.parts.main.index, FILE, seconds, (entry) => entry.key);
  }

  private configuration(): VideoDecoderConfig {
    const { codec, width: codedWidth, height: codedHeight } = this.parts.video;
    const config: VideoDecoderConfig = { codec, codedWidth, codedHeight };
    // As in samples-feed.ts: the decoders would take SD for BT.709.
    if (codedHeight <= SD_MAX_HEIGHT) config.colorSpace = { matrix: "smpte170m" };
    return config;
  }

  /** Raw H.264 has no times: its pictures are numbered as they come out, which is the order they are shown in. */
  private timing(): (frame: VideoFrame) => number {
    if (this.parts.main.header.parameters.container !== "h264") return ({ timestamp }) => timestamp / 1e6;
    let first: number | undefined;
    let number = 0;
    return ({ timestamp }) => {
      first ??= timestamp / 1e6;
      return first + number++ * this.nominalSeconds;
    };
  }

  /** From a key picture before `seconds` on. */
  private openSegments(seconds: number, signal: AbortSignal): AsyncGenerator<OpenSegment> {
    return this.segments.inOrder(this.entries(seconds), signal);
  }

  /** From the first key picture on. */
  private async *coded(seconds: number, signal: AbortSignal): AsyncGenerator<CodedPicture> {
    const { parameterSets } = await this.startFor(signal);
    let isOn = false;
    for await (const { pictures, shiftMicroseconds } of this.openSegments(seconds, signal))
      for (const { timeMicroseconds, key, data } of pictures) {
        if (!isOn && !key) continue;
        const whole = !isOn && parameterSets.length > 0 ? concatBytes(parameterSets, data) : data;
        isOn = true;
        yield { timeMicroseconds: Math.round(timeMicroseconds + shiftMicroseconds), key, data: whole };
      }
  }

  private async *decodeSound(
    { track, decoding }: PlayableSound,
    seconds: number,
    signal: AbortSignal,
  ): AsyncGenerator<Sound> {
    const frames = this.frames(track, seconds, signal);
    const first = await frames.next();
    if (first.done === true) return;
    const config: AudioDecoderConfig = {
      codec: track.codec,
      sampleRate: track.sampleRate,
      numberOfChannels: track.channels,
      ...(first.value.headBytes > 0 ? { description: aacConfiguration(first.value.bytes) } : {}),
    };
    yield* decoding.decode(config, packetsOf(first.value, frames), signal);
  }

  /** Frames of sound, from a little before `seconds` on. */
  private async *frames(
    track: AudioTrack,
    seconds: number,
    signal: AbortSignal,
  ): AsyncGenerator<SoundFrame, undefined> {
    const { index } = await this.startFor(signal);
    const reader = index.openSound?.(track);
    if (reader === undefined) return;
    const from = (seconds - PREROLL_SECONDS) * 1e6;
    const isDue = (frame: SoundFrame): boolean => frame.timeMicroseconds + frame.durationMicroseconds > from;
    for await (const { bytes, shiftMicroseconds } of this.openSegments(seconds, signal))
      yield* reader.push(bytes, shiftMicroseconds).filter(isDue);
    yield* reader.end().filter(isDue);
  }

  /** Numbers of the segments up to the first key picture, which brings the parameter sets. */
  private startNumbers(): number[] {
    const entries = fileEntries(this.parts.main.index);
    const key = entries.findIndex((entry) => entry.key && !entry.structure);
    const first = entries.findIndex((entry) => !entry.structure);
    return entries.slice(0, (key < 0 ? first : key) + 1).map(({ number }) => number);
  }

  private start(): Promise<Opened> {
    const opened = this.opened ?? this.openStart();
    this.opened = opened;
    opened.catch(() => {
      if (this.opened === opened) this.opened = undefined;
    });
    return opened;
  }

  private startFor(signal: AbortSignal): Promise<Opened> {
    return readForRun(
      () => this.start(),
      () => signal.aborted,
    );
  }

  private async openStart(): Promise<Opened> {
    const parts: Uint8Array[] = [];
    for (const number of this.startNumbers()) parts.push(await this.merged(number));
    const start = concatBytes(...parts);
    const index = await openStream(sourceFromBytes(start));
    if (index.container === "ivf") return { index, parameterSets: new Uint8Array() };
    const whole = { offset: 0, size: start.length } as CodedSample;
    const isHevc = /^h(?:ev|vc)1/.test(this.parts.video.codec);
    return { index, parameterSets: parameterSetsOf(codedBytes(index, start, whole), isHevc) };
  }

  private async openSegment(number: number): Promise<OpenSegment> {
    const { index } = await this.start();
    const bytes = await this.merged(number);
    const entries = fileEntries(this.parts.main.index).filter((entry) => !entry.structure);
    const pictures = await picturesIn(index, bytes, entries[0]?.number === number);
    const startMilliseconds = entries.find((entry) => entry.number === number)?.startMilliseconds ?? 0;
    const hasOwnTimes = index.container !== "h264";
    return { bytes, pictures, shiftMicroseconds: shiftOf(pictures, startMilliseconds * 1000, hasOwnTimes) };
  }

  private async merged(number: number): Promise<Uint8Array> {
    const { publicBytes, withheld } = await this.parts.opener.openSegment(number);
    return mergeSegment(this.parts.kernels, publicBytes, withheld);
  }

  private pictureOf(frame: VideoFrame, timeSeconds: number, endSeconds: number): Picture {
    const { screen, kernels } = this.parts;
    return {
      timeSeconds,
      endSeconds,
      keep: () => {},
      paint: () => screen.paintFrame(frame, kernels),
      close: () => frame.close(),
    };
  }
}

async function* packetsOf(first: SoundFrame, others: AsyncIterable<SoundFrame>): AsyncGenerator<CodedSound> {
  const packetOf = ({ timeMicroseconds, headBytes, bytes }: SoundFrame): CodedSound => ({
    timeMicroseconds: Math.round(timeMicroseconds),
    data: bytes.subarray(headBytes),
  });
  yield packetOf(first);
  for await (const frame of others) yield packetOf(frame);
}

/** The pictures of a segment, each with what belongs to it. */
async function picturesIn(index: StreamIndex, bytes: Uint8Array, isFirst: boolean): Promise<CodedPicture[]> {
  const pictures: CodedPicture[] = [];
  for await (const batch of index.samplesIn(sourceFromBytes(bytes), isFirst))
    for (const sample of batch) {
      const { timeMicroseconds, key, isAddition, stream } = sample;
      if (stream !== 0) continue;
      const data = codedBytes(index, bytes, sample);
      const last = pictures.at(-1);
      if (isAddition === true && last !== undefined) last.data = concatBytes(last.data, data);
      else pictures.push({ timeMicroseconds, key, data });
    }
  return pictures;
}

/** Times of a segment that begins anew, or of another recording put behind, differ from the main's by more. */
const TIME_MISS_MICROSECONDS = 1e6;

/** What is to be added to a segment's times, so that they are the main's. */
function shiftOf(pictures: readonly CodedPicture[], startMicroseconds: number, hasOwnTimes: boolean): number {
  const first = pictures.reduce(
    (least, picture) => Math.min(least, picture.timeMicroseconds),
    Number.POSITIVE_INFINITY,
  );
  if (!hasOwnTimes) return startMicroseconds;
  const miss = startMicroseconds - Math.max(0, first);
  return Math.abs(miss) > TIME_MISS_MICROSECONDS && Number.isFinite(first) ? startMicroseconds - first : 0;
}

/** A sample as the decoder takes it: what its transport packets carry, or its own bytes. */
function codedBytes(index: FoundIndex, bytes: Uint8Array, { offset, size, parameter }: CodedSample): Uint8Array {
  const [stream] = index.streams;
  if (stream?.form !== "ts") return bytes.subarray(offset, offset + size);
  return elementaryBytes(bytes, offset, offset + size, parameter ?? stream.parameter).bytes;
}

/** The parameter sets in Annex B bytes, each with its start code; the first of each number is as good as any. */
function parameterSetsOf(bytes: Uint8Array, isHevc: boolean): Uint8Array {
  const sets: Uint8Array[] = [];
  for (let at = nextStartCode(bytes, 0); at >= 0; ) {
    const next = nextStartCode(bytes, at + 3);
    const head = bytes[at + 3] ?? 0;
    const type = isHevc ? hevcType(head) : head & 31;
    const isSet = isHevc
      ? type >= HEVC_NAL.video && type <= HEVC_NAL.picture
      : type === NAL.sequence || type === NAL.picture;
    if (isSet) sets.push(bytes.subarray(at, next < 0 ? bytes.length : next));
    at = next;
  }
  return concatBytes(...sets);
}

function undecodable(reason: Error): FormatError {
  return new FormatError(
    `the video does not decode (${reason.message.replace(/[.\s]+$/, "")}): it was damaged before it was divided, or this browser cannot decode it; try another browser`,
  );
}
