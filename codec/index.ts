/**
 * The library: reads and writes main and slave files, divides with every method and combines, on kernels that the host loads
 * (hosts/node, hosts/browser). Everything else of this folder is its own business.
 */

export { readAhead } from "./bytes/read-ahead.ts";

// ---- Containers: what a source file is, and what is in it ----
export type { MpegContainer } from "./containers/demuxer.ts";
export { MatroskaWriter } from "./containers/matroska/matroska-writer.ts";
export { elementaryBytes } from "./containers/mpeg-ts/transport-packets.ts";
export { openIndex, openStream, recogniseSource, type SourceKind } from "./containers/open-index.ts";
export { type MpegSource, openMpeg } from "./containers/open-mpeg.ts";
export { readSourceCaptions } from "./containers/source-captions.ts";
export type { CodedSample, SourceIndex } from "./containers/source-index.ts";
export { NAL, nextStartCode } from "./containers/streams/annexb.ts";
export { splitPictures } from "./containers/streams/elementary-stream.ts";
export { videoBytes } from "./containers/video-bytes.ts";
export { readY4m, writeY4mHeader, Y4M_PICTURE_HEADER } from "./containers/y4m/y4m.ts";
// ---- Divisions ----
export type { DivisionDescription, DivisionResult, DivisionSinks } from "./division/division-writer.ts";
export { checkPair } from "./division/pairing.ts";
export { CHECKED_BYTES, readUnfinished, type UnfinishedDivision } from "./division/unfinished.ts";

// ---- The files' bytes ----
export {
  type AudioTrack,
  type MainHeader,
  type Method,
  type ProtectionName,
  posterBlob,
  SD_MAX_HEIGHT,
  type SlaveHeader,
  type SlaveTrailer,
  type Track,
  untaggedMatrix,
  type VideoTrack,
} from "./format/header.ts";
export {
  type IndexEntry,
  MAIN_MAGIC,
  readSlaveHead,
  type SegmentHead,
  SLAVE_HEAD_BYTES,
  SLAVE_MAGIC,
  SLAVE_SEGMENT_MAX_BYTES,
  type SlaveSegmentHead,
} from "./format/layout.ts";
export { MainReader } from "./format/main-file.ts";
export { parseSlaveSegment, parseSlaveStart, SlaveReader } from "./format/slave-file.ts";
// ---- Methods ----
export { chooseMethod } from "./methods/choose-method.ts";
export { type CodecWorkerApi, createCodecWorkerApi } from "./methods/codec-worker.ts";
export { mergeAudioPackets } from "./methods/compress/audio-packets.ts";
export { CompressDecoder, type PlanarPicture } from "./methods/compress/compress-decoder.ts";
export type { CompressInput } from "./methods/compress/compress-types.ts";
export { divideCompress } from "./methods/compress/divide-compress.ts";
export { encodeGops } from "./methods/compress/gop-encoder.ts";
export { type DividedPacket, decodePacketList } from "./methods/compress/packet-list.ts";
export { PictureEncoder, pictureRateCode } from "./methods/compress/picture-encoder.ts";
export { averageRate, constantQuality, rateBelowSource } from "./methods/compress/rate-control.ts";
export { StreamDecoder } from "./methods/compress/stream-decoder.ts";
export { divideMpeg } from "./methods/mpeg/divide-mpeg.ts";
export { planMpeg } from "./methods/mpeg/segment-planner.ts";
export { CombinedSource } from "./methods/samples/combined-source.ts";
export { combineSamples, divideSamples, FILE_TRACK, mergerIn } from "./methods/samples/divide-samples.ts";
export { mergeSegment } from "./methods/samples/segment-bytes.ts";
export * from "./page.ts";
export { PictureBuffers } from "./pictures/picture-buffers.ts";
export type { PixelFormat, SourcePacket, SourcePicture } from "./pictures/source-picture.ts";
export { WorkerPool } from "./pool/worker-pool.ts";

// ---- Protection and delivery ----
export { createProtection } from "./protect/create-protection.ts";
export { cryptUnit, type DeliveryContext, START_UNIT, type UnitCipher, webCipher } from "./protect/delivery.ts";
export type { Protection } from "./protect/protection.ts";

// ---- Kernels ----
export { type Kernels, loadKernels } from "./wasm/load-kernels.ts";
