/** Sums of absolute differences against half-sample places, without making the prediction first. Strides are in bytes. */
import { sumLanes } from "./difference";
import { meanOfFour } from "./motion";

/**
 * Sum of absolute differences of 16x16 samples and a reference between whole samples. This definition is the reference.
 * @param current   u8[256], rows tight
 * @param reference whole-sample position; one more column or row is read where `halfX` or `halfY` is 1
 * @param halfX     0 or 1
 * @param halfY     0 or 1
 */
export function sumAbsoluteHalf16Scalar(
  current: usize,
  reference: usize,
  referenceStride: usize,
  halfX: i32,
  halfY: i32,
): i32 {
  const right = <usize>halfX;
  const below = halfY ? referenceStride : 0;
  let sum = 0;
  for (let y: usize = 0; y < 16; y++) {
    for (let x: usize = 0; x < 16; x++) {
      const at = reference + x;
      let predicted = <i32>load<u8>(at);
      if (halfX & halfY)
        predicted = (predicted + load<u8>(at + 1) + load<u8>(at + below) + load<u8>(at + below + 1) + 2) >> 2;
      else if (halfX | halfY) predicted = (predicted + load<u8>(at + right + below) + 1) >> 1;
      sum += abs<i32>(<i32>load<u8>(current + y * 16 + x) - predicted);
    }
    reference += referenceStride;
  }
  return sum;
}

function addDifference(sums: v128, a: v128, b: v128): v128 {
  return i16x8.add(sums, i16x8.extadd_pairwise_i8x16_u(v128.sub<u8>(v128.max<u8>(a, b), v128.min<u8>(a, b))));
}

/** Same contract, a row a step. */
export function sumAbsoluteHalf16Simd(
  current: usize,
  reference: usize,
  referenceStride: usize,
  halfX: i32,
  halfY: i32,
): i32 {
  let sums = i16x8.splat(0);
  if (halfX & halfY) {
    let a = v128.load(reference);
    let b = v128.load(reference, 1);
    for (let y = 0; y < 16; y++) {
      reference += referenceStride;
      const c = v128.load(reference);
      const d = v128.load(reference, 1);
      sums = addDifference(sums, v128.load(current), meanOfFour(a, b, c, d));
      a = c;
      b = d;
      current += 16;
    }
  } else if (halfX | halfY) {
    const other: usize = halfX ? 1 : referenceStride;
    for (let y = 0; y < 16; y++) {
      sums = addDifference(sums, v128.load(current), i8x16.avgr_u(v128.load(reference), v128.load(reference + other)));
      current += 16;
      reference += referenceStride;
    }
  } else {
    for (let y = 0; y < 16; y++) {
      sums = addDifference(sums, v128.load(current), v128.load(reference));
      current += 16;
      reference += referenceStride;
    }
  }
  return sumLanes(i32x4.extadd_pairwise_i16x8_u(sums));
}

/**
 * Sums of absolute differences of 16x16 samples and the four places half a sample to the sides. This definition is the reference.
 * @param sums      i32[4], written: left, right, above, below
 * @param current   u8[256], rows tight
 * @param reference whole-sample position; one more column and row is read on every side
 */
export function sumAbsoluteSides16Scalar(sums: usize, current: usize, reference: usize, referenceStride: usize): void {
  store<i32>(sums, sumAbsoluteHalf16Scalar(current, reference - 1, referenceStride, 1, 0));
  store<i32>(sums, sumAbsoluteHalf16Scalar(current, reference, referenceStride, 1, 0), 4);
  store<i32>(sums, sumAbsoluteHalf16Scalar(current, reference - referenceStride, referenceStride, 0, 1), 8);
  store<i32>(sums, sumAbsoluteHalf16Scalar(current, reference, referenceStride, 0, 1), 12);
}

/** Same contract, a row a step; rows are loaded once for all four. */
export function sumAbsoluteSides16Simd(sums: usize, current: usize, reference: usize, referenceStride: usize): void {
  let left = i16x8.splat(0);
  let right = i16x8.splat(0);
  let upper = i16x8.splat(0);
  let lower = i16x8.splat(0);
  let centre = v128.load(reference);
  let above = i8x16.avgr_u(v128.load(reference - referenceStride), centre);
  for (let y = 0; y < 16; y++) {
    const sample = v128.load(current);
    left = addDifference(left, sample, i8x16.avgr_u(v128.load(reference - 1), centre));
    right = addDifference(right, sample, i8x16.avgr_u(v128.load(reference, 1), centre));
    upper = addDifference(upper, sample, above);
    reference += referenceStride;
    const next = v128.load(reference);
    above = i8x16.avgr_u(centre, next);
    lower = addDifference(lower, sample, above);
    centre = next;
    current += 16;
  }
  store<i32>(sums, sumLanes(i32x4.extadd_pairwise_i16x8_u(left)));
  store<i32>(sums, sumLanes(i32x4.extadd_pairwise_i16x8_u(right)), 4);
  store<i32>(sums, sumLanes(i32x4.extadd_pairwise_i16x8_u(upper)), 8);
  store<i32>(sums, sumLanes(i32x4.extadd_pairwise_i16x8_u(lower)), 12);
}

/** See {@link sumAbsoluteSides16Scalar}. */
export function sumAbsoluteSides16(sums: usize, current: usize, reference: usize, referenceStride: usize): void {
  if (ASC_FEATURE_SIMD) sumAbsoluteSides16Simd(sums, current, reference, referenceStride);
  else sumAbsoluteSides16Scalar(sums, current, reference, referenceStride);
}

/** See {@link sumAbsoluteHalf16Scalar}. */
export function sumAbsoluteHalf16(
  current: usize,
  reference: usize,
  referenceStride: usize,
  halfX: i32,
  halfY: i32,
): i32 {
  return ASC_FEATURE_SIMD
    ? sumAbsoluteHalf16Simd(current, reference, referenceStride, halfX, halfY)
    : sumAbsoluteHalf16Scalar(current, reference, referenceStride, halfX, halfY);
}

/**
 * Sum of the magnitudes of a residual. This definition is the reference.
 * @param block i16[64], -510..510
 */
export function magnitude8Scalar(block: usize): i32 {
  let sum = 0;
  for (let i: usize = 0; i < 64; i++) sum += abs<i32>(<i32>load<i16>(block + i * 2));
  return sum;
}

/** Same contract, eight a step. */
export function magnitude8Simd(block: usize): i32 {
  let sums = i16x8.splat(0);
  for (let i: usize = 0; i < 128; i += 16) sums = i16x8.add(sums, i16x8.abs(v128.load(block + i)));
  return sumLanes(i32x4.extadd_pairwise_i16x8_u(sums));
}

/** See {@link magnitude8Scalar}. */
export function magnitude8(block: usize): i32 {
  return ASC_FEATURE_SIMD ? magnitude8Simd(block) : magnitude8Scalar(block);
}
