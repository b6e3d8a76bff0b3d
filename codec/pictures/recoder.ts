/** Pictures of a source coded anew in the source's own coding: what hosts bring for methods that keep files as they are. */
import type { VideoTrack } from "../format/header.ts";
import type { SourcePicture } from "./source-picture.ts";

/** A picture that was coded anew. */
export interface RecodedPicture {
  /** When it is shown, on the source's own clock. */
  timestampMicroseconds: number;
  key: boolean;
  /** Of H.264 and HEVC: NAL units behind lengths of four bytes, without parameter sets. */
  data: Uint8Array;
  /** With the first of a run, of H.264 and HEVC: avcC or hvcC, which has the parameter sets. */
  configuration?: Uint8Array | undefined;
}

/** A span of the source's own clock. */
export interface RecodedSpan {
  fromMicroseconds: number;
  /** Of the first picture behind the span; Infinity: to the end. */
  untilMicroseconds: number;
}

/** Decodes a source's film and codes it anew. */
export interface Recoder {
  /**
   * Codes a run of pictures, which begins at a key picture of the source and with a key picture.
   *
   * @param treat what a picture becomes: Y, Cb and Cr of 4:2:0, tight, as large as it was
   * @returns in the order in which they are decoded
   * @throws {@link InputError} pictures do not decode
   */
  recode(span: RecodedSpan, treat: (picture: SourcePicture) => Promise<Uint8Array>): AsyncIterable<RecodedPicture>;
  close(): void;
}

/**
 * Opens what decodes and codes a source's film.
 *
 * @param film           as the source's index tells of it
 * @param bitsPerSecond  of its coded pictures
 * @throws {@link UnsupportedError} nothing decodes or codes its coding here
 */
export type OpenRecoder = (film: VideoTrack, bitsPerSecond: number) => Promise<Recoder>;
