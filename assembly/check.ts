/** What test/ and bench/ load: production's exports, every scalar and SIMD form, and what only a test asks for. Ordered by file. */

export * from "./check-bind";
export * from "./check-codes";
export * from "./check-planes";
export * from "./index";
export { mergePlaneScalar, mergePlaneSimd, splitPlaneScalar, splitPlaneSimd } from "./kernels/bitplane";
export {
  deinterleaveChromaScalar,
  deinterleaveChromaSimd,
  i420ToRgbaScalar,
  i420ToRgbaSimd,
  rgbaToI420Scalar,
  rgbaToI420Simd,
} from "./kernels/colour";
export {
  combedSamplesScalar,
  combedSamplesSimd,
  deinterlacePlaneScalar,
  deinterlacePlaneSimd,
} from "./kernels/deinterlace";
export {
  addResidual8Scalar,
  addResidual8Simd,
  residual8Scalar,
  residual8Simd,
  spread16Scalar,
  spread16Simd,
  storeBlock8Scalar,
  storeBlock8Simd,
  sumAbsolute16Scalar,
  sumAbsolute16Simd,
  sumAbsoluteSparse16Scalar,
  sumAbsoluteSparse16Simd,
  sumSquared16Scalar,
  sumSquared16Simd,
  widen8Scalar,
  widen8Simd,
} from "./kernels/difference";
export { findFindersScalar, findFindersSimd } from "./kernels/finder-patterns";
export { addFlat8Scalar, addFlat8Simd, storeFlat8Scalar, storeFlat8Simd } from "./kernels/flat";
export {
  magnitude8Scalar,
  magnitude8Simd,
  sumAbsoluteHalf16Scalar,
  sumAbsoluteHalf16Simd,
  sumAbsoluteSides16Scalar,
  sumAbsoluteSides16Simd,
} from "./kernels/half-difference";
export { inverseTransformLowScalar, inverseTransformLowSimd } from "./kernels/low-transform";
export { predictMeanScalar, predictMeanSimd, predictScalar, predictSimd } from "./kernels/motion";
export { choosePlaneScalar, choosePlaneSimd } from "./kernels/plane-choice";
export {
  dequantiseInter,
  dequantiseIntra,
  largePlacesScalar,
  largePlacesSimd,
  quantiseScalar,
  quantiseSimd,
} from "./kernels/quantise";
export { halvePlaneScalar, halvePlaneSimd, scalePlaneScalar, scalePlaneSimd } from "./kernels/scale";
export {
  forwardTransformScalar,
  forwardTransformSimd,
  inverseTransformDc,
  inverseTransformScalar,
  inverseTransformSimd,
} from "./kernels/transform";
export {
  blendPlaneScalar,
  blendPlaneSimd,
  fillPlaneScalar,
  fillPlaneSimd,
  mosaicPlaneScalar,
  mosaicPlaneSimd,
} from "./kernels/treatment";
export { xorRepeatScalar, xorRepeatSimd } from "./kernels/xor";
export { decoderSetNeutral } from "./mpeg/decoder";
