/**
 * A video file as mediabunny takes it apart and the host's decoders decode it: pictures as they come out, sound packets as they are.
 * Streams; holds few pictures.
 */
import {
  EncodedPacketSink,
  type Input,
  type InputAudioTrack,
  type InputVideoTrack,
  MPEG_TS,
  type VideoSample,
  VideoSampleSink,
} from "mediabunny";
import {
  type AudioTrack,
  type ByteSource,
  CmixError,
  COMMON_RATES,
  type ErrorDetails,
  editedMicroseconds,
  InputError,
  isCut,
  PictureBuffers,
  placedEdits,
  rateBelowSource,
  readAhead,
  type SourceIndex,
  type SourceMedia,
  type SourcePacket,
  type SourcePicture,
  untaggedMatrix,
} from "../index.ts";
import { descriptionBytes } from "./demuxed-input.ts";
import { DIRECT_FORMATS, takePicture } from "./picture-copy.ts";
import { heldSample, micro, partsFrom, type TrackPart } from "./presentation.ts";

/** Packets inspected for the frame rate and for the sound's bits. */
const RATE_PACKETS = 300;

/** So much before a time its picture is looked for: times are rounded. */
const BEFORE_SECONDS = 0.001;

/** Packets before time 0 that a decoder is started with. */
const PREROLL_MICROSECONDS = 100_000;

/** What is known of a file before its pictures are decoded. */
export interface DemuxedFacts {
  /** Of what is there. */
  durationSeconds: number;
  /** What a cut file tells of its length; absent where the file is whole, as far as its container says. */
  toldSeconds?: number;
  /** As coded. */
  width: number;
  height: number;
  pixelAspect: readonly [number, number];
  /** Pictures as a rule a second; a picture may be two fields. 0 where neither the file nor its pictures tell. */
  framesPerSecond: number;
  isConstantRate: boolean;
  /** As counted; the rule says less where the rhythm is uneven. */
  averageRate: number;
  rotation: 0 | 90 | 180 | 270;
  mirrored: boolean;
  /** Of the sound that goes along, or of which our own index knows. */
  sound: Pick<AudioTrack, "codec" | "sampleRate" | "channels"> | undefined;
  /** There is sound, and none that can go along with pictures that are coded anew. */
  hasUnknownSound: boolean;
  /** Kept as it is, its sound goes along, but the player does not play it. */
  hasUnplayedSound: boolean;
  /** The rate of pictures at which coding anew stays below the source, and whether they suffer by it. */
  belowSource: { kilobits: number; isCoarse: boolean };
}

function ratioOf(rate: number): [number, number] {
  for (const [numerator, denominator] of COMMON_RATES) {
    if (Math.abs(numerator / denominator - rate) < 0.005) return [numerator, denominator];
  }
  return [Math.max(1, Math.round(rate * 1000)), 1000];
}

/** What the player will know of the video; its length is undefined where a file does not tell it. */
function keptFacts({ streams, film, durationMicroseconds }: SourceIndex) {
  const track = streams[film]?.track;
  if (track?.kind !== "video") return undefined;
  const { width, height, frameRate, pixelAspect, rotation } = track;
  const framesPerSecond = frameRate[0] / frameRate[1];
  const [sound] = streams.flatMap((stream) => (stream.track?.kind === "audio" ? [stream.track] : []));
  const durationSeconds = durationMicroseconds > 0 ? durationMicroseconds / 1e6 : undefined;
  return { durationSeconds, width, height, pixelAspect, rotation, framesPerSecond, sound };
}

/** What is missing of a cut file is more than this: a length is told by sound too, which may be longer than the pictures. */
const CUT_SECONDS = 0.3;

/**
 * How much of a cut file's film is there. Reads the whole index of a file that is cut, and of others a few bytes.
 *
 * @param toldSeconds what the file tells
 * @returns seconds; undefined where no more than a moment is missing
 */
