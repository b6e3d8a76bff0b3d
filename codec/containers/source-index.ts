/** What the indexers of method `samples` tell about a source file. Positions are bytes from the file's start. */
import type { ByteSource } from "../bytes/bytes.ts";
import { LANGUAGE_TAG_MAX } from "../captions/caption-track.ts";
import type { Chapter } from "../format/chapters.ts";
import type { Edit } from "../format/edit-list.ts";
import type { AudioTrack, Track } from "../format/header.ts";

export type Container = "mp4" | "mov" | "webm" | "mkv" | "ivf" | "h264" | "ts";

/**
 * How a sample's bytes are built, which decides where it is cut: `avc` and `hevc` NAL units behind lengths, `annexb` H.264 behind start
 * codes, `ts` what a transport stream's packets carry, `picture` for other codings; `configuration` belongs to no sample; `other` is never cut;
 * `unknown` are bytes that may be coded pictures, of which the container's structure tells nothing.
 */
export type SampleForm =
  | "avc"
  | "hevc"
  | "annexb"
  | "ts"
  | "vp9"
  | "av1"
  | "picture"
  | "audio"
  | "other"
  | "unknown"
  | "configuration"
  | "audio-configuration"
  | "table";

/** Bytes outside of samples that are treated apart: codec configuration, and tables of 32-bit numbers. */
export interface StructureRange {
  offset: number;
  size: number;
  form: "configuration" | "audio-configuration" | "table";
  /** Of a table: numbers in a row × 2, plus 1 where differences from row to row pack better than the numbers. */
  parameter: number;
}

/** One coded picture or packet of sound in a file: a byte range with its time. */
export interface CodedSample {
  offset: number;
  size: number;
  /** When it is shown. May be negative, before the presentation's start. */
  timeMicroseconds: number;
  durationMicroseconds: number;
  key: boolean;
  /** Index into {@link SourceIndex.streams}, or {@link UNKNOWN}. */
  stream: number;
  /** Belongs to the picture before it (transparency, a second field): no picture of its own. */
  isAddition?: boolean;
  /** In place of its stream's, where that changes. */
  parameter?: number;
  /** Of a transport stream: parameters of other pictures and of sound among its bytes. */
  beside?: readonly number[];
}

/** Instead of lengths, NAL units have start codes before them. */
export const START_CODES = 0;

/** Stands for the stream of bytes that may be coded pictures, of which the container's structure tells nothing. */
export const UNKNOWN = -1;

/** How captions inside a source are coded: 3GPP timed text, WebVTT in ISO boxes, SubRip, WebVTT in Matroska, WebVTT in WebM. */
export type TextCoding = "tx3g" | "wvtt" | "subrip" | "webvtt" | "webm";

export interface TextStream {
  coding: TextCoding;
  /** As the file says it, by BCP 47 or ISO 639-2; empty where it does not. */
  language: string;
  /** The file's own name of it; empty where it has none. */
  name: string;
  isForDeaf: boolean;
}

export interface SourceStream {
  form: SampleForm;
  /** Bytes of a NAL unit's length for `avc` and `hevc`, or {@link START_CODES}; PID, form of packets and coding for `ts`. */
  parameter: number;
  /** Absent for streams that a header cannot describe (subtitles, time codes). */
  track?: Track;
  /** Of captions that can be read. */
  text?: TextStream;
  /** Where the presentation is more, less or other than the samples one after another. */
  edits?: Edit[] | undefined;
  /** A cover, chapters' pictures, or disabled: another video track is the film, if there is one. */
  isExtra?: boolean;
  /** The container packed or encrypted the codec's own bytes. */
  isPacked?: boolean;
  /** The container tells no rate of pictures: what stands in `track` is to be replaced by what their times say. */
  needsRate?: boolean;
}

/** A sample as a rendition's index tells of it; its times are those of the source's index, its place is of no meaning. */
export type RenditionSample = Pick<CodedSample, "stream" | "timeMicroseconds" | "durationMicroseconds" | "key">;

/** A sample that is not the source's, or a copy of the source's in another place. */
export interface OwnSample extends RenditionSample {
  data: Uint8Array;
}

/**
 * A file of a source's kind around samples of the source and others that stand in for some of them (FORMAT.md 10.3). It tells what
 * stands around the samples; it is written from start to end, in one pass. Streams that the header has
 * no track for are left out of it.
 */
