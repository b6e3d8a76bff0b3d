/**
 * AC-3 and E-AC-3 by @mediabunny/ac3, which decodes what mediabunny reads from a file: frames are written into a Matroska stream, a few
 * ahead, and read from it again.
 */
import { registerAc3Decoder } from "@mediabunny/ac3";
import {
  type AudioSample,
  AudioSampleSink,
  EncodedAudioPacketSource,
  EncodedPacket,
  Input,
  MATROSKA,
  MkvOutputFormat,
  Output,
  ReadableStreamSource,
  StreamTarget,
  type StreamTargetChunk,
} from "mediabunny";
import { deferred } from "../../../shared/deferred.ts";
import { crc16 } from "./crc16.ts";
import type { Sound } from "./media-feed.ts";
import { silence, soundOf, soundOfChannels } from "./sound-copy.ts";
import type { CodedSound } from "./sound-decoder.ts";
import type { Speaker } from "./speakers.ts";
import { type WholeFrame, wholeFrames } from "./whole-frames.ts";

/** Frames written and not yet decoded: a quarter of a second. */
const AHEAD_FRAMES = 8;
/** What the reader may keep of the stream: more than so many frames of the longest kind. */
const CACHE_BYTES = 256 << 10;

/** As `SoundDecoding` says it. */
export async function* decodeDolby(packets: AsyncIterable<CodedSound>, signal: AbortSignal): AsyncGenerator<Sound> {
  registerAc3Decoder();
  const frames = checkedFrames(wholeFrames("ac-3", packets));
  let left: WholeFrame[] = [];
  try {
    for (;;) {
      const first = left.shift() ?? (await frames.next()).value;
      if (first === undefined || signal.aborted) return;
      if (first.isDamaged) {
        yield silent(first, first.head.channels);
        continue;
      }
      const run = new DecoderRun([first, ...left], frames);
      yield* run.sounds();
      left = run.left;
    }
  } finally {
    await frames.return(undefined);
  }
}

/** Frames with one decoder, to their end or to one that it refuses. It gives one piece of sound for each. */
class DecoderRun {
  /** After the run: what another decoder is to go on with, the refused frame first. */
  left: WholeFrame[] = [];
  /** Taken, and their sound not out yet. Damaged ones keep their place, and are not written. */
  private readonly under: WholeFrame[] = [];
  private room = deferred<void>();
  private isOver = false;
  private failure: { error: unknown } | undefined;

  constructor(
    private readonly first: WholeFrame[],
    private readonly others: AsyncIterator<WholeFrame, undefined>,
  ) {}

  /** @throws what the frames' source throws */
  async *sounds(): AsyncGenerator<Sound> {
    const { readable, writable } = new TransformStream<StreamTargetChunk, Uint8Array>({
      transform: ({ data }, controller) => controller.enqueue(data),
    });
    const writing = this.write(writable).catch((error: unknown) => {
      this.failure = { error };
    });
    const input = new Input({
      source: new ReadableStreamSource(readable, { maxCacheSize: CACHE_BYTES, handleUnhandledError: () => {} }),
      formats: [MATROSKA],
    });
    let channels = 2;
    let isRefused = false;
    const samples = decodedSamples(input);
    try {
      for (;;) {
        const next = await samples.next().catch(() => "refused" as const);
        isRefused = next === "refused";
        if (next === "refused" || next.done === true) break;
        channels = next.value.numberOfChannels;
        yield* this.due(next.value);
      }
    } finally {
      this.isOver = true;
      this.room.resolve();
      await samples.return(undefined).catch(() => {});
      input.dispose();
      await writing;
    }
    if (this.failure !== undefined) throw this.failure.error;
    if (isRefused) {
      const oldest = this.under.find(({ isDamaged }) => !isDamaged);
      if (oldest !== undefined) oldest.isDamaged = true;
      this.left = [...this.under, ...this.first];
    } else {
      for (const frame of this.under) yield silent(frame, channels);
      this.left = this.first;
    }
  }

