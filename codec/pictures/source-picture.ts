/** Uncompressed pictures and coded sound, as sources hand them to method `compress`. */

export type PixelFormat = "I420" | "NV12" | "RGBA" | "BGRA";

/** One uncompressed picture, 8 bits a sample; all planes in one buffer, which the receiver takes over. */
export interface SourcePicture {
  timestampMicroseconds: number;
  durationMicroseconds: number;
  format: PixelFormat;
  width: number;
  height: number;
  data: Uint8Array;
  /** Where each plane starts in `data`, and its stride, both in bytes. */
  planes: { offset: number; stride: number }[];
}

/** One coded packet of a sound track. */
export interface SourcePacket {
  timestampMicroseconds: number;
  durationMicroseconds: number;
  data: Uint8Array;
}
