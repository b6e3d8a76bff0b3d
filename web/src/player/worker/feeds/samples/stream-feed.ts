/**
 * Method `samples`, streams without tables (raw H.264, H.264 in a transport stream, IVF): segments hold whole pictures, so each is walked
 * through by itself and the browser's decoder gets its pictures.
 */

import {
  type CodedSample,
  elementaryBytes,
  type FoundIndex,
  mergeSegment,
  NAL,
  nextStartCode,
  openStream,
  SD_MAX_HEIGHT,
} from "../../../../../../codec/index.ts";
import { concatBytes, FormatError, sourceFromBytes } from "../../../../../../codec/page.ts";
import { nap } from "../../../../shared/worker/next-task.ts";
import type { MediaFeed, Picture } from "../media-feed.ts";
import type { FeedParts } from "../playback-method.ts";
import { entriesFrom } from "../track-reader.ts";
import { FILE, fileEntries } from "./file-entries.ts";

const DECODING_PICTURES = 8;

interface CodedPicture {
  timeMicroseconds: number;
  key: boolean;
  data: Uint8Array;
}

/** What the stream's start tells. */
interface Opened {
  index: Required<FoundIndex>;
  /** Of H.264: for key pictures that do not bring their own. */
  parameterSets: Uint8Array;
}

export class StreamFeed implements MediaFeed {
  private opened: Promise<Opened> | undefined;
  private readonly nominalSeconds: number;

  constructor(private readonly parts: FeedParts) {
    const [numerator, denominator] = parts.video.frameRate;
    this.nominalSeconds = denominator / numerator;
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

  /** From the first key picture on. */
  private async *coded(seconds: number, signal: AbortSignal): AsyncGenerator<CodedPicture> {
    this.opened ??= this.openStart();
    const { index, parameterSets } = await this.opened;
    const entries = this.entries(seconds);
    const firstMedia = fileEntries(this.parts.main.index).find((entry) => !entry.structure)?.number;
    let isOn = false;
    let next = entries[0] && this.segment(entries[0].number);
    for (let i = 0; next !== undefined; i++) {
      const bytes = await next;
      if (signal.aborted) return;
      const entry = entries[i + 1];
      next = entry && this.segment(entry.number);
      next?.catch(() => {}); // awaited a segment later, or never after a seek
      const pictures = await picturesIn(index, bytes, entries[i]?.number === firstMedia);
      const shift = shiftOf(pictures, (entries[i]?.startMilliseconds ?? 0) * 1000);
      for (const { timeMicroseconds, key, data } of pictures) {
        if (!isOn && !key) continue;
        const whole = !isOn && parameterSets.length > 0 ? concatBytes(parameterSets, data) : data;
        isOn = true;
        yield { timeMicroseconds: Math.round(timeMicroseconds + shift), key, data: whole };
      }
    }
  }

  /** Numbers of the segments up to the first key picture, which brings the parameter sets. */
  private startNumbers(): number[] {
    const entries = fileEntries(this.parts.main.index);
    const key = entries.findIndex((entry) => entry.key && !entry.structure);
    const first = entries.findIndex((entry) => !entry.structure);
    return entries.slice(0, (key < 0 ? first : key) + 1).map(({ number }) => number);
  }

  private async openStart(): Promise<Opened> {
    const parts: Uint8Array[] = [];
    for (const number of this.startNumbers()) parts.push(await this.segment(number));
    const start = concatBytes(...parts);
    const index = await openStream(sourceFromBytes(start));
    if (index.container === "ivf") return { index, parameterSets: new Uint8Array() };
    const whole = { offset: 0, size: start.length } as CodedSample;
    return { index, parameterSets: parameterSetsOf(codedBytes(index, start, whole)) };
  }

  private async segment(number: number): Promise<Uint8Array> {
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

/** The pictures of a segment, each with what belongs to it. */
async function picturesIn(
  index: Required<FoundIndex>,
  bytes: Uint8Array,
  isFirst: boolean,
): Promise<(CodedPicture & { hasOwnTime: boolean })[]> {
  const pictures: (CodedPicture & { hasOwnTime: boolean })[] = [];
  for await (const batch of index.samplesIn(sourceFromBytes(bytes), isFirst))
    for (const sample of batch) {
      const { timeMicroseconds, key, isAddition } = sample;
      const data = codedBytes(index, bytes, sample);
      const last = pictures.at(-1);
      if (isAddition === true && last !== undefined) last.data = concatBytes(last.data, data);
      else pictures.push({ timeMicroseconds, key, data, hasOwnTime: index.container !== "h264" });
    }
  return pictures;
}

/** Times of a segment that begins anew, or of another recording put behind, differ from the main's by more. */
const TIME_MISS_MICROSECONDS = 1e6;

/** What is to be added to a segment's times, so that they are the main's. */
function shiftOf(pictures: readonly (CodedPicture & { hasOwnTime: boolean })[], startMicroseconds: number): number {
  const first = pictures.reduce(
    (least, picture) => Math.min(least, picture.timeMicroseconds),
    Number.POSITIVE_INFINITY,
  );
  if (pictures[0]?.hasOwnTime === false) return startMicroseconds;
  const miss = startMicroseconds - Math.max(0, first);
  return Math.abs(miss) > TIME_MISS_MICROSECONDS && Number.isFinite(first) ? startMicroseconds - first : 0;
}

/** A sample as the decoder takes it: what its transport packets carry, or its own bytes. */
function codedBytes(index: FoundIndex, bytes: Uint8Array, { offset, size, parameter }: CodedSample): Uint8Array {
  const [stream] = index.streams;
  if (stream?.form !== "ts") return bytes.subarray(offset, offset + size);
  return elementaryBytes(bytes, offset, offset + size, parameter ?? stream.parameter).bytes;
}

/** The sequence and picture parameter sets in Annex B bytes, each with its start code; the first of each number is as good as any. */
function parameterSetsOf(bytes: Uint8Array): Uint8Array {
  const sets: Uint8Array[] = [];
  for (let at = nextStartCode(bytes, 0); at >= 0; ) {
    const next = nextStartCode(bytes, at + 3);
    const type = (bytes[at + 3] ?? 0) & 31;
    if (type === NAL.sequence || type === NAL.picture) sets.push(bytes.subarray(at, next < 0 ? bytes.length : next));
    at = next;
  }
  return concatBytes(...sets);
}

function undecodable(reason: Error): FormatError {
  return new FormatError(
    `the video does not decode (${reason.message.replace(/[.\s]+$/, "")}): it was damaged before it was divided, or this browser cannot decode it; try another browser`,
  );
}
