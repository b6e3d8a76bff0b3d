/** What every method is: one folder, and one line in registry.ts. */
import type { ByteSink, ByteSource } from "../bytes/bytes.ts";
import type { DivisionResult, DivisionWriter } from "../division/division-writer.ts";
import type { DivisionDescription } from "../division/new-headers.ts";
import type { SegmentOpener } from "../division/segment-opener.ts";
import type { FinishedSegment } from "../division/unfinished.ts";
import type { Method } from "../format/header.ts";
import type { OpenRecoder } from "../pictures/recoder.ts";
import type { SourceMedia } from "../pictures/source-picture.ts";
import type { Pool } from "../pool/worker-pool.ts";
import type { DrawnMark } from "../restriction/draw-mark.ts";
import type { Overlays } from "../restriction/overlays.ts";
import type { RestrictedPart } from "../restriction/part.ts";
import type { Kernels } from "../wasm/load-kernels.ts";

/** What the methods can be told; each takes its own of it. */
export interface MethodSettings {
  /** Method `compress`: how the top bit is split off (default `gray`). */
  bitplane?: "gray" | "binary";
  /** Method `compress`: `adaptive` (default) takes context coding where it is shorter than READ. */
  planeCode?: "read" | "adaptive";
  /** Method `compress`: quantiser scale 1 (finest) to 31; default 4. */
  quality?: number;
  /** Method `compress`: aims at this total rate of pictures instead of `quality`, in kbit/s. */
  bitrateKbits?: number;
  /** Method `compress`: pictures from one I-picture to the next, at most; default 30. Scene cuts bring more. */
  gopPictures?: number;
  /** Method `compress`: B-pictures between an I- or P-picture and the next P-picture, at most; default 0. */
  bPictures?: 0 | 1 | 2;
  /** Method `mpeg`: codes the main anew, smaller (default). */
  recompress?: boolean;
}

/** How far a division is; it only grows. */
export interface DivisionProgress {
  pictures: number;
  /** Media time that is done. */
  microseconds: number;
  /** Of the source, where the method goes through its bytes; 0 of 0 where it does not. */
  bytes: number;
  totalBytes: number;
}

/** A video to be divided. */
export interface DivisionJob extends Omit<DivisionDescription, "method" | "parameters" | "tracks" | "restrictions"> {
  /** The file; read once from start to end, and here and there for its index. */
  source: ByteSource;
  /** Decodes it, for methods that encode; the host's own errors say what it cannot decode. */
  openMedia?: (() => Promise<SourceMedia>) | undefined;
  /** Codes its pictures anew, for methods that keep the file and hide parts of it. */
  openRecoder?: OpenRecoder | undefined;
  settings?: MethodSettings | undefined;
  /** Parts that not everybody sees: both what everybody gets and the truth are kept. */
  restrictions?: readonly RestrictedPart[] | undefined;
  /** What covers the parts whose treatment is `picture` or `text`; without it they are refused. */
  overlays?: Overlays | undefined;
  /**
   * Of the parts nothing is kept but what everybody sees: the truth never leaves this device (restriction patent, claim 3). There is no
   * layer for them, and the slave names none.
   */
  withoutOriginal?: boolean | undefined;
  /** Drawn into the pictures, for everybody to see (restriction patent, claim 4): where they are coded anew. */
  marks?: readonly DrawnMark[] | undefined;
  /** Ends the division with an AbortError. */
  signal?: AbortSignal | undefined;
  /** Of what was kept of an interrupted division, the last step alone. */
  onProgress?: ((progress: DivisionProgress) => void) | undefined;
}

/** A division whose source is known, before anything is written. */
export interface PreparedDivision<Api> extends Pick<DivisionDescription, "parameters" | "tracks"> {
  /**
   * Adds all segments to the writer, those of `kept` by {@link DivisionWriter.keep}.
   *
   * @returns bytes of the source that could not be divided and are carried as they are, but for those of kept segments
   */
  write(writer: DivisionWriter, pool: Pool<Api>, kept: FinishedSegment[]): Promise<{ verbatimBytes: number }>;
  /** Ends what it holds; called once, written or not. */
  close?(): Promise<void>;
}

/** How {@link combineVideo} writes, and who hears of it. */
export interface CombineOptions {
  /** Methods that give pictures and sound: uncompressed pictures alone, or in Matroska with the sound (default). */
  form?: "y4m" | "mkv";
  /** Names of the layers to take; default: every one that the slave has. */
  layers?: readonly string[] | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: { pictures: number; bytes: number; segments: number }) => void) | undefined;
}

/** What combining runs on. */
export interface CombineHost<Api> {
  pool: Pool<Api>;
  kernels(): Promise<Kernels>;
}

/** What combining gave. */
export interface Combined {
  pictures: number;
  /** Written. */
  bytes: number;
}

/** @typeParam Api what its workers do */
export interface DivisionMethod<Api> {
  readonly name: Method;
  /** What main and slave give together: the source file byte for byte, or its pictures and sound. */
  readonly gives: "source" | "media";
  /** The work is so quick that messages to a second worker would cost more than it brings. */
  readonly fillsOneWorker: boolean;
  /** Whether the file is one for this method, by its content. */
  takes(source: ByteSource): Promise<boolean>;
  /**
   * How many of an interrupted division's finished segments it goes on from; the others are made again, to the same bytes.
   *
   * @param settings those that the division had
   */
  keeps(finished: readonly FinishedSegment[], settings: MethodSettings): number;
  /** @throws {@link InputError} the file is none for this method; {@link UnsupportedError} this version cannot do it */
  prepare(job: DivisionJob): Promise<PreparedDivision<Api>>;
  /**
   * Writes what the pair gives.
   *
   * @param sink not closed
   * @throws {@link FormatError} damage
   */
  combine(opener: SegmentOpener, sink: ByteSink, host: CombineHost<Api>, options: CombineOptions): Promise<Combined>;
}

/** A finished division. */
export interface VideoDivision extends DivisionResult {
  method: Method;
  /** Bytes of the source that could not be divided and are carried as they are. */
  verbatimBytes: number;
}
