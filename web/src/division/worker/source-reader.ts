/** A chosen video file as input of `divideCompress`: pictures by WebCodecs, sound packets as they are. Streams; holds few pictures. */

import {
  ALL_FORMATS,
  BlobSource,
  EncodedPacketSink,
  Input,
  type InputAudioTrack,
  type InputVideoTrack,
  MPEG_TS,
  type VideoSample,
  VideoSampleSink,
} from "mediabunny";
import {
  COMMON_RATES,
  type MainHeader,
  PictureBuffers,
  rateBelowSource,
  type SourceIndex,
  type SourceMedia,
  type SourcePacket,
  type SourcePicture,
  untaggedMatrix,
} from "../../../../codec/index.ts";
import { type CmixError, InputError } from "../../../../codec/page.ts";
import { canPlaySound } from "../../shared/worker/decoder-support.ts";
import { keepEarlyTimes } from "../../shared/worker/early-pictures.ts";
import { heldSample, micro, partsFrom, type TrackPart } from "../../shared/worker/presentation.ts";
import type { MethodOffer, SourceFacts, StripPicture } from "../protocol/divide-api.ts";
import { reasonCode } from "../protocol/reason-code.ts";
import { type AsItIs, decodesFirst, keptFacts, lookAsItIs, secondsOfCut, shownSpan } from "./as-it-is.ts";
import { shownSize } from "./coded-video-facts.ts";
import { type HiddenTimes, hiddenAreas } from "./cover-parts.ts";
import { DIRECT_FORMATS, takePicture } from "./picture-copy.ts";
import { type DrawnPoster, drawPoster, drawStrip, firstBright } from "./poster.ts";
import { inputError, notDecodedError } from "./source-errors.ts";
import { keyPicturesOf } from "./storyboard.ts";

/** Packets inspected for the frame rate and for the sound's bits. */
const RATE_PACKETS = 300;

/** So much before a time its picture is looked for: times are rounded. */
const BEFORE_SECONDS = 0.001;

/** Packets before time 0 that a decoder is started with. */
const PREROLL_MICROSECONDS = 100_000;

function ratioOf(rate: number): [number, number] {
  for (const [numerator, denominator] of COMMON_RATES) {
    if (Math.abs(numerator / denominator - rate) < 0.005) return [numerator, denominator];
  }
  return [Math.max(1, Math.round(rate * 1000)), 1000];
}

async function soundFacts(sound: InputAudioTrack, codec: string): Promise<NonNullable<SourceFacts["sound"]>> {
  const [sampleRate, channels] = [await sound.getSampleRate(), await sound.getNumberOfChannels()];
  const isDecoded = await sound.canDecode();
  const playable = isDecoded || (await canPlaySound({ id: 0, kind: "audio", codec, sampleRate, channels }));
  return { codec, sampleRate, channels, playable };
}

export class SourceReader {
  private readonly input: Input;
  private readonly video: InputVideoTrack;
  private readonly sound: InputAudioTrack | undefined;
  readonly facts: SourceFacts;
  /** What is where in the file; undefined where only the demuxer reads it. */
  readonly index: SourceIndex | undefined;
  private readonly buffers = new PictureBuffers();
  /** The file's own time at which its presentation begins. */
  readonly beginsSeconds: number;

  private constructor(
    input: Input,
    video: InputVideoTrack,
    sound: InputAudioTrack | undefined,
    facts: SourceFacts,
    index: SourceIndex | undefined,
    beginsSeconds: number,
  ) {
    this.input = input;
    this.video = video;
    this.sound = sound;
    this.facts = facts;
    this.index = index;
    this.beginsSeconds = beginsSeconds;
  }

  /**
   * @throws {@link InputError} no video in the file
   * @throws {@link UnsupportedError} no method takes it
   */
  static async open(file: Blob): Promise<SourceReader> {
    const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
    try {
      return await SourceReader.read(file, input, await lookAsItIs(file));
    } catch (error) {
      input.dispose();
      throw inputError(error, "this file cannot be read");
    }
  }

