/** A chosen video file in the Studio: what is to say of it, its pictures by WebCodecs, its sound packets as they are. */

import { ALL_FORMATS, BlobSource, Input, type VideoSample, VideoSampleSink } from "mediabunny";
import { DemuxedVideo, readingError } from "../../../../codec/hosts/demuxed-video.ts";
import { partsFrom } from "../../../../codec/hosts/presentation.ts";
import {
  firstBright,
  type HiddenTimes,
  hiddenAreas,
  type MainHeader,
  type SourceMedia,
} from "../../../../codec/index.ts";
import { type CmixError, InputError, sourceFromBlob } from "../../../../codec/page.ts";
import { canPlaySound } from "../../shared/worker/decoder-support.ts";
import { keepEarlyTimes } from "../../shared/worker/early-pictures.ts";
import type { MethodOffer, SourceFacts, StripPicture } from "../protocol/divide-api.ts";
import { reasonCode } from "../protocol/reason-code.ts";
import { type AsItIs, decodesFirst, lookAsItIs } from "./as-it-is.ts";
import { shownSize } from "./coded-video-facts.ts";
import { type DrawnPoster, drawPoster, drawStrip } from "./poster.ts";
import { notDecodedError } from "./source-errors.ts";
import { keyPicturesOf } from "./storyboard.ts";

async function soundFacts({ facts, soundTrack }: DemuxedVideo): Promise<SourceFacts["sound"]> {
  const { sound, hasUnknownSound } = facts;
  if (sound === undefined) return undefined;
  const isDecoded = !hasUnknownSound && soundTrack !== undefined && (await soundTrack.canDecode());
  return { ...sound, playable: isDecoded || (await canPlaySound({ id: 0, kind: "audio", ...sound })) };
}

export class SourceReader {
  private constructor(
    private readonly input: Input,
    private readonly demuxed: DemuxedVideo,
    readonly facts: SourceFacts,
  ) {}

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
      throw readingError(error, "this file cannot be read");
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
    const demuxed = await DemuxedVideo.read(input, video, sourceFromBlob(file), asItIs.index);
    const { durationSeconds, toldSeconds, averageRate, pixelAspect, belowSource, ...known } = demuxed.facts;
    const { width, height, framesPerSecond, isConstantRate, rotation, mirrored } = known;
    const facts: SourceFacts = {
      container: (await input.getFormat()).name,
      bytes: file.size,
      durationSeconds,
      ...(toldSeconds === undefined ? {} : { toldSeconds }),
      video: {
        codec: codec ?? asItIs.codec ?? "unknown codec",
        width,
        height,
        ...shownSize({ width, height, pixelAspect, rotation }),
        framesPerSecond,
        isConstantRate,
        rotation,
        mirrored,
        estimatedPictures: Math.max(1, Math.round(durationSeconds * averageRate)),
      },
      sound: await soundFacts(demuxed),
      hasUnknownSound: known.hasUnknownSound,
      hasUnplayedSound: known.hasUnplayedSound,
      isDecodable,
      ...(hasDecoder && !isDecodable ? { lacksPicture: true } : {}),
      isPacked: false,
      belowSource,
      offers: [offer("samples", asItIs.refusal), offer("compress", notDecoded)],
    };
    return new SourceReader(input, demuxed, facts);
  }

  /** What method `compress` takes. */
  async media(): Promise<SourceMedia> {
    return { ...(await this.demuxed.media()), close: () => this.close() };
  }

  /** What is where in the file; undefined where only the demuxer reads it. */
  get index() {
    return this.demuxed.index;
  }

  /** The file's own time at which its presentation begins. */
  get beginsSeconds(): number {
    return this.demuxed.beginsSeconds;
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
      this.demuxed.track,
      seconds.map((wanted) => placed(wanted) ?? this.beginsSeconds + wanted),
    );
  }

  /** Undefined where none can be made. @param seconds of the presentation */
  private async pictureAt(seconds: number, hidden: HiddenTimes = []): Promise<DrawnPoster | undefined> {
    try {
      const first = await this.demuxed.track.getFirstTimestamp();
      const sample = await new VideoSampleSink(this.demuxed.track).getSample(
        Math.max(first, this.beginsSeconds + seconds),
      );
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
}

const offer = (method: MethodOffer["method"], refusal: CmixError | undefined): MethodOffer => ({
  method,
  refusal: refusal?.message,
  reason: refusal && reasonCode(refusal),
});
