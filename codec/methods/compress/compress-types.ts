/** What goes into method `compress` and what its workers exchange. */
import type { CaptionTrack } from "../../captions/caption-track.ts";
import type { AudioTrack, MainHeader, ProtectionName, VideoTrack } from "../../format/header.ts";
import type { PictureBuffers } from "../../pictures/picture-buffers.ts";
import type { SourcePacket, SourcePicture } from "../../pictures/source-picture.ts";

export interface CompressInput {
  video: Pick<VideoTrack, "width" | "height" | "frameRate"> &
    Partial<Pick<VideoTrack, "pixelAspect" | "rotation" | "mirrored" | "matrix" | "fullRange">>;
  /** In display order. */
  pictures: AsyncIterable<SourcePicture>;
  /** Where `pictures` takes its buffers from, if it uses them again. */
  buffers?: PictureBuffers;
  audio?: Omit<AudioTrack, "id" | "kind"> & { packets: AsyncIterable<SourcePacket> };
}

export interface EncodeSettings {
  /** How the top bit is split off; `none` writes a standard stream, with nothing withheld. */
  division: "gray" | "binary" | "none";
  /** Quantiser scale 1 (finest) to 31. */
  quality: number;
  /** Pictures from one I-picture to the next, at most; scene cuts bring more. */
  gopPictures: number;
}

export interface DivideOptions extends Omit<EncodeSettings, "division"> {
  protection: ProtectionName;
  bitplane: "gray" | "binary";
  /** `adaptive` (default) takes context coding where it is shorter than READ. */
  planeCode?: "read" | "adaptive";
  /** Aims at this total rate of pictures instead of `quality`, in kbit/s. */
  bitrateKbits?: number;
  title: string;
  copyright?: string;
  ageLimit?: number;
  genre?: string;
  service?: string;
  player?: string;
  mainName: string;
  slaveName: string;
  poster?: MainHeader["poster"];
  captions?: readonly CaptionTrack[];
  signal?: AbortSignal;
  onProgress?: (progress: DivideProgress) => void;
}

export interface DivideProgress {
  pictures: number;
  /** Media time that is done. */
  microseconds: number;
}

/** One coded picture, as a worker gives it. */
export interface EncodedPicture {
  key: boolean;
  publicBytes: Uint8Array;
  withheld: Uint8Array;
  durationMicroseconds: number;
}
