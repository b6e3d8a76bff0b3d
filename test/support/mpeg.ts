/** Divisions of method `mpeg` in memory, and the streams for them. */
import { MemorySink } from "../../codec/bytes/bytes.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import { type Division, divideFile, type ProtectionName } from "./divisions.ts";
import { ALL_MEDIA, mediaFiles, nameOf } from "./media.ts";
import { writeMpeg1 } from "./mpeg-writer.ts";

export { nameOf };

/** Of the media of the folder `mpeg`, which holds transport streams of other codings too, those with MPEG-1 or MPEG-2 video. */
export const isMpegVideo = (path: string): boolean => !/h264|hevc/.test(path);

export interface MpegDivision extends Division {
  verbatimBytes: number;
  pictures: number;
  segments: number;
}

export async function divideMpegBytes(
  kernels: Kernels,
  bytes: Uint8Array,
  protection: ProtectionName,
  recompress: boolean,
): Promise<MpegDivision> {
  const sinks = { main: new MemorySink(), slave: new MemorySink() };
  const options = { protection, recompress, title: "file", mainName: "file.cmx", slaveName: "file.cms" };
  const { verbatimBytes, pictures, segments } = await divideFile(kernels, "mpeg", bytes, options, sinks);
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes(), verbatimBytes, pictures, segments };
}

/** Real files that are whole; small ones unless all are asked for. Dvb's has gaps by its own transmission. */
export const healthyMpeg = (): string[] =>
  mediaFiles("mpeg").filter(
    (path) =>
      !/h264|dvb/.test(path) &&
      (ALL_MEDIA || /mssg|garden|blue|odd|iponly|422|160x120|sample_h262|MELT|lep/.test(path)),
  );

/** An MPEG-1 elementary stream of random syntax. */
export const mpegSample = (seed: number): Uint8Array => writeMpeg1(seed);
