/** What the page and divide.worker.ts say to each other. */
import type { ProtectionName } from "../../../codec/format/header.ts";

/** Methods that the Studio offers. */
export type StudioMethod = "samples" | "compress";

/** Undefined where the method takes the file, otherwise why not. */
export type Refusals = Record<StudioMethod, string | undefined>;

export interface SourceFacts {
  /** Container, as its makers call it: `MP4`, `QuickTime File Format`, `WebM`. */
  container: string;
  bytes: number;
  durationSeconds: number;
  video: {
    codec: string;
    width: number;
    height: number;
    /** Pictures as a rule a second. */
    framesPerSecond: number;
    /** False where the pictures keep no even rhythm; they keep their own times. */
    isConstantRate: boolean;
    rotation: 0 | 90 | 180 | 270;
    mirrored: boolean;
    estimatedPictures: number;
  };
  sound: { codec: string; sampleRate: number; channels: number; playable: boolean } | undefined;
  /** The source has sound that no name is known for: it cannot go along. */
  hasUnknownSound: boolean;
  /** At least one method takes the file. */
  refusals: Refusals;
  /** What is divided can be combined, and is not played yet. */
  combinesOnly?: boolean;
}

export interface DivideSettings {
  method: StudioMethod;
  title: string;
  copyright: string;
  /** Method `compress` only. */
  quality: number;
  /** Method `compress` only. */
  bitplane: "gray" | "binary";
  protection: ProtectionName;
  service: string;
  player: string;
  mainName: string;
  slaveName: string;
}

export interface DivisionStep {
  pictures: number;
  bytes: number;
  /** 0 to 1. */
  share: number;
}

export interface DivisionOutput {
  method: StudioMethod;
  mainId: string;
  slaveId: string;
  main: Blob;
  slave: Blob;
  mainBytes: number;
  slaveBytes: number;
  /** The poster, which is in the main file but not counted as a part of it. */
  extrasBytes: number;
  segments: number;
  pictures: number;
  durationSeconds: number;
  /** Seconds of work. */
  seconds: number;
}

export interface DivideWorkerApi {
  /** @throws InputError no video in it; UnsupportedError no method takes it */
  inspect(file: Blob): Promise<SourceFacts>;
  /**
   * Divides with the method of `settings`.
   *
   * @param jobId names the folder of the browser's own file system that the output is in
   * @throws AbortError after `cancel`; then nothing is left
   */
  divide(
    jobId: string,
    file: Blob,
    settings: DivideSettings,
    onProgress: (step: DivisionStep) => void,
  ): Promise<DivisionOutput>;
  cancel(): Promise<void>;
}