async function secondsOfCut(
  source: ByteSource,
  index: SourceIndex | undefined,
  toldSeconds: number,
): Promise<number | undefined> {
  if (index === undefined || !(await isCut(readAhead(source)))) return undefined;
  let [end, missing] = [0, Infinity];
  for await (const batch of index.samples())
    for (const { stream, offset, size, timeMicroseconds, durationMicroseconds } of batch) {
      if (stream !== index.film) continue;
      if (offset + size > source.size) missing = Math.min(missing, timeMicroseconds);
      else end = Math.max(end, timeMicroseconds + durationMicroseconds);
    }
  const present = Math.max(0, Math.min(end, missing)) / 1e6;
  return present < toldSeconds - CUT_SECONDS ? present : undefined;
}

/** When the presentation begins in the file's own time, and how long it is. */
async function shownSpan(
  video: InputVideoTrack,
  index: SourceIndex | undefined,
): Promise<{ beginsSeconds: number; durationSeconds: number }> {
  const edits = index?.streams[index.film]?.edits;
  const [first] = edits === undefined ? [] : placedEdits(edits);
  if (edits !== undefined && first !== undefined)
    return { beginsSeconds: (first.from - first.start) / 1e6, durationSeconds: editedMicroseconds(edits) / 1e6 };
  const isTransport = index?.container === "ts";
  const beginsSeconds = isTransport ? await video.getFirstTimestamp() : (index?.startMicroseconds ?? 0) / 1e6;
  return { beginsSeconds, durationSeconds: (await video.computeDuration()) - beginsSeconds };
}

/** MP1 and MP2, which the demuxer takes for MP3, or does not know, and gives frame by frame all the same. */
function framedCodec(own: AudioTrack | undefined, named: string | undefined): string | undefined {
  const isFramed = own !== undefined && /^mp[12]$/.test(own.codec) && (named === undefined || named === "mp3");
  return isFramed ? own.codec : undefined;
}

/**
 * What mediabunny and the host's decoders throw at a damaged file says little by itself.
 *
 * @param what in words, of what could not be done
 * @returns errors of ours as they are
 */
export function readingError(error: unknown, what: string, details: ErrorDetails = {}): Error {
  if (error instanceof CmixError) return error;
  const reason = (error as Error).message.replace(/[.\s]+$/, "");
  return new InputError(
    `${what} (${reason}): the file is damaged, or of a kind that is not known here; choose another one`,
    { reason: "unreadable", ...details },
  );
}

/** A video track and the sound beside it. */
export class DemuxedVideo {
  private readonly buffers = new PictureBuffers();

  private constructor(
    readonly track: InputVideoTrack,
    private readonly sound: InputAudioTrack | undefined,
    readonly facts: DemuxedFacts,
    /** What is where in the file; undefined where only the demuxer reads it. */
    readonly index: SourceIndex | undefined,
    /** The file's own time at which its presentation begins. */
    readonly beginsSeconds: number,
  ) {}

