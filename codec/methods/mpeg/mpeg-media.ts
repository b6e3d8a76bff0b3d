/** Files with MPEG-1 or MPEG-2 video as pictures and sound: what method `compress` takes, and what pages show of a file. */
import type { ByteSource } from "../../bytes/bytes.ts";
import { createDemuxer } from "../../containers/create-demuxer.ts";
import { type MpegSource, openMpeg } from "../../containers/open-mpeg.ts";
import type { SoundFrame } from "../../containers/source-index.ts";
import { soundCodingOf } from "../../containers/streams/sound-frames.ts";
import { InputError } from "../../errors.ts";
import type { AudioTrack } from "../../format/header.ts";
import { fitI420 } from "../../pictures/fit-i420.ts";
import { PictureBuffers } from "../../pictures/picture-buffers.ts";
import { chromaSize } from "../../pictures/planar-picture.ts";
import type { SourceMedia, SourcePacket, SourcePicture } from "../../pictures/source-picture.ts";
import type { Kernels } from "../../wasm/load-kernels.ts";
import { Deinterlacer } from "./deinterlacer.ts";
import { placeBefore, readTimePoints, type TimePoint } from "./file-times.ts";
import { findSounds } from "./find-sounds.ts";
import { MpegDecoder, type MpegPicture } from "./mpeg-decoder.ts";
import { planMpeg } from "./segment-planner.ts";
import { SegmentSound } from "./segment-sound.ts";
import { readLayout, type SegmentLayout, videoOf } from "./segment-times.ts";
import { type TimedPicture, timedPictures } from "./timed-pictures.ts";
import { mpegVideoTrack } from "./video-track.ts";

/** Segments within which a key picture comes, in all but few files: some have one at their start alone. */
const KEY_PARTS = 8;

/** How {@link openMpegMedia} reads. */
export interface MpegMediaOptions {
  /** Pictures from a little before this on, and no sound; times stay those of the file, as nearly as they can be told. */
  startSeconds?: number;
  /** What `readTimePoints` gave for the file, if it was asked before. */
  timePoints?: readonly TimePoint[];
  /** Ends reading with its reason. */
  signal?: AbortSignal | undefined;
}

/** A segment of the file, its video apart. */
interface Part {
  video: Uint8Array;
  layout: SegmentLayout;
}

/**
 * Decodes a file: 4:2:0 pictures of one size in display order, interlaced ones made whole of their first field, by the stream's times, or
 * by its rate where it has none; the first picture is at 0. With it goes the first sound that is written in frames, as it is coded.
 * Memory stays bounded whatever the file holds: pictures are decoded as they are pulled, sound is read in a run of its own.
 *
 * @param kernels no one else's until `close`: they hold one decoder
 * @throws {@link InputError} no MPEG-1 or MPEG-2 video, or not one picture that can be decoded
 */
export async function openMpegMedia(
  kernels: Kernels,
  source: ByteSource,
  { startSeconds = 0, timePoints, signal }: MpegMediaOptions = {},
): Promise<SourceMedia & { close(): void }> {
  const found = await openMpeg(source);
  if (found === undefined)
    throw new InputError("there is no MPEG-1 or MPEG-2 video at this file's start: choose another one", {
      offsetBytes: 0,
    });
  const reader = new MediaReader(kernels, source, found, signal);
  try {
    await reader.startAtFirstPicture();
    if (startSeconds > 0) {
      await reader.startNear(startSeconds, timePoints ?? (await readTimePoints(source, found)));
      return reader.media(undefined);
    }
    const sounds = await findSounds(source, found);
    return reader.media(sounds.find(({ codec }) => soundCodingOf(codec) !== undefined));
  } catch (error) {
    reader.close();
    throw error;
  }
}

class MediaReader {
  private readonly decoder: MpegDecoder;
  private readonly deinterlacer: Deinterlacer;
  private readonly buffers = new PictureBuffers();
  /** What the file's times are moved by. */
  private shiftMicroseconds = 0;
  /** Where it begins to read. */
  private offset = 0;

  constructor(
    kernels: Kernels,
    private readonly source: ByteSource,
    private readonly found: MpegSource,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.decoder = new MpegDecoder(kernels);
    this.deinterlacer = new Deinterlacer(kernels);
  }

  /** Behind {@link startAtFirstPicture}: from a place before `seconds` on, unless no key picture follows there. */
  async startNear(seconds: number, points: readonly TimePoint[]): Promise<void> {
    const { offset, microseconds } = await placeBefore(this.source, this.found, points, seconds * 1e6);
    if (offset === 0) return;
    this.offset = offset;
    this.shiftMicroseconds += microseconds;
    for await (const _ of timedPictures(this.decoded(KEY_PARTS), this.decoder)) return;
    this.offset = 0;
    this.shiftMicroseconds -= microseconds;
  }

  async startAtFirstPicture(): Promise<void> {
    for await (const { timeMicroseconds } of timedPictures(this.decoded(), this.decoder)) {
      this.shiftMicroseconds = -timeMicroseconds;
      return;
    }
    throw new InputError("no picture in this video can be decoded: choose another file", { offsetBytes: 0 });
  }

