/** MPEG-1 and MPEG-2 files in the Studio: method `mpeg` keeps them as they are, our own decoder gives their pictures for everything else. */
import { VideoSample } from "mediabunny";
import { fetchKernels } from "../../../../codec/hosts/browser/index.ts";
import {
  type ByteSource,
  findSounds,
  firstBright,
  type HiddenTimes,
  hiddenAreas,
  type MainHeader,
  type MpegContainer,
  type MpegMediaOptions,
  type MpegSource,
  mpegVideoTrack,
  openMpeg,
  openMpegMedia,
  rateBelowSource,
  readAhead,
  readTimePoints,
  type SourceMedia,
  type TimePoint,
} from "../../../../codec/index.ts";
import { CmixError, sourceFromBlob } from "../../../../codec/page.ts";
import { playableSounds } from "../../player/worker/feeds/sound-decodings.ts";
import type { SourceFacts, StripPicture } from "../protocol/divide-api.ts";
import { reasonCode } from "../protocol/reason-code.ts";
import { codedVideoFacts } from "./coded-video-facts.ts";
import { type DrawnPoster, drawPoster, drawStrip } from "./poster.ts";

/** Packets by which the sound's rate is told. */
const RATE_PACKETS = 100;

const NAMES: Record<MpegContainer, string> = {
  es: "MPEG elementary stream",
  ps: "MPEG program stream",
  ts: "MPEG transport stream",
  m2ts: "MPEG transport stream (M2TS)",
  ts204: "MPEG transport stream",
  cdxa: "Video CD",
};

export class MpegReader {
  private points: Promise<TimePoint[]> | undefined;

  private constructor(
    private readonly source: ByteSource,
    private readonly found: MpegSource,
  ) {}

  /** By the file's content; undefined where there is no such video. */
  static async open(file: Blob): Promise<MpegReader | undefined> {
    const source = readAhead(sourceFromBlob(file));
    const found = await openMpeg(source);
    return found && new MpegReader(source, found);
  }

  async durationSeconds(): Promise<number> {
    return ((await this.timePoints()).at(-1)?.microseconds ?? 0) / 1e6;
  }

  /** What `divideCompress` takes, or pictures from a time on, on kernels of its own. @throws as `openMpegMedia` */
  async media(options?: MpegMediaOptions): Promise<SourceMedia & { close(): void }> {
    return openMpegMedia(await fetchKernels(), this.source, options);
  }

  async facts(): Promise<SourceFacts> {
    const { source, found } = this;
    const { width, height, frameRate, mpeg2 } = found.video;
    const durationSeconds = await this.durationSeconds();
    const sounds = await findSounds(source, found);
    const [playable] = await playableSounds(sounds);
    const sound = playable?.track ?? sounds[0];
    const { carried, refusal } = await this.carriedSound();
    const facts = codedVideoFacts({
      container: NAMES[found.container],
      bytes: source.size,
      durationSeconds,
      codec: mpeg2 ? "MPEG-2" : "MPEG-1",
      width,
      height,
      pixelAspect: mpegVideoTrack(found).pixelAspect,
      frameRate,
      isDecodable: refusal === undefined,
      keptBy: "mpeg",
      notCompressed: { refusal: refusal?.message, reason: refusal && reasonCode(refusal) },
    });
    const poster = refusal === undefined ? await this.poster(0) : undefined;
    return {
      ...facts,
      sound: sound && {
        codec: sound.codec,
        sampleRate: sound.sampleRate,
        channels: sound.channels,
        playable: playable !== undefined,
      },
      hasUnknownSound: sounds.length > 0 && carried === undefined,
      ...(refusal === undefined
        ? {
            belowSource: rateBelowSource({
              bits: source.size * 8,
              durationSeconds,
              soundBits: carried?.bits ?? 0,
              samples: (width * height * frameRate[0]) / frameRate[1],
            }),
          }
        : {}),
      ...(poster === undefined ? {} : { poster }),
    };
  }