  private static async read(file: Blob, input: Input, asItIs: AsItIs): Promise<SourceReader> {
    if (!(await input.canRead()))
      throw new InputError(
        "this is no video file that can be read here: choose an MP4, MOV, WebM, MKV, IVF, H.264, MPEG or transport stream",
        { reason: "noVideoFile" },
      );
    const video = await input.getPrimaryVideoTrack();
    if (video === null)
      throw new InputError("there is no video in this file: choose another one", { reason: "noVideo" });
    const codec = (await video.getCodecParameterString()) ?? (await video.getCodec());
    const hasDecoder = codec !== null && (await video.canDecode());
    const isDecodable = hasDecoder && (await decodesFirst(video));
    const notDecoded = isDecodable ? undefined : notDecodedError(hasDecoder, codec ?? asItIs.codec);
    if (asItIs.refusal !== undefined && notDecoded !== undefined) throw notDecoded;
    if (isDecodable) await keepEarlyTimes(video);
    const sound = (await input.getPrimaryAudioTrack()) ?? undefined;
    const isTransport = (await input.getFormat()) === MPEG_TS;
    const kept = asItIs.index && keptFacts(asItIs.index);
    // The demuxer does not know every coding that transport streams have, and takes MP2 for MP3.
    const ownSound = isTransport ? kept?.sound : undefined;
    const named = (await sound?.getCodecParameterString()) ?? (await sound?.getCodec()) ?? undefined;
    const soundCodec = ownSound === undefined || ownSound.codec === named ? named : undefined;
    const rates = await video.computeFrameRateMetrics({ targetPacketCount: RATE_PACKETS });
    const span = await shownSpan(video, asItIs.index);
    const { beginsSeconds } = span;
    // Told as the player will tell it, where we read the file ourselves.
    const toldSeconds = kept?.durationSeconds ?? span.durationSeconds;
    const presentSeconds = await secondsOfCut(file, asItIs.index, toldSeconds);
    const durationSeconds = presentSeconds ?? toldSeconds;
    const rotation = await video.getRotation();
    const picture = kept ?? {
      width: await video.getCodedWidth(),
      height: await video.getCodedHeight(),
      pixelAspect: [1, 1] as const,
      framesPerSecond: rates.probedPacketCount > 1 ? rates.bestGuessFrameRate : 0,
    };
    const { width, height, framesPerSecond } = picture;
    // The demuxer counts each field of a transport stream as a picture.
    const averageRate = isTransport || rates.probedPacketCount < 2 ? framesPerSecond : rates.averageFrameRate;
    const facts: SourceFacts = {
      container: (await input.getFormat()).name,
      bytes: file.size,
      durationSeconds,
      ...(presentSeconds === undefined ? {} : { toldSeconds }),
      video: {
        codec: codec ?? asItIs.codec ?? "unknown codec",
        width,
        height,
        ...shownSize({ ...picture, rotation }),
        framesPerSecond,
        isConstantRate: rates.frameRateIsConstant,
        rotation,
        mirrored: await video.getFlip(),
        estimatedPictures: Math.max(1, Math.round(durationSeconds * averageRate)),
      },
      sound:
        sound === undefined || soundCodec === undefined
          ? ownSound && { ...ownSound, playable: await canPlaySound(ownSound) }
          : await soundFacts(sound, soundCodec),
      hasUnknownSound: (sound ?? ownSound) !== undefined && soundCodec === undefined,
      hasUnplayedSound: sound !== undefined && isTransport && kept?.sound === undefined,
      isDecodable,
      ...(hasDecoder && !isDecodable ? { lacksPicture: true } : {}),
      isPacked: false,
      belowSource: rateBelowSource({
        bits: file.size * 8,
        durationSeconds,
        soundBits: sound === undefined ? 0 : (await sound.computePacketStats(RATE_PACKETS)).averageBitrate,
        samples: width * height * averageRate,
      }),
      offers: [offer("samples", asItIs.refusal), offer("compress", notDecoded)],
    };
    return new SourceReader(input, video, sound, facts, asItIs.index, beginsSeconds);
  }

