/**
 * Method `samples`: the source file exists only as ranges, made on demand of the main's and the slave's segments; a demuxer reads them and
 * the browser's own decoders decode.
 */
import {
  CustomSource,
  EncodedPacketSink,
  Input,
  type InputAudioTrack,
  type InputVideoTrack,
  MATROSKA,
  MP4,
  QTFF,
  type VideoSample,
  VideoSampleSink,
  WEBM,
} from "mediabunny";
import { heldSample, partsFrom, type TrackPart } from "../../../../../../codec/hosts/presentation.ts";
import {
  type AudioTrack,
  CombinedSource,
  type IndexEntry,
  mergeSegment,
  SD_MAX_HEIGHT,
  type Track,
} from "../../../../../../codec/index.ts";
import { CmixError, FormatError, UnsupportedError } from "../../../../../../codec/page.ts";
import { audioConfigOf } from "../../../../shared/worker/decoder-support.ts";
import { keepEarlyTimes } from "../../../../shared/worker/early-pictures.ts";
import { FILE, fileEntries } from "../file-entries.ts";
import { KEY_FIRST_SECONDS, type MediaFeed, type Picture, PREROLL_SECONDS, type Sound } from "../media-feed.ts";
import type { FeedParts } from "../playback-method.ts";
import { readForRun } from "../run-reads.ts";
import type { CodedSound } from "../sound-decoder.ts";
import type { PlayableSound } from "../sound-decodings.ts";
import { entriesFrom } from "../track-reader.ts";
import { soundInPart } from "./sound-parts.ts";

/** A key picture further back than this is not where a seek's fetching begins: it would use up what the service allows for a seek. */
const KEY_REACH_SECONDS = 10;
/** The demuxer reads on from where it stood, rather than anew, over as many bytes as this. */
const DEMUXER_GAP_BYTES = 128 << 10;
/** The demuxer at work. A failed read may leave it in any state: it is not used after one. */
interface Demuxer {
  input: Input;
  tracks: Promise<{ video: InputVideoTrack; sound: InputAudioTrack | undefined }>;
  failure: unknown;
  /** Where its newest read ended. */
  readEnd: number;
}

export class SamplesFeed implements MediaFeed {
  readonly sounds?: (seconds: number, signal: AbortSignal) => AsyncIterable<Sound>;
  private readonly parts: FeedParts;
  private readonly entries: readonly IndexEntry[];
  private readonly source: CombinedSource;
  private readonly startSeconds: number;
  private demuxer: Demuxer | undefined;
  /** Of the present run: reads after its end are refused. */
  private signal: AbortSignal = AbortSignal.abort();
  /** The segment behind the newest one read, on its way. */
  private ahead: { number: number; bytes: Promise<Uint8Array> } | undefined;

  constructor(parts: FeedParts) {
    this.parts = parts;
    this.entries = fileEntries(parts.main.index);
    this.source = new CombinedSource(parts.main.trailer, (number) => this.openSegment(number));
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
    const demuxer = this.demuxerAtWork();
    try {
      const { video } = await demuxer.tracks;
      if (!(await video.canDecode()))
        throw new UnsupportedError(
          `this browser has no decoder for the video (${await video.getCodecParameterString()}): try another browser, or ask for a version that was divided with "Compress and divide"`,
        );
      for (const part of partsFrom(this.parts.video.edits, this.startSeconds, seconds)) {
        if (part.isHeld) {
          const sample = await heldSample(video, part);
          if (sample !== null) yield this.pictureOf(sample, part);
          continue;
        }
        const key = await new EncodedPacketSink(video).getKeyPacket(part.from, { metadataOnly: true });
        const isFar = key !== null && key.timestamp < part.from - KEY_FIRST_SECONDS && key.timestamp >= part.start;
        for await (const sample of new VideoSampleSink(video).samples(isFar ? key.timestamp : part.from, part.until))
          yield this.pictureOf(sample, part);
      }
    } catch (error) {
      throw reasonOf(error, demuxer, "video");
    }
  }

  close(): void {
    this.signal = AbortSignal.abort();
    this.dropDemuxer();
    this.ahead = undefined;
  }

  private async *decodeSound(
    { track, decoding }: PlayableSound,
    seconds: number,
    signal: AbortSignal,
  ): AsyncGenerator<Sound> {
    this.beginRun(seconds, signal);
    const demuxer = this.demuxerAtWork();
    try {
      const { sound } = await demuxer.tracks;
      if (sound === undefined) return;
      // The demuxer does not know every coding; what it knows has its configuration from the file.
      const config = (await sound.getDecoderConfig()) ?? audioConfigOf(track);
      for (const part of partsFrom(track.edits, this.startSeconds, seconds).filter(isHeard))
        for await (const piece of decoding.decode(config, codedSound(sound, part), signal)) {
          const own = soundInPart(piece, part);
          if (own !== undefined) yield own;
        }
    } catch (error) {
      throw reasonOf(error, demuxer, "sound");
    }
  }

