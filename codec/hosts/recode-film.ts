/** A source's film decoded and coded anew by what the host has of WebCodecs, behind mediabunny. */
import {
  canEncodeVideo,
  type Input,
  type InputVideoTrack,
  MkvOutputFormat,
  NullTarget,
  Output,
  Quality,
  type VideoCodec,
  VideoSample,
  VideoSampleSink,
  VideoSampleSource,
} from "mediabunny";
import {
  type ByteSource,
  chromaSize,
  type OpenRecoder,
  type RecodedPicture,
  type RecodedSpan,
  type Recoder,
  type SourcePicture,
  UnsupportedError,
  type VideoTrack,
} from "../index.ts";
import { demuxedInput, descriptionBytes } from "./demuxed-input.ts";

/** A picture out of a decoder, in a form that loses nothing, or little. */
export type CopyPicture = (
  sample: VideoSample,
) => Promise<Pick<SourcePicture, "format" | "width" | "height" | "data" | "planes">>;

/**
 * About 40 dB, on each coding's own scale (H.264 and HEVC to 51, VP9 to 63, AV1 to 255); where an encoder takes no quantiser, VP8's
 * among them, a rate that is well above the source's.
 */
const FINENESS: Partial<Record<VideoCodec, number>> = { avc: 23, hevc: 23, vp9: 26, av1: 88 };
const TIMES_SOURCE = 2;
const LEAST_BITS_A_SAMPLE = 0.15;
/** Times of pictures may be rounded by this. */
const ROUNDING_SECONDS = 0.0005;

/**
 * What opens the recoder of a source.
 *
 * @param copy takes pictures out of the host's decoder
 * @param here what decodes and encodes, and what to do where it cannot
 * @throws {@link UnsupportedError} from what it gives: nothing decodes or codes the film here
 */
export const recoderOf =
  (source: ByteSource, copy: CopyPicture, here: { name: string; instead: string }): OpenRecoder =>
  async (film, bitsPerSecond) => {
    const input = demuxedInput(source);
    try {
      const track = await filmIn(input, film.codec);
      const codec = (await track?.getCodec()) ?? null;
      const refused = (what: string): UnsupportedError =>
        new UnsupportedError(
          `${here.name} does not ${what} ${film.codec}, in which what stands in for hidden parts has to be coded: ${here.instead}`,
          { codec: film.codec, reason: "hiddenKept" },
        );
      if (track === null || codec === null || !(await track.canDecode())) throw refused("decode");
      const { width, height, frameRate } = film;
      const least = LEAST_BITS_A_SAMPLE * width * height * (frameRate[0] / frameRate[1]);
      const bitrate = Math.ceil(Math.max(least, TIMES_SOURCE * bitsPerSecond));
      const quantizer = FINENESS[codec];
      const quality = new Quality({ bitrate, ...(quantizer !== undefined && { quantizer }) });
      const size = { width: await track.getCodedWidth(), height: await track.getCodedHeight() };
      if (!(await canEncodeVideo(codec, { ...size, quality, hardwareAcceleration: "prefer-software" })))
        throw refused("encode");
      return new FilmRecoder(input, track, { codec, quality }, copy, film);
    } catch (error) {
      input.dispose();
      throw error;
    }
  };

/** The track that the index calls the film: a cover or a preview may stand before it. */
async function filmIn(input: Input, codec: string): Promise<InputVideoTrack | null> {
  const tracks = await input.getVideoTracks();
  const names = await Promise.all(tracks.map((track) => track.getCodecParameterString()));
  const same = tracks.filter((_, number) => names[number]?.toLowerCase() === codec.toLowerCase());
  return same.length === 1 ? (same[0] as InputVideoTrack) : input.getPrimaryVideoTrack();
}

class FilmRecoder implements Recoder {
  constructor(
    private readonly input: Input,
    private readonly track: InputVideoTrack,
    private readonly coding: { codec: VideoCodec; quality: Quality },
    private readonly copy: CopyPicture,
    private readonly film: VideoTrack,
  ) {}

  async *recode(
    span: RecodedSpan,
    treat: (picture: SourcePicture) => Promise<Uint8Array>,
  ): AsyncGenerator<RecodedPicture> {
    const coded: RecodedPicture[] = [];
    /** By the encoder's times, which count whole microseconds from the first picture. */
    const times = new Map<number, number>();
    const encoder = new VideoSampleSource({
      ...this.coding,
      hardwareAcceleration: "prefer-software",
      onEncodedPacket: ({ type, data, timestamp }, meta) => {
        const own = Math.round(timestamp * 1e6);
        const description = meta?.decoderConfig?.description;
        coded.push({
          ...{ timestampMicroseconds: times.get(own) ?? own, key: type === "key", data },
          ...(description !== undefined && { configuration: descriptionBytes(description) }),
        });
      },
    });
    const output = new Output({ format: new MkvOutputFormat(), target: new NullTarget() });
    output.addVideoTrack(encoder);
    await output.start();
    let first: number | undefined;
    try {
      for await (const sample of this.samples(span)) {
        const { timestamp, duration } = sample;
        first ??= timestamp;
        const shown = await this.treated(sample, treat);
        const own = Math.round((timestamp - first) * 1e6);
        times.set(own, timestamp * 1e6);
        const anew = new VideoSample(shown.data, {
          ...{ format: "I420", codedWidth: shown.width, codedHeight: shown.height },
          ...{ timestamp: own / 1e6, duration, colorSpace: shown.colorSpace },
        });
        await encoder.add(anew);
        anew.close();
        yield* coded.splice(0);
      }
      await output.finalize();
      yield* coded.splice(0);
    } finally {
      if (output.state !== "finalized") await output.cancel();
    }
  }

  close(): void {
    this.input.dispose();
  }

  private async *samples({ fromMicroseconds, untilMicroseconds }: RecodedSpan): AsyncGenerator<VideoSample> {
    const [from, until] = [fromMicroseconds / 1e6, untilMicroseconds / 1e6 - ROUNDING_SECONDS];
    for await (const sample of new VideoSampleSink(this.track).samples(from + ROUNDING_SECONDS, until)) {
      if (sample.timestamp < until && sample.timestamp > from - ROUNDING_SECONDS) yield sample;
      else sample.close();
    }
  }

  /** A picture as everybody sees it. Closes the sample. */
  private async treated(sample: VideoSample, treat: (picture: SourcePicture) => Promise<Uint8Array>) {
    try {
      const picture = await this.copy(sample);
      const { width, height } = picture;
      const data = await treat({
        ...{ timestampMicroseconds: sample.timestamp * 1e6, durationMicroseconds: sample.duration * 1e6 },
        ...picture,
      });
      const [columns, rows] = chromaSize(width, height, "420");
      if (data.length !== width * height + 2 * columns * rows)
        throw new RangeError(`treat: ${data.length} bytes of a picture of ${width}x${height}`);
      // Of RGB the treated picture is BT.601 of limited range.
      const isRgb = picture.format === "RGBA" || picture.format === "BGRA";
      const { matrix, fullRange } = this.film;
      const own = isRgb ? ({ matrix: "smpte170m", fullRange: false } as const) : undefined;
      const told = { matrix: matrix === "bt709" ? "bt709" : "smpte170m", fullRange } as const;
      return { data, width, height, colorSpace: { ...sample.colorSpace.toJSON(), ...(own ?? told) } };
    } finally {
      sample.close();
    }
  }
}
