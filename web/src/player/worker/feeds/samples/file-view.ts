/** A file of a division as a demuxer reads it, made on demand of segments: the source, or what the base layer gives alone. */
import { CustomSource, Input, type InputAudioTrack, type InputVideoTrack, MATROSKA, MP4, QTFF, WEBM } from "mediabunny";
import {
  type AudioTrack,
  CombinedSource,
  type IndexEntry,
  isStartUnit,
  mergeSegment,
  RESTRICTED_LAYER,
  SD_MAX_HEIGHT,
  type Track,
} from "../../../../../../codec/index.ts";
import { BASE_LAYER, UnsupportedError } from "../../../../../../codec/page.ts";
import { keepEarlyTimes } from "../../../../shared/worker/early-pictures.ts";
import type { FeedParts } from "../playback-method.ts";
import { readForRun } from "../run-reads.ts";

/** The demuxer reads on from where it stood, rather than anew, over as many bytes as this. */
const DEMUXER_GAP_BYTES = 128 << 10;

/** What a demuxer finds in a file. */
export interface FileTracks {
  video: InputVideoTrack;
  sound: InputAudioTrack | undefined;
}

/** The demuxer at work. A failed read may leave it in any state: it is not used after one. */
export interface Demuxer {
  input: Input;
  tracks: Promise<FileTracks>;
  failure: unknown;
  /** Where its newest read ended. */
  readEnd: number;
}

export class FileView {
  private readonly source: CombinedSource;
  private readonly entries: readonly IndexEntry[];
  private demuxer: Demuxer | undefined;
  /** Of the present run: reads after its end are refused. */
  private signal: AbortSignal = AbortSignal.abort();
  /** The segment behind the newest one read, on its way. */
  private ahead: { number: number; bytes: Promise<Uint8Array> } | undefined;

  /** @param rendition `source` needs the units of hidden parts wherever it is read there, and for its structure */
  constructor(
    private readonly parts: FeedParts,
    private readonly rendition: "base" | "source",
  ) {
    const { index, trailer } = parts.main;
    const open = (number: number): Promise<Uint8Array> => this.openSegment(number);
    this.source = rendition === "base" ? CombinedSource.ofBase(trailer, open) : new CombinedSource(trailer, open);
    this.entries = index.filter((entry) => {
      if (entry.layer === BASE_LAYER) return rendition === "base" || !entry.substitute;
      return rendition === "source" && entry.layer === RESTRICTED_LAYER && !isStartUnit(entry);
    });
  }

  close(): void {
    this.signal = AbortSignal.abort();
    this.dropDemuxer();
    this.ahead = undefined;
  }

  /**
   * Called for pictures and for sound. At very low bit rates a seek is taken with a new demuxer: the present one would read all
   * between.
   *
   * @param first segment of the run
   */
  beginRun(first: number | undefined, signal: AbortSignal): void {
    if (signal === this.signal) return;
    this.signal = signal;
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

  demuxerAtWork(): Demuxer {
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
    const { opener } = this.parts;
    // A right may have begun since the service was asked for it.
    const opened = this.rendition === "base" ? await opener.openSegment(number) : await opener.openHeld(number, true);
    if (opened === undefined) throw opener.missing(number);
    const { publicBytes, withheld } = opened;
    return mergeSegment(this.parts.kernels, publicBytes, withheld);
  }
}

async function openTracks(input: Input, { video: { codec }, sound, main }: FeedParts): Promise<FileTracks> {
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
