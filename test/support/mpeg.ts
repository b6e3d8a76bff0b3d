/** Divisions of method `mpeg` in memory, and the streams for them. */
import { MemorySink, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { divideMpeg } from "../../codec/methods/mpeg/divide-mpeg.ts";
import { combineSamples, mergerIn } from "../../codec/methods/samples/divide-samples.ts";
import type { Kernels } from "../../codec/wasm/load-kernels.ts";
import { type Division, type ProtectionName, poolHere } from "./divisions.ts";
import { ALL_MEDIA, mediaFiles, nameOf } from "./media.ts";
import { writeMpeg1 } from "./mpeg-writer.ts";

export { nameOf };

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
  const { verbatimBytes, pictures, segments } = await divideMpeg(
    sourceFromBytes(bytes),
    options,
    sinks,
    poolHere(kernels),
  );
  return { main: sinks.main.bytes(), slave: sinks.slave.bytes(), verbatimBytes, pictures, segments };
}

export async function combineMpegBytes(kernels: Kernels, { main, slave }: Division): Promise<Uint8Array> {
  const sink = new MemorySink();
  const readers = [
    await MainReader.open(sourceFromBytes(main)),
    await SlaveReader.open(sourceFromBytes(slave)),
  ] as const;
  await combineSamples(...readers, sink, mergerIn(poolHere(kernels), false, "mpeg"));
  return sink.bytes();
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