export interface RenditionWriter {
  /**
   * Parts of the source that go over whole or not at all, in the order of the file; absent where each sample may. Then `start` is asked
   * for last, and places count from behind it.
   */
  readonly wholes?: readonly { start: number; end: number }[];
  /** What the source says of a stream's coding before its samples: avcC, hvcC. */
  configuration(stream: number): Uint8Array | undefined;
  /** The file's first bytes. @param bytes of all that follows, where it is asked for last */
  start(bytes: number): Uint8Array;
  /** What stands before so many bytes of samples. */
  head(bytes: number): Uint8Array;
  /**
   * Takes a sample of the source that stands at `offset` of the rendition, and has so many bytes there.
   *
   * @param whole where that begins which goes over whole
   */
  add(sample: RenditionSample, offset: number, size: number, whole: number): void;
  /**
   * What samples that are not the source's are written as, from `offset` of the rendition on; they are taken too.
   *
   * @returns places where each begins in the bytes
   */
  lay(samples: readonly OwnSample[], offset: number): { bytes: Uint8Array; places: number[] };
  /** The file's last bytes. */
  end(): Uint8Array;
}

/** What a container's reader finds. */
export interface FoundIndex {
  container: Container;
  streams: SourceStream[];
  /** Zero where the file does not tell. */
  durationMicroseconds: number;
  /** Times count from the presentation's start, whenever the first picture comes. */
  beginsAtZero?: boolean;
  /** In file order. Wrong entries do no harm: the planner clips them, and segments are plain byte ranges. */
  samples(): AsyncIterable<CodedSample[]>;
  /** In file order; known after `openIndex`. */
  structure: StructureRange[];
  /**
   * Of streams without a container's tables: the samples of a part of the file that begins and ends where pictures do, as segments do.
   * Positions count from the part's start; times too where the stream has none of its own.
   */
  samplesIn?(part: ByteSource, isFirst: boolean): AsyncIterable<CodedSample[]>;
  /** Of transport streams: reads a track of sound; undefined for one that names no PID. */
  openSound?(track: AudioTrack): SoundReader | undefined;
  /** As the container tells them, untidied; read when they are asked for. Absent where it has none. */
  chapters?: (() => Promise<Chapter[]>) | undefined;
  /**
   * A file of this kind around other samples, for hidden parts; absent where none is written.
   *
   * @param streams           that are kept in it
   * @param startMicroseconds the source's own time at which the index's times begin
   * @throws {@link UnsupportedError} the source is of a form that is not written
   */
  openRendition?(streams: readonly number[], startMicroseconds: number): Promise<RenditionWriter>;
  /** Of Matroska: numbers of the tracks with pictures, as blocks name them. */
  pictureTracks?: ReadonlySet<number>;
}

/** Of a stream without tables. */
export type StreamIndex = FoundIndex & Required<Pick<FoundIndex, "samplesIn">>;

/** A frame of sound out of a transport stream. */
export interface SoundFrame {
  /** On the pictures' scale. */
  timeMicroseconds: number;
  durationMicroseconds: number;
  /** Of the frame, before the coded sound: ADTS. */
  headBytes: number;
  /** The whole frame. */
  bytes: Uint8Array;
}

/** Reads a sound whose frames lie across each other's packets and the file's segments. */
export interface SoundReader {
  /**
   * Told of the file's bytes from any packet on, each part where the one before ended.
   *
   * @param shiftMicroseconds added to the times of the pictures beside them
   * @returns frames that are whole by now
   */
  push(bytes: Uint8Array, shiftMicroseconds: number): SoundFrame[];
  /** What is left at the file's end. */
  end(): SoundFrame[];
}

/** Where the coded samples of a file stand, and of what streams they are. */
export interface SourceIndex extends FoundIndex {
  /** Index into `streams` of the video that is played; -1 where there is none. */
  film: number;
  /** The file's own time at which the presentation begins: from it the samples' times count. 0 but for parts of longer recordings. */
  startMicroseconds: number;
}

/** Of a sound's track, where the file names its language. @param language BCP 47 or ISO 639-2 */
export const languageField = (language: string): Pick<AudioTrack, "language"> =>
  language === "" || language === "und" || language.length > LANGUAGE_TAG_MAX ? {} : { language };

/** Samples handed over at once. */
export const BATCH_SAMPLES = 512;

/** A ratio of whole numbers near `value`, good for header fields. */
export function ratioOf(value: number): [number, number] {
  if (!Number.isFinite(value) || value <= 0 || value > 1e6) return [25, 1];
  for (const denominator of [1, 1001]) {
    const numerator = value * denominator;
    const near = Math.round(numerator / (denominator === 1 ? 1 : 1000)) * (denominator === 1 ? 1 : 1000);
    if (near > 0 && Math.abs(near - numerator) / numerator < 2e-5) return [near, denominator];
  }
  return [Math.max(1, Math.round(value * 1000)), 1000];
}
