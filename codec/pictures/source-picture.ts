/** Uncompressed pictures and coded sound, as sources hand them to method `compress`. */

import type { AudioTrack, VideoTrack } from "../format/header.ts";
import type { PictureBuffers } from "./picture-buffers.ts";

/** Layouts of 8-bit samples that pictures come in, as WebCodecs names them. */
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

/** A video as a host decodes it: its pictures, and its sound as it is coded. */
export interface SourceMedia {
  video: Pick<VideoTrack, "width" | "height" | "frameRate"> &
    Partial<Pick<VideoTrack, "pixelAspect" | "rotation" | "mirrored" | "matrix" | "fullRange">>;
  /** In display order. */
  pictures: AsyncIterable<SourcePicture>;
  /** In the place of `pictures`, where the host need not decode all before: those from a time on, perhaps with some before it. */
  picturesFrom?(microseconds: number): AsyncIterable<SourcePicture>;
  /** Where `pictures` takes its buffers from, if it uses them again. */
  buffers?: PictureBuffers;
  audio?: Omit<AudioTrack, "id" | "kind"> & { packets: AsyncIterable<SourcePacket> };
  /** Ends what the host holds for it. */
  close?(): void;
}