  /** What `divideCompress` takes. The first picture is decoded to know what kind the decoder gives. */
  async media(): Promise<SourceMedia> {
    const first = await this.firstPicture();
    const { num, den } = await this.video.getPixelAspectRatio();
    const input: SourceMedia = {
      video: {
        width: first.width,
        height: first.height,
        frameRate: ratioOf(this.facts.video.framesPerSecond),
        pixelAspect: [num, den],
        rotation: this.facts.video.rotation,
        mirrored: this.facts.video.mirrored,
        matrix: first.matrix,
        fullRange: first.fullRange,
      },
      pictures: this.pictures(0),
      picturesFrom: (microseconds) => this.pictures(Math.max(0, microseconds / 1e6 - BEFORE_SECONDS)),
      buffers: this.buffers,
    };
    if (this.sound !== undefined && this.facts.sound !== undefined && !this.facts.hasUnknownSound) {
      const { codec, sampleRate, channels } = this.facts.sound;
      const description = (await this.sound.getDecoderConfig())?.description;
      input.audio = {
        codec,
        sampleRate,
        channels,
        packets: this.soundPackets(this.sound),
        ...(description === undefined ? {} : { description: bytesOf(description) }),
      };
    }
    input.close = () => this.close();
    return input;
  }

  /** A small upright JPEG, from a picture early in the video where `startSeconds` is 0; undefined where it cannot be made, which stops no division. @param hidden is covered */
  async poster(startSeconds: number, hidden: HiddenTimes = []): Promise<MainHeader["poster"]> {
    const seconds = this.facts.durationSeconds;
    if (startSeconds > 0) return (await this.pictureAt(Math.min(startSeconds, seconds), hidden))?.poster;
    return firstBright((share) => this.pictureAt(share * seconds, hidden));
  }

  /** Pictures to choose the poster from. */
  strip(): Promise<StripPicture[]> {
    return drawStrip(this.facts.durationSeconds, (seconds) => this.pictureAt(seconds));
  }

  /** As `StoryboardSource` has it. @param seconds of the presentation */
  keyPictures(seconds: readonly number[]): AsyncIterable<VideoSample> {
    const edits = this.index?.streams[this.index.film]?.edits;
    const placed = (wanted: number) => partsFrom(edits, this.beginsSeconds, wanted)[0]?.from;
    return keyPicturesOf(
      this.video,
      seconds.map((wanted) => placed(wanted) ?? this.beginsSeconds + wanted),
    );
  }

