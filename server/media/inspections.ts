/** What is read in a process of its own, and how far: the kinds of file, their limits and findings, and the words between the processes. */
import type { ErrorRecord, MainHeader, SlaveTrailer } from "../../codec/index.ts";

export type ImageType = "image/jpeg" | "image/png" | "image/bmp";

export interface ImageLimits {
  /** Looked at in the header, before anything is decoded. */
  pixelsMost: number;
  types: readonly ImageType[];
}

export interface ImageFacts {
  type: ImageType;
  width: number;
  height: number;
}

export interface VideoLimits {
  secondsMost: number;
  /** In words: "an MP4 or WebM video". */
  wanted: string;
  /** QuickTime's own files are taken too. */
  quickTime: boolean;
}

export interface VideoFacts {
  type: "video/mp4" | "video/webm";
  /** Running time, rounded up. */
  durationMilliseconds: number;
  /** For so long one picture stands at most. */
  longestPictureSeconds: number;
}

export interface SlaveLimits {
  /** The id that it is sent under. */
  slaveId: string;
}

export interface SlaveFacts {
  mainId: string;
  mainName: string;
  title: string;
  durationSeconds: number;
  segments: number;
  /** Of a `PackedTimeline`. */
  timeline: Uint8Array;
}

export interface MainLimits {
  /** The id that it is sent under. */
  mainId: string;
  /** What its slave says of it. */
  slave: { id: Uint8Array; mainId: Uint8Array; trailer: SlaveTrailer };
}

export type MainFacts = Pick<MainHeader, "copyright" | "genre" | "ageLimit" | "poster">;

/** Limits and findings by the kind of file. */
export interface Inspections {
  image: { limits: ImageLimits; facts: ImageFacts };
  video: { limits: VideoLimits; facts: VideoFacts };
  slave: { limits: SlaveLimits; facts: SlaveFacts };
  main: { limits: MainLimits; facts: MainFacts };
}

export type MediaKind = keyof Inspections;
export type Limits<K extends MediaKind> = Inspections[K]["limits"];
export type Facts<K extends MediaKind> = Inspections[K]["facts"];

/** A file to look at. Its bytes are asked for, so it may lie wherever the server keeps it. */
export interface Job<K extends MediaKind = MediaKind> {
  kind: K;
  /** In words: "the poster". */
  name: string;
  bytes: number;
  limits: Limits<K>;
  /** What the whole process may take of the machine. */
  memoryMebibytes: number;
}

export type ToProcess = { job: Job } | { read: Uint8Array } | { unread: ErrorRecord };
export type FromProcess =
  | { ready: true }
  | { wanted: { offset: number; length: number } }
  | { facts: Facts<MediaKind> }
  | { error: ErrorRecord };

/** Of its JavaScript objects alone. */
export const HEAP_MOST_MEBIBYTES = 192;
/** Of the whole process; Node itself takes some 60 MiB of it. */
export const MEMORY_MOST_MEBIBYTES = 448;
