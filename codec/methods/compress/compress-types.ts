/** What the workers of method `compress` exchange. */

export interface EncodeSettings {
  /** How the top bit is split off; `none` writes a standard stream, with nothing withheld. */
  division: "gray" | "binary" | "none";
  /** Quantiser scale 1 (finest) to 31. */
  quality: number;
  /** Pictures from one I-picture to the next, at most; scene cuts bring more. */
  gopPictures: number;
}

/** Of a segment; a single picture may last longer. */
export const SEGMENT_MAX_MICROSECONDS = 2_000_000;

/** B-pictures between an I- or P-picture and the next P-picture, at most. */
export type BPictures = 0 | 1 | 2;

/** One coded picture, as a worker gives it. */
export interface EncodedPicture {
  key: boolean;
  publicBytes: Uint8Array;
  withheld: Uint8Array;
  durationMicroseconds: number;
}