  /** Undefined where none can be made. @param seconds of the presentation */
  private async pictureAt(seconds: number, hidden: HiddenTimes = []): Promise<DrawnPoster | undefined> {
    try {
      const first = await this.video.getFirstTimestamp();
      const sample = await new VideoSampleSink(this.video).getSample(Math.max(first, this.beginsSeconds + seconds));
      if (sample === null) return undefined;
      try {
        return await drawPoster(sample, hiddenAreas(hidden, seconds, seconds));
      } finally {
        sample.close();
      }
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.input.dispose();
  }

  /** What is shown of the film from a time of the presentation on, part after part. */
  private shownParts(seconds: number): TrackPart[] {
    return partsFrom(this.index?.streams[this.index.film]?.edits, this.beginsSeconds, seconds);
  }

  /** What is heard. The demuxer's sound is the first one of the file. */
  private get heardParts(): TrackPart[] {
    const edits = this.index?.streams.find(({ track }) => track?.kind === "audio")?.edits;
    return partsFrom(edits, this.beginsSeconds, 0).filter(({ isHeld }) => isHeld !== true);
  }

  /** @param wantsFirst from the very first one on where all of them are shown */
  private async *samples(
    parts: readonly TrackPart[],
    wantsFirst = true,
  ): AsyncGenerator<{ sample: VideoSample; part: TrackPart }> {
    let picture = 0;
    try {
      for (const part of parts) {
        if (part.isHeld) {
          const sample = await heldSample(this.video, part);
          if (sample !== null) yield { sample, part };
          continue;
        }
        const from = wantsFirst && !Number.isFinite(part.start) ? undefined : part.from;
        for await (const sample of new VideoSampleSink(this.video).samples(from, part.until)) {
          yield { sample, part };
          picture += 1;
        }
      }
    } catch (error) {
      throw inputError(error, `the video does not decode after picture ${picture}`, { picture });
    }
  }

  private async firstPicture(): Promise<{
    width: number;
    height: number;
    matrix: "bt601" | "bt709";
    fullRange: boolean;
  }> {
    for await (const { sample } of this.samples(partsFrom(undefined, 0, 0))) {
      try {
        const { width, height } = sample.visibleRect;
        // RGB, and what is converted to it, becomes BT.601 limited range in the encoder.
        if (!DIRECT_FORMATS.has(sample.format ?? "")) return { width, height, matrix: "bt601", fullRange: false };
        // The file's own tag counts: for untagged pictures decoders name a matrix too, Chromium always BT.709.
        const tagged: string | undefined = (await this.video.getColorSpace()).matrix ?? undefined;
        const isBt709 = tagged === "bt709" || tagged === "bt2020-ncl";
        const matrix = tagged === undefined ? untaggedMatrix(height) : isBt709 ? "bt709" : "bt601";
        return { width, height, matrix, fullRange: sample.colorSpace.fullRange === true };
      } finally {
        sample.close();
      }
    }
    throw new InputError("the video has no picture that can be decoded: choose another file");
  }

  /** Pictures in display order, each lasting until the next, so that a variable rate keeps its times. */
  private async *pictures(fromSeconds: number): AsyncGenerator<SourcePicture> {
    let waiting: SourcePicture | undefined;
    for await (const { sample, part } of this.samples(this.shownParts(fromSeconds), fromSeconds === 0)) {
      const picture = await takePicture(sample, this.buffers, part);
      if (picture === undefined) continue;
      if (waiting !== undefined) {
        // Two pictures at one time: the later one is what is seen.
        if (picture.timestampMicroseconds > waiting.timestampMicroseconds) {
          waiting.durationMicroseconds = picture.timestampMicroseconds - waiting.timestampMicroseconds;
          yield waiting;
        }
      }
      waiting = picture;
    }
    if (waiting !== undefined) yield waiting;
  }

  /**
   * Sound packets in order. Packets before time 0 (an encoder's priming, cut by an edit list) are needed to start the decoder: the last
   * ones go along, with what they reach into the video as their duration.
   */
  private async *soundPackets(track: InputAudioTrack): AsyncGenerator<SourcePacket> {
    /** Where the sound so far ends. */
    let due: number | undefined;
    for (const part of this.heardParts) {
      const begins = micro(part.start + part.shift);
      if (due === undefined && begins > 0 && Number.isFinite(begins)) due = begins;
      /** Parts are joined packet by packet: each begins with the packet that is nearest to where it should. */
      let offset = due === undefined ? 0 : undefined;
      for await (const { start, end, data } of this.packetsIn(track, part)) {
        if (due !== undefined && offset === undefined) {
          if (start < due - (end - start) / 2) continue;
          offset = start > due + (end - start) ? 0 : due - start;
        }
        const [from, to] = [start, end].map((time) => time + (offset ?? 0)) as [number, number];
        if (to <= -PREROLL_MICROSECONDS) continue;
        const timestampMicroseconds = Math.max(0, from);
        due = Math.max(0, to);
        yield { timestampMicroseconds, durationMicroseconds: due - timestampMicroseconds, data };
      }
    }
  }

  /** A part's packets with their presentation times, in microseconds. */
  private async *packetsIn(
    track: InputAudioTrack,
    { from, start: partStart, until, shift }: TrackPart,
  ): AsyncGenerator<{ start: number; end: number; data: Uint8Array }> {
    const sink = new EncodedPacketSink(track);
    const first = Number.isFinite(partStart) ? await sink.getPacket(from - PREROLL_MICROSECONDS / 1e6) : null;
    const packets = sink.packets(first ?? undefined);
    for (;;) {
      const { value: packet, done } = await packets.next().catch((error: unknown) => {
        throw inputError(error, "the sound cannot be read to its end");
      });
      if (done || packet === undefined || packet.timestamp + packet.duration / 2 >= until) return;
      const { timestamp, duration, data } = packet;
      yield { start: micro(timestamp + shift), end: micro(timestamp + shift + duration), data };
    }
  }
}

const offer = (method: MethodOffer["method"], refusal: CmixError | undefined): MethodOffer => ({
  method,
  refusal: refusal?.message,
  reason: refusal && reasonCode(refusal),
});

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
    : new Uint8Array(source).slice();
}