  /** Called for pictures and for sound. At very low bit rates a seek is taken with a new demuxer: the present one would read all between. */
  private beginRun(seconds: number, signal: AbortSignal): void {
    if (signal === this.signal) return;
    this.signal = signal;
    const first = this.firstSegment(seconds);
    if (first === undefined || this.demuxer === undefined) return;
    const { readEnd } = this.demuxer;
    const { start } = this.source.rangeOf(first);
    const isLeap = readEnd < start && this.source.segmentAt(readEnd) + 1 < first;
    if (isLeap && start - readEnd <= DEMUXER_GAP_BYTES) this.dropDemuxer();
  }

  private dropDemuxer(): void {
    this.demuxer?.input.dispose();
    this.demuxer = undefined;
  }

  private demuxerAtWork(): Demuxer {
    if (this.demuxer !== undefined && this.demuxer.failure === undefined) return this.demuxer;
    this.dropDemuxer();
    const demuxer: Pick<Demuxer, "failure" | "readEnd"> = { failure: undefined, readEnd: 0 };
    const source = new CustomSource({
      getSize: () => this.source.size,
      read: async (start, end) => {
        try {
          this.signal.throwIfAborted();
          demuxer.readEnd = end;
          // Whose run it is at its end counts: the demuxer may have gone over to the next one.
          return await readForRun(
            () => this.source.read(start, end - start),
            () => this.signal.aborted,
          );
        } catch (error) {
          demuxer.failure ??= error;
          throw error;
        }
      },
      handleUnhandledError: () => {}, // kept in `failure`
    });
    const input = new Input({ source, formats: [MP4, QTFF, MATROSKA, WEBM] });
    const tracks = openTracks(input, this.parts);
    tracks.catch(() => {}); // thrown where it is awaited
    this.demuxer = Object.assign(demuxer, { input, tracks });
    return this.demuxer;
  }

  /** Source bytes of a segment; asks for the next one as well, which a reader wants as a rule. */
  private openSegment(number: number): Promise<Uint8Array> {
    const bytes = this.ahead?.number === number ? this.ahead.bytes : this.merge(number);
    const place = this.entries.findIndex((entry) => entry.number === number);
    const next = this.entries[place + 1];
    if (next !== undefined && this.entries[place]?.structure === false) {
      const ahead = { number: next.number, bytes: this.merge(next.number) };
      this.ahead = ahead;
      ahead.bytes.catch(() => {
        if (this.ahead === ahead) this.ahead = undefined;
      });
    }
    return bytes;
  }

  private async merge(number: number): Promise<Uint8Array> {
    const { publicBytes, withheld } = await this.parts.opener.openSegment(number);
    return mergeSegment(this.parts.kernels, publicBytes, withheld);
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

async function openTracks(
  input: Input,
  { video: { codec }, sound, main }: FeedParts,
): Promise<{ video: InputVideoTrack; sound: InputAudioTrack | undefined }> {
  const video = (await filmIn(input, codec)) ?? (await input.getPrimaryVideoTrack());
  if (video === null) throw new UnsupportedError("there is no video in this file: choose another one");
  await nameColours(video);
  await keepEarlyTimes(video);
  return { video, sound: sound && (await soundIn(input, sound.track, main.header.tracks)) };
}

/** A header's track among the file's: both have the file's order. */
async function soundIn(
  input: Input,
  track: AudioTrack,
  tracks: readonly Track[],
): Promise<InputAudioTrack | undefined> {
  const found = await input.getAudioTracks();
  const listed = tracks.filter(({ kind }) => kind === "audio");
  const place = listed.findIndex(({ id }) => id === track.id);
  // Where one of them was not described, there is only one that may be meant.
  return found.length === listed.length ? found[place] : ((await input.getPrimaryAudioTrack()) ?? undefined);
}

/** The track that the main's header calls the film: a cover or a preview may stand before it. */
async function filmIn(input: Input, codec: string): Promise<InputVideoTrack | undefined> {
  const tracks = await input.getVideoTracks();
  const names = await Promise.all(tracks.map((track) => track.getCodecParameterString()));
  const same = tracks.filter((_, number) => names[number]?.toLowerCase() === codec.toLowerCase());
  return same.length === 1 ? same[0] : undefined;
}

/** Pictures that name no matrix are BT.601 up to SD's height; the demuxer would name BT.709 for all of them. */
async function nameColours(video: InputVideoTrack): Promise<void> {
  const config = await video.getDecoderConfig();
  if (config === null || (config.colorSpace?.matrix ?? null) !== null) return;
  if ((await video.getCodedHeight()) > SD_MAX_HEIGHT) return;
  const named: VideoDecoderConfig = { ...config, colorSpace: { ...config.colorSpace, matrix: "smpte170m" } };
  video.getDecoderConfig = async () => named;
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
