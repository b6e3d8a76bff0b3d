/** What the workers of method `compress` exchange. */

export interface EncodeSettings {
  /** How the top bit is split off; `none` writes a standard stream, with nothing withheld. */
  division: "gray" | "binary" | "none";
  /** Quantiser scale 1 (finest) to 31. */
  quality: number;
  /** Pictures from one I-picture to the next, at most; scene cuts bring more. */
  gopPictures: number;
}

/** One coded picture, as a worker gives it. */
export interface EncodedPicture {
  key: boolean;
  publicBytes: Uint8Array;
  withheld: Uint8Array;
  durationMicroseconds: number;
}
