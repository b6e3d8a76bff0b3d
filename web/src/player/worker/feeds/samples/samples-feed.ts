/**
 * Method `samples`: the source file exists only as ranges, made on demand of the main's and the slave's segments; a demuxer reads them and
 * the browser's own decoders decode. Of hidden parts it reads the source where their units come, and what the base layer gives elsewhere.
 */
import { EncodedPacketSink, type InputAudioTrack, type VideoSample, VideoSampleSink } from "mediabunny";
import { heldSample, partsFrom, type TrackPart } from "../../../../../../codec/hosts/presentation.ts";
import { CmixError, FormatError, PairingError, UnsupportedError } from "../../../../../../codec/page.ts";
import { audioConfigOf } from "../../../../shared/worker/decoder-support.ts";
import { FILE } from "../file-entries.ts";
import { KEY_FIRST_SECONDS, type MediaFeed, type Picture, PREROLL_SECONDS, type Sound } from "../media-feed.ts";
import type { FeedParts } from "../playback-method.ts";
import type { CodedSound } from "../sound-decoder.ts";
import type { PlayableSound } from "../sound-decodings.ts";
import { entriesFrom } from "../track-reader.ts";
import { type Demuxer, FileView } from "./file-view.ts";
import { type HiddenSpan, hiddenSpans, stretchesOf } from "./hidden-spans.ts";
import { soundInPart } from "./sound-parts.ts";

/** A key picture further back than this is not where a seek's fetching begins: it would use up what the service allows for a seek. */
const KEY_REACH_SECONDS = 10;

/** A stretch of a part, and the file that is read for it. */
interface ViewedPart {
  part: TrackPart;
  view: FileView;
  /** Source time up to which another file was read; undefined at the part's beginning. */
  border: number | undefined;
}

export class SamplesFeed implements MediaFeed {
  readonly sounds?: (seconds: number, signal: AbortSignal) => AsyncIterable<Sound>;
  private readonly parts: FeedParts;
  private readonly base: FileView;
  private readonly hidden: readonly HiddenSpan[];
  /** The source; undefined where nothing is hidden, and `base` is the source. */
  private readonly truth: FileView | undefined;
  private readonly startSeconds: number;

  constructor(parts: FeedParts) {
    this.parts = parts;
    this.base = new FileView(parts, "base");
    this.hidden = hiddenSpans(parts.main.index);
    this.truth = this.hidden.length === 0 ? undefined : new FileView(parts, "source");
    this.startSeconds = Number(parts.main.header.parameters.startMicroseconds ?? 0) / 1e6;
    const { sound } = parts;
    if (sound !== undefined) this.sounds = (seconds, signal) => this.decodeSound(sound, seconds, signal);
  }

  firstSegment(seconds: number): number | undefined {
    const { index } = this.parts.main;
    const [key] = entriesFrom(index, FILE, seconds, (entry) => entry.key);
    // Long segments may hold key pictures that their flags do not tell of.
    if (key !== undefined && key.startMilliseconds >= (seconds - KEY_REACH_SECONDS) * 1000) return key.number;
    return entriesFrom(index, FILE, seconds, () => true)[0]?.number;
  }

  async *pictures(seconds: number, signal: AbortSignal): AsyncGenerator<Picture> {
    this.beginRun(seconds, signal);
    let isFirst = true;
    for (const part of partsFrom(this.parts.video.edits, this.startSeconds, seconds))
      yield* this.viewed(part, (own) => {
        const wantsKey = isFirst;
        isFirst = false;
        return this.picturesIn(own, wantsKey);
      });
  }

  close(): void {
    this.base.close();
    this.truth?.close();
  }

  /** @param wantsKey where the play begins: the key picture is shown until the first is decoded that is wanted */
  private async *picturesIn({ part, view }: ViewedPart, wantsKey: boolean): AsyncGenerator<Picture> {
    const demuxer = view.demuxerAtWork();
    try {
      const { video } = await demuxer.tracks;
      if (!(await video.canDecode()))
        throw new UnsupportedError(
          `this browser has no decoder for the video (${await video.getCodecParameterString()}): try another browser, or ask for a version that was divided with "Compress and divide"`,
        );
      if (part.isHeld) {
        const sample = await heldSample(video, part);
        if (sample !== null) yield this.pictureOf(sample, part);
        return;
      }
      const key = await new EncodedPacketSink(video).getKeyPacket(part.from, { metadataOnly: true });
      const isFar =
        wantsKey && key !== null && key.timestamp < part.from - KEY_FIRST_SECONDS && key.timestamp >= part.start;
      for await (const sample of new VideoSampleSink(video).samples(isFar ? key.timestamp : part.from, part.until))
        yield this.pictureOf(sample, part);
    } catch (error) {
      throw reasonOf(error, demuxer, "video");
    }
  }

