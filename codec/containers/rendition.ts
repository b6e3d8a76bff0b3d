/** A file of a source's kind around samples of the source and others that stand in for some of them. FORMAT.md 10.3. */
import type { CodedSample } from "./source-index.ts";

/** A sample as a rendition's index tells of it; its times are those of the source's index, its place is of no meaning. */
export type RenditionSample = Pick<CodedSample, "stream" | "timeMicroseconds" | "durationMicroseconds" | "key">;

/** A sample that is not the source's, or a copy of the source's in another place. */
export interface OwnSample extends RenditionSample {
  data: Uint8Array;
}

/**
 * Tells what stands around the samples of a rendition; it is written from start to end, in one pass. Streams that the header has
 * no track for are left out of it.
 */
export interface RenditionWriter {
  /** Parts of the source that go over whole or not at all; absent where each sample may. In the order of the file. */
  readonly wholes?: readonly { start: number; end: number }[];
  /** What the source says of a stream's coding before its samples: avcC, hvcC. */
  configuration(stream: number): Uint8Array | undefined;
  /** The file's first bytes. */
  start(): Uint8Array;
  /** What stands before so many bytes of samples. */
  head(bytes: number): Uint8Array;
  /** Takes a sample of the source that stands at `offset` of the rendition, and has so many bytes there. */
  add(sample: RenditionSample, offset: number, size: number): void;
  /**
   * What samples that are not the source's are written as, from `offset` of the rendition on; they are taken too.
   *
   * @returns places where each begins in the bytes
   */
  lay(samples: readonly OwnSample[], offset: number): { bytes: Uint8Array; places: number[] };
  /** The file's last bytes. */
  end(): Uint8Array;
}