  /** A small JPEG, from a picture early in the video where `startSeconds` is 0; undefined where it cannot be made, which stops no division. @param hidden is covered */
  async poster(startSeconds: number, hidden: HiddenTimes = []): Promise<MainHeader["poster"]> {
    const duration = await this.durationSeconds();
    if (startSeconds > 0) return (await this.pictureNear(Math.min(startSeconds, duration), hidden))?.poster;
    return firstBright((share) => this.pictureNear(share * duration, hidden));
  }

  /** Pictures to choose the poster from. */
  async strip(): Promise<StripPicture[]> {
    return drawStrip(await this.durationSeconds(), (seconds) => this.pictureNear(seconds));
  }

  /** As `StoryboardSource` has it. */
  async *keyPictures(seconds: readonly number[]): AsyncGenerator<VideoSample> {
    for (const wanted of seconds) {
      let first: VideoSample | undefined;
      for await (const sample of this.samples(wanted)) {
        first = sample;
        break;
      }
      if (first === undefined) return;
      yield first;
    }
  }

  private async pictureNear(wanted: number, hidden: HiddenTimes = []): Promise<DrawnPoster | undefined> {
    let last: VideoSample | undefined;
    try {
      for await (const sample of this.samples(wanted)) {
        last?.close();
        last = sample;
        if (sample.timestamp + sample.duration > wanted) break;
      }
      return last && (await drawPoster(last, hiddenAreas(hidden, wanted, wanted)));
    } catch {
      return undefined;
    } finally {
      last?.close();
    }
  }

  /** Pictures from a little before `seconds` on; the caller closes each. */
  async *samples(seconds: number): AsyncGenerator<VideoSample> {
    const media = await this.media({ startSeconds: seconds, timePoints: await this.timePoints() });
    const { matrix } = mpegVideoTrack(this.found);
    const { displayWidth, displayHeight } = this.displaySize;
    const colours = matrix === "bt709" ? "bt709" : "smpte170m";
    try {
      for await (const { format, width, height, data, planes, ...times } of media.pictures) {
        yield new VideoSample(data, {
          format: format as "I420",
          codedWidth: width,
          codedHeight: height,
          layout: planes,
          displayWidth,
          displayHeight,
          timestamp: times.timestampMicroseconds / 1e6,
          duration: times.durationMicroseconds / 1e6,
          colorSpace: { matrix: colours, primaries: colours, transfer: colours, fullRange: false },
        });
      }
    } finally {
      media.close();
    }
  }

  /** In square pixels. */
  get displaySize(): { displayWidth: number; displayHeight: number } {
    const { width, height, pixelAspect } = mpegVideoTrack(this.found);
    return { displayWidth: Math.max(1, Math.round((width * pixelAspect[0]) / pixelAspect[1])), displayHeight: height };
  }

  private timePoints(): Promise<TimePoint[]> {
    this.points ??= readTimePoints(this.source, this.found);
    return this.points;
  }

  /** What goes along with compressed pictures, and its rate; or why the pictures cannot be compressed. */
  private async carriedSound(): Promise<{ carried?: { bits: number }; refusal?: CmixError }> {
    try {
      const media = await this.media();
      try {
        return media.audio === undefined ? {} : { carried: { bits: await rateOf(media.audio.packets) } };
      } finally {
        media.close();
      }
    } catch (error) {
      if (error instanceof CmixError) return { refusal: error };
      throw error;
    }
  }
}

/** Bits a second, of the first packets. */
async function rateOf(packets: NonNullable<SourceMedia["audio"]>["packets"]): Promise<number> {
  let [count, bits, microseconds] = [0, 0, 0];
  for await (const { data, durationMicroseconds } of packets) {
    bits += 8 * data.length;
    microseconds += durationMicroseconds;
    count += 1;
    if (count === RATE_PACKETS) break;
  }
  return microseconds > 0 ? (1e6 * bits) / microseconds : 0;
}
