/**
 * The library: reads and writes main and slave files, divides with every method and combines, on kernels that the host loads
 * (hosts/node, hosts/browser). Everything else of this folder is its own business.
 */
export * from "./page.ts";

// ---- Dividing and combining ----

export { combineVideo, divideVideo, resumable } from "./methods/divide-video.ts";
export type {
  Combined,
  CombineHost,
  CombineOptions,
  DivisionJob,
  DivisionMethod,
  DivisionProgress,
  MethodSettings,
  VideoDivision,
} from "./methods/method.ts";
export { chooseMethod, METHODS } from "./methods/registry.ts";

// ---- Sources: what a file is, and what is in it ----

export { readAhead } from "./bytes/read-ahead.ts";
export type { MpegContainer } from "./containers/demuxer.ts";
export { isCut } from "./containers/is-cut.ts";
export { readBox } from "./containers/iso/iso-boxes.ts";
export { ELEMENT_HEAD_BYTES, type Element, readElement, readNumber } from "./containers/matroska/ebml.ts";
export { elementaryBytes } from "./containers/mpeg-ts/transport-packets.ts";
export { openIndex, openStream, recogniseSource, type SourceKind } from "./containers/open-index.ts";
export { type MpegSource, openMpeg } from "./containers/open-mpeg.ts";
export { readSourceCaptions } from "./containers/source-captions.ts";
export { readSourceChapters } from "./containers/source-chapters.ts";
export type {
  CodedSample,
  FoundIndex,
  SoundFrame,
  SoundReader,
  SourceIndex,
  StreamIndex,
} from "./containers/source-index.ts";
export { NAL, nextStartCode } from "./containers/streams/annexb.ts";
export { HEVC_NAL, hevcType } from "./containers/streams/hevc-headers.ts";
export { hasFields } from "./containers/streams/mpeg-aspect.ts";
export {
  aacConfiguration,
  type FrameHead,
  readFrameHead,
  type SoundCoding,
} from "./containers/streams/sound-frames.ts";
export { videoBytes } from "./containers/video-bytes.ts";
export { readY4m, writeY4mHeader, Y4M_PICTURE_HEADER } from "./containers/y4m/y4m.ts";
export { PictureBuffers } from "./pictures/picture-buffers.ts";
export { COMMON_RATES } from "./pictures/picture-rates.ts";
export { type ChromaFormat, chromaSize, type PlanarPicture } from "./pictures/planar-picture.ts";
export type { OpenRecoder, RecodedPicture, RecodedSpan, Recoder } from "./pictures/recoder.ts";
export { shrinkPicture, smallRgba } from "./pictures/shrink-picture.ts";
export type { PixelFormat, SourceMedia, SourcePacket, SourcePicture } from "./pictures/source-picture.ts";
export { firstBright, isDark, TEASER_FRAME_RATE, THUMBNAIL_MOST_WIDTH, teaserSpan } from "./pictures/thumbnails.ts";

// ---- The two files ----

