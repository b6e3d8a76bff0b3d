/** What the page and divide.worker.ts say to each other. */
import type { ProtectionName } from "../../../codec/format/header.ts";
import type { DivideProgress } from "../../../codec/methods/compress-types.ts";

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
    estimatedPictures: number;
  };
  sound: { codec: string; sampleRate: number; channels: number; playable: boolean } | undefined;
  /** The source has sound that no name is known for: it cannot go along. */
  hasUnknownSound: boolean;
}

export interface DivideSettings {
  title: string;
  copyright: string;
  quality: number;
  bitplane: "gray" | "binary";
  protection: ProtectionName;
  service: string;
  player: string;
  mainName: string;
  slaveName: string;
}

export interface DivisionOutput {
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
  /** @throws InputError no video in it; UnsupportedError this browser cannot decode it */
  inspect(file: Blob): Promise<SourceFacts>;
  /**
   * Divides with method `compress`.
   *
   * @param jobId names the folder of the browser's own file system that the output is in
   * @throws AbortError after `cancel`; then nothing is left
   */
  divide(
    jobId: string,
    file: Blob,
    settings: DivideSettings,
    onProgress: (progress: DivideProgress) => void,
  ): Promise<DivisionOutput>;
  cancel(): Promise<void>;
}