  /**
   * Reads what is to know of a file, and decodes nothing.
   *
   * @param source the bytes that `input` reads
   * @param track  of `input`
   * @param index  as `openIndex` gives it, where it does
   */
  static async read(
    input: Input,
    track: InputVideoTrack,
    source: ByteSource,
    index: SourceIndex | undefined,
  ): Promise<DemuxedVideo> {
    const sound = (await input.getPrimaryAudioTrack()) ?? undefined;
    const isTransport = (await input.getFormat()) === MPEG_TS;
    const kept = index && keptFacts(index);
    // The demuxer does not know every coding that transport streams have, and takes MP2 for MP3.
    const ownSound = isTransport ? kept?.sound : undefined;
    const named = (await sound?.getCodecParameterString()) ?? (await sound?.getCodec()) ?? undefined;
    const soundCodec =
      framedCodec(kept?.sound, named) ?? (ownSound === undefined || ownSound.codec === named ? named : undefined);
    const rates = await track.computeFrameRateMetrics({ targetPacketCount: RATE_PACKETS });
    const span = await shownSpan(track, index);
    // Told as the player will tell it, where we read the file ourselves.
    const toldSeconds = kept?.durationSeconds ?? span.durationSeconds;
    const presentSeconds = await secondsOfCut(source, index, toldSeconds);
    const durationSeconds = presentSeconds ?? toldSeconds;
    const picture = kept ?? {
      width: await track.getCodedWidth(),
      height: await track.getCodedHeight(),
      pixelAspect: [1, 1] as const,
      framesPerSecond: rates.probedPacketCount > 1 ? rates.bestGuessFrameRate : 0,
    };
    const { width, height, pixelAspect, framesPerSecond } = picture;
    // The demuxer counts each field of a transport stream as a picture.
    const averageRate = isTransport || rates.probedPacketCount < 2 ? framesPerSecond : rates.averageFrameRate;
    const facts: DemuxedFacts = {
      durationSeconds,
      ...(presentSeconds === undefined ? {} : { toldSeconds }),
      ...{ width, height, pixelAspect, framesPerSecond, averageRate },
      isConstantRate: rates.frameRateIsConstant,
      rotation: await track.getRotation(),
      mirrored: await track.getFlip(),
      sound:
        sound === undefined || soundCodec === undefined
          ? ownSound
          : {
              codec: soundCodec,
              sampleRate: await sound.getSampleRate(),
              channels: await sound.getNumberOfChannels(),
            },
      hasUnknownSound: (sound ?? ownSound) !== undefined && soundCodec === undefined,
      hasUnplayedSound: sound !== undefined && isTransport && kept?.sound === undefined,
      belowSource: rateBelowSource({
        bits: source.size * 8,
        durationSeconds,
        soundBits: sound === undefined ? 0 : (await sound.computePacketStats(RATE_PACKETS)).averageBitrate,
        samples: width * height * averageRate,
      }),
    };
    return new DemuxedVideo(track, sound, facts, index, span.beginsSeconds);
  }

  /** The sound's track, whatever its coding. */
  get soundTrack(): InputAudioTrack | undefined {
    return this.sound;
  }

  /**
   * What method `compress` takes; the caller adds how it is closed. The first picture is decoded to know what kind the decoder gives.
   *
   * @throws {@link InputError} no picture decodes
   */
  async media(): Promise<SourceMedia> {
    const first = await this.firstPicture();
    const { num, den } = await this.track.getPixelAspectRatio();
    const input: SourceMedia = {
      video: {
        width: first.width,
        height: first.height,
        frameRate: ratioOf(this.facts.framesPerSecond),
        pixelAspect: [num, den],
        rotation: this.facts.rotation,
        mirrored: this.facts.mirrored,
        matrix: first.matrix,
        fullRange: first.fullRange,
      },
      pictures: this.pictures(0),
      picturesFrom: (microseconds) => this.pictures(Math.max(0, microseconds / 1e6 - BEFORE_SECONDS)),
      buffers: this.buffers,
    };
    const { sound } = this.facts;
    if (this.sound !== undefined && sound !== undefined && !this.facts.hasUnknownSound) {
      const { codec, sampleRate, channels } = sound;
      const description = (await this.sound.getDecoderConfig())?.description;
      input.audio = {
        codec,
        sampleRate,
        channels,
        packets: this.soundPackets(this.sound),
        ...(description === undefined ? {} : { description: descriptionBytes(description) }),
      };
    }
    return input;
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
          const sample = await heldSample(this.track, part);
          if (sample !== null) yield { sample, part };
          continue;
        }
        const from = wantsFirst && !Number.isFinite(part.start) ? undefined : part.from;
        for await (const sample of new VideoSampleSink(this.track).samples(from, part.until)) {
          yield { sample, part };
          picture += 1;
        }
      }
    } catch (error) {
      throw readingError(error, `the video does not decode after picture ${picture}`, { picture });
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
        const tagged: string | undefined = (await this.track.getColorSpace()).matrix ?? undefined;
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
        throw readingError(error, "the sound cannot be read to its end");
      });
      if (done || packet === undefined || packet.timestamp + packet.duration / 2 >= until) return;
      const { timestamp, duration, data } = packet;
      yield { start: micro(timestamp + shift), end: micro(timestamp + shift + duration), data };
    }
  }
}