  private async *decodeSound(sound: PlayableSound, seconds: number, signal: AbortSignal): AsyncGenerator<Sound> {
    this.beginRun(seconds, signal);
    for (const part of partsFrom(sound.track.edits, this.startSeconds, seconds).filter(isHeard))
      yield* this.viewed(part, (own) => this.soundIn(own, sound, signal));
  }

  private async *soundIn(
    { part, view, border }: ViewedPart,
    { track, decoding }: PlayableSound,
    signal: AbortSignal,
  ): AsyncGenerator<Sound> {
    const demuxer = view.demuxerAtWork();
    try {
      const { sound } = await demuxer.tracks;
      if (sound === undefined) return;
      // The demuxer does not know every coding; what it knows has its configuration from the file.
      const config = (await sound.getDecoderConfig()) ?? audioConfigOf(track);
      for await (const piece of decoding.decode(config, codedSound(sound, part), signal)) {
        const own = soundInPart(piece, border === undefined ? part : { ...part, start: border });
        if (own !== undefined) yield own;
      }
    } catch (error) {
      throw reasonOf(error, demuxer, "sound");
    }
  }

  /**
   * A part, stretch by stretch: hidden ones as they are where their units come. A right that ends within one ends with the last unit
   * that came; one that begins there begins with the next one.
   */
  private async *viewed<Piece extends { timeSeconds: number; close(): void }>(
    part: TrackPart,
    read: (viewed: ViewedPart) => AsyncGenerator<Piece>,
  ): AsyncGenerator<Piece> {
    let last = Number.NEGATIVE_INFINITY;
    /** A picture over the border between two files is shown once. */
    async function* behindBorder(pieces: AsyncGenerator<Piece>): AsyncGenerator<Piece> {
      const border = last;
      for await (const piece of pieces) {
        if (piece.timeSeconds <= border) {
          piece.close();
          continue;
        }
        last = Math.max(last, piece.timeSeconds);
        yield piece;
      }
    }
    for (const [i, { stretch, hidden }] of stretchesOf(part, this.hidden).entries()) {
      const border = i === 0 ? undefined : stretch.from;
      let rest = stretch;
      if (hidden !== undefined && this.truth !== undefined && (await this.comes(hidden))) {
        try {
          yield* behindBorder(read({ part: stretch, view: this.truth, border }));
          continue;
        } catch (error) {
          if (!(error instanceof PairingError)) throw error;
          rest = { ...stretch, from: Math.max(stretch.from, last - part.shift) };
        }
      }
      yield* behindBorder(read({ part: rest, view: this.base, border }));
    }
  }

  /** Whether the first unit of a hidden stretch is this viewer's. */
  private async comes({ first }: HiddenSpan): Promise<boolean> {
    return (await this.parts.opener.openHeld(first, true)) !== undefined;
  }

  /** Called for pictures and for sound. */
  private beginRun(seconds: number, signal: AbortSignal): void {
    const first = this.firstSegment(seconds);
    this.base.beginRun(first, signal);
    this.truth?.beginRun(first, signal);
  }

  private pictureOf(sample: VideoSample, { start, until, shift, isHeld }: TrackPart): Picture {
    const { screen, kernels } = this.parts;
    const end = isHeld ? until : Math.min(until, sample.timestamp + sample.duration);
    return {
      timeSeconds: Math.max(0, Math.max(start, sample.timestamp) + shift),
      endSeconds: end + shift,
      keep: () => {},
      paint: () => {
        // The page turns and stretches the canvas: frames are painted as they are coded.
        const frame = sample.toVideoFrame();
        try {
          screen.paintFrame(frame, kernels);
        } finally {
          frame.close();
        }
      },
      close: () => sample.close(),
    };
  }
}

const isHeard = ({ isHeld }: TrackPart): boolean => isHeld !== true;

async function* codedSound(track: InputAudioTrack, { from, until }: TrackPart): AsyncGenerator<CodedSound> {
  const sink = new EncodedPacketSink(track);
  const first = (await sink.getPacket(from - PREROLL_SECONDS)) ?? (await sink.getFirstPacket());
  for await (const { timestamp, data } of sink.packets(first ?? undefined)) {
    if (timestamp >= until) return;
    yield { timeMicroseconds: Math.round(timestamp * 1e6), data };
  }
}

/** Why reading failed, before what the demuxer made of it. */
function reasonOf(error: unknown, demuxer: Demuxer, what: "video" | "sound"): unknown {
  const reason = demuxer.failure ?? error;
  if (reason instanceof CmixError || (reason as Error).name === "AbortError") return reason;
  const message = (reason as Error).message.replace(/[.\s]+$/, "");
  return new FormatError(
    `the ${what} does not decode (${message}): it was damaged before it was divided, or this browser cannot decode it; try another browser`,
  );
}