export { DeliveredSlave, type DeliveryParts } from "./division/delivered-slave.ts";
export type { DivisionResult, DivisionSinks } from "./division/division-writer.ts";
export type { DivisionDescription } from "./division/new-headers.ts";
export { checkPair } from "./division/pairing.ts";
export { type Rendition, renditionOf } from "./division/rendition.ts";
export { type OpenedSegment, SegmentOpener, type SlaveParts } from "./division/segment-opener.ts";
export { CHECKED_BYTES, readUnfinished, type UnfinishedDivision } from "./division/unfinished.ts";
export { type Chapter, trimChapters } from "./format/chapters.ts";
export { type Companion, companionName, companionPage, escapeHtml, isWebAddress } from "./format/companion-page.ts";
export { cutSlave } from "./format/cut-slave.ts";
export {
  type AudioTrack,
  type MainHeader,
  type Method,
  type ProtectionName,
  posterBlob,
  type Restriction,
  SD_MAX_HEIGHT,
  type SlaveHeader,
  type SlaveTrailer,
  type Track,
  untaggedMatrix,
  type VideoTrack,
} from "./format/header.ts";
export {
  FILE_TRACK,
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
export { SlaveReader } from "./format/slave-file.ts";
export { type Storyboard, storyboardBytes, storyboardPlan } from "./format/storyboard.ts";

// ---- Layers ----

export { partsOfUnit } from "./layers/parts-of-unit.ts";
export { RESTRICTED_LAYER } from "./layers/restricted.ts";
export { type Slot, slotsOf } from "./layers/slots.ts";
export { isStartUnit } from "./layers/start-unit.ts";

// ---- A part of a video ----

export { checkTrim, type Trim, type TrimmedSource } from "./trim/trim.ts";
export { trimMedia } from "./trim/trim-media.ts";
export { trimParts } from "./trim/trim-parts.ts";
export { trimSource } from "./trim/trim-source.ts";

// ---- Restricted parts ----

export { codedArea, isArea } from "./restriction/areas.ts";
export { type PartChoice, partsOfList, partsOfMarks } from "./restriction/chosen-parts.ts";
export {
  coveredRectangle,
  type HiddenTimes,
  hiddenAreas,
  hiddenTimes,
  type Rectangle,
} from "./restriction/cover-parts.ts";
export {
  type DrawnMark,
  drawMark,
  type MarkModules,
  type MarkPlace,
  markModules,
  markPixels,
  USUAL_MARK_PLACE,
} from "./restriction/draw-mark.ts";
export { type FindMarksOptions, findMarks } from "./restriction/find-marks.ts";
export {
  type JudgedMark,
  judgeMarks,
  type MarkPolicy,
  type MarkState,
  restrictedParts,
  reverseParts,
} from "./restriction/judge-marks.ts";
export {
  HOLD_MAX_SECONDS,
  isMarkService,
  MARK_MAX_CHARACTERS,
  type Mark,
  type MarkReading,
  type MarkRule,
  type MarkSignature,
  partOf,
  readMark,
  signMark,
  USUAL_RULE,
  verifyMark,
  writeMark,
} from "./restriction/mark.ts";
export { LOOKS_A_SECOND, MarkFinder, type Sighting } from "./restriction/mark-finder.ts";
export {
  HOLDER_MAX_CHARACTERS,
  type MarkRecord,
  RECORD_MAX_BYTES,
  readMarkRecord,
  signMarkRecord,
} from "./restriction/mark-record.ts";
export type { LoadCodeReader, MarksWorkerApi } from "./restriction/marks-worker.ts";
export {
  type LaidTreatment,
  laidTreatments,
  OVERLAY_MAX_PIXELS,
  type OverlayPicture,
  type Overlays,
} from "./restriction/overlays.ts";
export { PICTURE_TREATMENTS, SOUND_TREATMENTS } from "./restriction/part.ts";
export { PARTS_FILE_MAX_CHARACTERS, PARTS_MAX, readPartsFile, writePartsFile } from "./restriction/parts-file.ts";
export { reverseOf } from "./restriction/reverse-parts.ts";
export {
  createSigningKey,
  isSignedBy,
  type KeyLookup,
  keyIdOf,
  type SignatureState,
  type SigningKey,
  sign,
} from "./restriction/signing.ts";
export {
  coveredPixels,
  isWithin,
  MACROBLOCK_PIXELS,
  type Overlay,
  type PixelArea,
  type TreatmentOptions,
  treatPicture,
} from "./restriction/treat-picture.ts";
export { type SoundBlock, treatSound } from "./restriction/treat-sound.ts";

// ---- Delivery ----

export { cryptUnit, type DeliveryContext, START_UNIT, type UnitCipher, webCipher } from "./protect/delivery.ts";

// ---- Kernels and workers ----

export { type CodecWorkerApi, createCodecWorkerApi } from "./methods/codec-worker.ts";
export { type Pool, type PooledWorker, type Transfer, WorkerPool } from "./pool/worker-pool.ts";
export { type Kernels, loadKernels } from "./wasm/load-kernels.ts";

// ---- What a player, or a tool for one method, takes of the methods ----

export { mergeAudioPackets } from "./methods/compress/audio-packets.ts";
export { CompressDecoder } from "./methods/compress/compress-decoder.ts";
export type { BPictures } from "./methods/compress/compress-types.ts";
export { DisplayOrder, displayTimes } from "./methods/compress/display-order.ts";
export { encodeGops } from "./methods/compress/gop-encoder.ts";
export { type DividedPacket, decodePacketList } from "./methods/compress/packet-list.ts";
export { PictureEncoder, pictureRateCode } from "./methods/compress/picture-encoder.ts";
export { averageRate, constantQuality, rateBelowSource } from "./methods/compress/rate-control.ts";
export { Deinterlacer } from "./methods/mpeg/deinterlacer.ts";
export { readTimePoints, type TimePoint } from "./methods/mpeg/file-times.ts";
export { findSounds } from "./methods/mpeg/find-sounds.ts";
export {
  MpegDecoder,
  type MpegPicture,
  type MpegSequence,
  type TimeMark,
  tightPicture,
} from "./methods/mpeg/mpeg-decoder.ts";
export { type MpegMediaOptions, openMpegMedia } from "./methods/mpeg/mpeg-media.ts";
export { type OpenedMpegSegment, openMpegSegment } from "./methods/mpeg/segment-bytes.ts";
export { planMpeg } from "./methods/mpeg/segment-planner.ts";
export { SegmentSound } from "./methods/mpeg/segment-sound.ts";
export { layOut, type SegmentLayout } from "./methods/mpeg/segment-times.ts";
export { type TimedPicture, timedPictures } from "./methods/mpeg/timed-pictures.ts";
export { mpegVideoTrack } from "./methods/mpeg/video-track.ts";
export { CombinedSource } from "./methods/samples/combined-source.ts";
export { mergeSegment } from "./methods/samples/segment-bytes.ts";