  /** The sound of the oldest frame, behind silence for the damaged ones before it. */
  private *due(sample: AudioSample): Generator<Sound> {
    const { numberOfChannels } = sample;
    for (let frame = this.under.shift(); frame !== undefined; frame = this.under.shift()) {
      if (frame.isDamaged) {
        yield silent(frame, numberOfChannels);
        continue;
      }
      this.room.resolve();
      yield soundOf(sample, frame.timeMicroseconds / 1e6, speakersOf(frame));
      return;
    }
    sample.close();
  }

  private async write(writable: WritableStream<StreamTargetChunk>): Promise<void> {
    const { codec, sampleRate, channels: numberOfChannels } = (this.first[0] as WholeFrame).head;
    const output = new Output({
      format: new MkvOutputFormat({ appendOnly: true, minimumClusterDuration: 0 }),
      target: new StreamTarget(writable),
    });
    const track = new EncodedAudioPacketSource(codec === "ec-3" ? "eac3" : "ac3");
    output.addAudioTrack(track);
    try {
      await output.start();
      // Counted from 0 on, since frames' own times may jump.
      let seconds = 0;
      for await (const { head, data } of this.toBeWritten()) {
        const duration = head.samples / head.sampleRate;
        const packet = new EncodedPacket(data, "key", seconds, duration);
        seconds += duration;
        await track.add(packet, { decoderConfig: { codec, sampleRate, numberOfChannels } });
      }
    } finally {
      await (this.isOver ? output.cancel() : output.finalize()).catch(() => {});
    }
  }

  private async *toBeWritten(): AsyncGenerator<WholeFrame> {
    for (;;) {
      while (!this.isOver && this.under.filter(({ isDamaged }) => !isDamaged).length >= AHEAD_FRAMES) {
        this.room = deferred();
        await this.room.promise;
      }
      // Silence is not kept back for long by what it stands behind.
      const damaged = this.under.filter(({ isDamaged }) => isDamaged).length;
      if (this.isOver || damaged >= AHEAD_FRAMES) return;
      const frame = this.first.shift() ?? (await this.others.next()).value;
      if (frame === undefined) return;
      this.under.push(frame);
      if (!frame.isDamaged) yield frame;
    }
  }
}

async function* decodedSamples(input: Input): AsyncGenerator<AudioSample, undefined> {
  const track = await input.getPrimaryAudioTrack();
  if (track !== null) yield* new AudioSampleSink(track).samples();
}

const silent = ({ head, timeMicroseconds }: WholeFrame, channels: number): Sound =>
  soundOfChannels(silence(channels, head.samples), head.sampleRate, timeMicroseconds / 1e6);

/** A damaged frame may be a burst of noise. Where no frame's check is right, its writer did not know how. */
async function* checkedFrames(frames: AsyncIterable<WholeFrame>): AsyncGenerator<WholeFrame, undefined> {
  let isTrusted = false;
  for await (const frame of frames) {
    const isRight = !frame.isDamaged && crc16(frame.data.subarray(2, frame.head.bytes)) === 0;
    isTrusted ||= isRight;
    yield { ...frame, isDamaged: frame.isDamaged || (isTrusted && !isRight) };
  }
}

/** By acmod (ETSI TS 102 366 table 4.3), in FFmpeg's order; acmod 0 are two programmes in mono. */
const SPEAKERS: readonly (readonly Speaker[])[] = [
  ["L", "R"],
  ["C"],
  ["L", "R"],
  ["L", "R", "C"],
  ["L", "R", "S"],
  ["L", "R", "C", "S"],
  ["L", "R", "SL", "SR"],
  ["L", "R", "C", "SL", "SR"],
];

/** Of its first frame; where others behind it bring more channels, there are others of these than the decoder gives. */
function speakersOf({ head, data }: WholeFrame): readonly Speaker[] {
  const [, , , , e = 0, , g = 0] = data;
  const isEnhanced = head.codec === "ec-3";
  const mode = isEnhanced ? (e >> 1) & 7 : g >> 5;
  const speakers = SPEAKERS[mode] as readonly Speaker[];
  const hasLow = head.channels > speakers.length;
  const front = speakers.filter((speaker) => /^[LRC]$/.test(speaker));
  return hasLow ? [...front, "LFE", ...speakers.slice(front.length)] : speakers;
}
