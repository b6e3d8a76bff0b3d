/** What production exports. Pointers (usize) come from `allocate`; everything else goes through as-bind. Ordered by file. */

export { decodePlane, encodePlane } from "./bitstream/read-code";
export { allocate, release } from "./common/memory";
export { mergePlane, splitPlane } from "./kernels/bitplane";
export { deinterleaveChroma, i420ToRgba, rgbaToI420 } from "./kernels/colour";
export { combedSamples, deinterlacePlane } from "./kernels/deinterlace";
export { findFinders } from "./kernels/finder-patterns";
export { cutPackets, mergePackets } from "./kernels/packets";
export { cutRanges, mergeRanges } from "./kernels/ranges";
export { halvePlane, scalePlane } from "./kernels/scale";
export { joinTable, splitTable } from "./kernels/tables";
export { blendPlane, fillPlane, mosaicPlane } from "./kernels/treatment";
export { xorRepeat } from "./kernels/xor";
export { decoderOpen, decoderPicture } from "./mpeg/decoder";
export {
  encoderClose,
  encoderFrame,
  encoderOpen,
  encoderPicture,
  encoderPublicBytes,
  encoderPublicLength,
  encoderReconstruction,
  encoderSource,
  encoderStride,
  encoderWithheldBytes,
  encoderWithheldLength,
} from "./mpeg/encoder";
export {
  decoderClose,
  decoderHeight,
  decoderHold,
  decoderLetGo,
  decoderPlane,
  decoderStride,
  decoderWidth,
} from "./mpeg/frames";
export { copyPlane } from "./mpeg/picture-buffer";
export { streamNext, streamPictureStart, streamReset, streamUnit } from "./mpeg/stream-decoder";
export { mpegCombine } from "./mpeg-division/combiner";
export {
  mpegClose,
  mpegDivide,
  mpegFactor,
  mpegPart,
  mpegPartLength,
  mpegState,
  mpegVerbatim,
} from "./mpeg-division/divider";
export { nextStartCode, pictureEnd, readStreamHeader } from "./mpeg-syntax/start-codes";