  media(sound: AudioTrack | undefined): SourceMedia & { close(): void } {
    const media = {
      video: mpegVideoTrack(this.found),
      pictures: this.pictures(),
      buffers: this.buffers,
      close: () => this.close(),
    };
    if (sound === undefined) return media;
    const { codec, sampleRate, channels, description } = sound;
    const described = description === undefined ? {} : { description };
    return { ...media, audio: { codec, sampleRate, channels, ...described, packets: this.packets(sound) } };
  }

  close(): void {
    this.deinterlacer.close();
    this.decoder.close();
  }

  /** The file's segments in their order. */
  private async *parts(): AsyncGenerator<Part> {
    const { found, signal, offset } = this;
    const demuxer = createDemuxer(found.container, found.pid);
    const source: ByteSource = {
      size: this.source.size - offset,
      read: (from, length) => this.source.read(offset + from, length),
    };
    for await (const { start, end, runs, startMicroseconds } of planMpeg(source, found, demuxer)) {
      signal?.throwIfAborted();
      const bytes = await source.read(start, end - start);
      yield { video: videoOf(bytes, runs), layout: readLayout(bytes, runs, startMicroseconds) };
    }
  }

  /** @param most of the file's segments, at most */
  private async *decoded(most = Number.POSITIVE_INFINITY): AsyncGenerator<MpegPicture> {
    const { decoder } = this;
    decoder.reset();
    // A stream's only sequence header may stand at its start.
    yield* decoder.decode(this.found.context);
    let count = 0;
    for await (const { video, layout } of this.parts()) {
      if (count === most) return;
      yield* decoder.decode(video, count === 0 ? layout.firstMarks : layout.marks);
      count += 1;
    }
    yield* decoder.end();
  }

  /** Times only grow: where those of the stream do not, what is shown already is left out. */
  private async *pictures(): AsyncGenerator<SourcePicture> {
    let last = Number.NEGATIVE_INFINITY;
    for await (const [before, current, after] of neighbours(
      timedPictures(this.decoded(), this.decoder),
      this.decoder,
    )) {
      this.signal?.throwIfAborted();
      const isInterlaced = this.deinterlacer.isInterlaced(current);
      const start = Math.round(current.timeMicroseconds + this.shiftMicroseconds);
      if (start <= last) continue;
      last = start;
      const lasts = (after?.timeMicroseconds ?? 0) - current.timeMicroseconds;
      const firstField = current.topFieldFirst ? 0 : 1;
      const { width, height, chroma } = current;
      const whole = isInterlaced ? this.deinterlacer.pictureOf([before, current, after], firstField, false) : current;
      yield {
        timestampMicroseconds: start,
        durationMicroseconds: Math.round(lasts > 0 ? lasts : current.durationMicroseconds),
        ...this.copied({ ...whole, width, height, chroma }),
      };
    }
  }

  private copied(picture: Parameters<typeof fitI420>[0]): Omit<SourcePicture, `${string}Microseconds`> {
    const { width, height } = this.found.video;
    const [chromaWidth, chromaHeight] = chromaSize(width, height, "420");
    const [luma, chroma] = [width * height, chromaWidth * chromaHeight];
    const data = this.buffers.take(luma + 2 * chroma);
    fitI420(picture, { width, height }, data);
    const planes = [
      { offset: 0, stride: width },
      { offset: luma, stride: chromaWidth },
      { offset: luma + chroma, stride: chromaWidth },
    ];
    return { format: "I420", width, height, data, planes };
  }

  /** From where the pictures begin, each where the one before ends or later. */
  private async *packets(track: AudioTrack): AsyncGenerator<SourcePacket> {
    const reader = new SegmentSound(this.found.container, track);
    let last = 0;
    const packetsOf = (frames: readonly SoundFrame[]): SourcePacket[] =>
      frames.flatMap(({ timeMicroseconds, durationMicroseconds, headBytes, bytes }) => {
        const start = timeMicroseconds + this.shiftMicroseconds;
        const end = start + durationMicroseconds;
        // Of a frame that begins before the pictures the end alone is heard; what is said twice, once.
        if (end <= 0 || start < last - durationMicroseconds / 2) return [];
        last = end;
        const timestampMicroseconds = Math.max(0, Math.round(start));
        // A copy: what is sent to a worker takes all that it is a part of along.
        const data = bytes.slice(headBytes);
        return [{ timestampMicroseconds, durationMicroseconds: Math.round(end) - timestampMicroseconds, data }];
      });
    for await (const { layout } of this.parts()) yield* packetsOf(reader.push(layout));
    yield* packetsOf(reader.end());
  }
}

/** Each picture between those before and behind it. */
async function* neighbours(
  pictures: AsyncIterable<TimedPicture>,
  decoder: MpegDecoder,
): AsyncGenerator<[TimedPicture | undefined, TimedPicture, TimedPicture | undefined]> {
  let before: HeldPicture | undefined;
  let current: HeldPicture | undefined;
  for await (const picture of pictures) {
    const after = { picture, held: decoder.hold(picture) };
    if (current !== undefined) yield [before?.picture, current.picture, after.picture];
    if (before !== undefined) decoder.letGo(before.held);
    [before, current] = [current, after];
  }
  if (current !== undefined) yield [before?.picture, current.picture, undefined];
  for (const held of [before, current]) if (held !== undefined) decoder.letGo(held.held);
}

interface HeldPicture {
  picture: TimedPicture;
  held: number;
}
