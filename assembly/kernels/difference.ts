/** Differences between blocks of samples: sums for decisions, residuals for coding. Strides are in bytes. */

/**
 * Sum of absolute differences of 16x16 samples. This definition is the reference.
 * @param current   u8[256], rows tight
 */
export function sumAbsolute16Scalar(current: usize, reference: usize, referenceStride: usize): i32 {
  let sum = 0;
  for (let y: usize = 0; y < 16; y++) {
    for (let x: usize = 0; x < 16; x++)
      sum += abs<i32>(<i32>load<u8>(current + y * 16 + x) - <i32>load<u8>(reference + y * referenceStride + x));
  }
  return sum;
}

/** Same contract, a row a step. */
export function sumAbsolute16Simd(current: usize, reference: usize, referenceStride: usize): i32 {
  let sums = i16x8.splat(0);
  for (let y = 0; y < 8; y++) {
    const a0 = v128.load(current);
    const b0 = v128.load(reference);
    const a1 = v128.load(current, 16);
    const b1 = v128.load(reference + referenceStride);
    sums = i16x8.add(sums, i16x8.extadd_pairwise_i8x16_u(v128.sub<u8>(v128.max<u8>(a0, b0), v128.min<u8>(a0, b0))));
    sums = i16x8.add(sums, i16x8.extadd_pairwise_i8x16_u(v128.sub<u8>(v128.max<u8>(a1, b1), v128.min<u8>(a1, b1))));
    current += 32;
    reference += 2 * referenceStride;
  }
  return sumLanes(i32x4.extadd_pairwise_i16x8_u(sums));
}

/**
 * Sum of absolute differences of four of 16 rows: 1, 5, 9 and 13. This definition is the reference.
 * @param current   u8[256], rows tight
 */
export function sumAbsoluteSparse16Scalar(current: usize, reference: usize, referenceStride: usize): i32 {
  let sum = 0;
  for (let y: usize = 1; y < 16; y += 4) {
    for (let x: usize = 0; x < 16; x++)
      sum += abs<i32>(<i32>load<u8>(current + y * 16 + x) - <i32>load<u8>(reference + y * referenceStride + x));
  }
  return sum;
}

/** Same contract, a row a step. */
export function sumAbsoluteSparse16Simd(current: usize, reference: usize, referenceStride: usize): i32 {
  let sums = i16x8.splat(0);
  reference += referenceStride;
  for (let y: usize = 16; y < 256; y += 64) {
    const a = v128.load(current + y);
    const b = v128.load(reference);
    sums = i16x8.add(sums, i16x8.extadd_pairwise_i8x16_u(v128.sub<u8>(v128.max<u8>(a, b), v128.min<u8>(a, b))));
    reference += 4 * referenceStride;
  }
  return sumLanes(i32x4.extadd_pairwise_i16x8_u(sums));
}

/** Sum of four 32-bit lanes. */
export function sumLanes(lanes: v128): i32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}

/**
 * Sum of squared differences of 16x16 samples. This definition is the reference.
 * Source: Cmix patent, Fig. 6, ST106 ("minimum square error").
 * @param current u8[256], rows tight
 */
export function sumSquared16Scalar(current: usize, reference: usize, referenceStride: usize): i32 {
  let sum = 0;
  for (let y: usize = 0; y < 16; y++) {
    for (let x: usize = 0; x < 16; x++) {
      const difference = <i32>load<u8>(current + y * 16 + x) - <i32>load<u8>(reference + y * referenceStride + x);
      sum += difference * difference;
    }
  }
  return sum;
}

/** Same contract, a row a step. */
export function sumSquared16Simd(current: usize, reference: usize, referenceStride: usize): i32 {
  let sums = i32x4.splat(0);
  for (let y = 0; y < 16; y++) {
    const a = v128.load(current);
    const b = v128.load(reference);
    const low = i16x8.sub(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_u(b));
    const high = i16x8.sub(i16x8.extend_high_i8x16_u(a), i16x8.extend_high_i8x16_u(b));
    sums = i32x4.add(sums, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)));
    current += 16;
    reference += referenceStride;
  }
  return sumLanes(sums);
}

/**
 * 256 times the variance of 16x16 samples, that is the squared error left after predicting them by their mean. This definition is
 * the reference.
 * @param current u8[256], rows tight
 */
export function spread16Scalar(current: usize): i32 {
  let sum = 0;
  let squares = 0;
  for (let i: usize = 0; i < 256; i++) {
    const sample = <i32>load<u8>(current + i);
    sum += sample;
    squares += sample * sample;
  }
  return squares - <i32>((<i64>sum * <i64>sum) >> 8);
}

/** Same contract, a row a step. */
export function spread16Simd(current: usize): i32 {
  let sums = i16x8.splat(0);
  let squares = i32x4.splat(0);
  for (let y: usize = 0; y < 16; y++) {
    const a = v128.load(current + y * 16);
    const low = i16x8.extend_low_i8x16_u(a);
    const high = i16x8.extend_high_i8x16_u(a);
    sums = i16x8.add(sums, i16x8.extadd_pairwise_i8x16_u(a));
    squares = i32x4.add(squares, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)));
  }
  const sum = sumLanes(i32x4.extadd_pairwise_i16x8_u(sums));
  return sumLanes(squares) - <i32>((<i64>sum * <i64>sum) >> 8);
}

/**
 * Residual of an 8x8 block: current minus predicted. This definition is the reference.
 * @param block i16[64], written row by row, -255..255
 */
export function residual8Scalar(
  block: usize,
  current: usize,
  currentStride: usize,
  predicted: usize,
  predictedStride: usize,
): void {
  for (let y: usize = 0; y < 8; y++) {
    for (let x: usize = 0; x < 8; x++) {
      store<i16>(
        block + (y * 8 + x) * 2,
        <i16>(<i32>load<u8>(current + y * currentStride + x) - <i32>load<u8>(predicted + y * predictedStride + x)),
      );
    }
  }
}

/** Same contract, a row a step. */
export function residual8Simd(
  block: usize,
  current: usize,
  currentStride: usize,
  predicted: usize,
  predictedStride: usize,
): void {
  for (let y = 0; y < 8; y++) {
    v128.store(block, i16x8.sub(v128.load_ext<u8>(current), v128.load_ext<u8>(predicted)));
    block += 16;
    current += currentStride;
    predicted += predictedStride;
  }
}

/**
 * Widens an 8x8 block of samples. This definition is the reference.
 * @param block i16[64], written row by row
 */
export function widen8Scalar(block: usize, current: usize, currentStride: usize): void {
  for (let y: usize = 0; y < 8; y++) {
    for (let x: usize = 0; x < 8; x++)
      store<i16>(block + (y * 8 + x) * 2, <i16>load<u8>(current + y * currentStride + x));
  }
}

/** Same contract, a row a step. */
export function widen8Simd(block: usize, current: usize, currentStride: usize): void {
  for (let y = 0; y < 8; y++) {
    v128.store(block, v128.load_ext<u8>(current));
    block += 16;
    current += currentStride;
  }
}

/**
 * Adds an 8x8 residual to predicted samples and clamps to 8 bits. This definition is the reference.
 * @param target    may be `predicted`
 * @param block     i16[64], row by row, -32513..32512
 */
export function addResidual8Scalar(
  target: usize,
  targetStride: usize,
  predicted: usize,
  predictedStride: usize,
  block: usize,
): void {
  for (let y: usize = 0; y < 8; y++) {
    for (let x: usize = 0; x < 8; x++) {
      const sum = <i32>load<u8>(predicted + y * predictedStride + x) + <i32>load<i16>(block + (y * 8 + x) * 2);
      store<u8>(target + y * targetStride + x, <u8>(sum < 0 ? 0 : Math.min(sum, 255)));
    }
  }
}

/** Same contract, a row a step. */
export function addResidual8Simd(
  target: usize,
  targetStride: usize,
  predicted: usize,
  predictedStride: usize,
  block: usize,
): void {
  for (let y = 0; y < 8; y++) {
    const sum = i16x8.add_sat_s(v128.load_ext<u8>(predicted), v128.load(block));
    v128.store64_lane(target, i8x16.narrow_i16x8_u(sum, sum), 0);
    block += 16;
    target += targetStride;
    predicted += predictedStride;
  }
}

/**
 * Stores an 8x8 block of samples, clamped to 8 bits. This definition is the reference.
 * @param block i16[64], row by row
 */
export function storeBlock8Scalar(target: usize, targetStride: usize, block: usize): void {
  for (let y: usize = 0; y < 8; y++) {
    for (let x: usize = 0; x < 8; x++) {
      const sample = <i32>load<i16>(block + (y * 8 + x) * 2);
      store<u8>(target + y * targetStride + x, <u8>(sample < 0 ? 0 : Math.min(sample, 255)));
    }
  }
}

/** Same contract, a row a step. */
export function storeBlock8Simd(target: usize, targetStride: usize, block: usize): void {
  for (let y = 0; y < 8; y++) {
    const row = v128.load(block);
    v128.store64_lane(target, i8x16.narrow_i16x8_u(row, row), 0);
    block += 16;
    target += targetStride;
  }
}

/** See {@link sumAbsolute16Scalar}. */
export function sumAbsolute16(current: usize, reference: usize, referenceStride: usize): i32 {
  return ASC_FEATURE_SIMD
    ? sumAbsolute16Simd(current, reference, referenceStride)
    : sumAbsolute16Scalar(current, reference, referenceStride);
}

/** See {@link sumAbsoluteSparse16Scalar}. */
export function sumAbsoluteSparse16(current: usize, reference: usize, referenceStride: usize): i32 {
  return ASC_FEATURE_SIMD
    ? sumAbsoluteSparse16Simd(current, reference, referenceStride)
    : sumAbsoluteSparse16Scalar(current, reference, referenceStride);
}

/** See {@link sumSquared16Scalar}. */
export function sumSquared16(current: usize, reference: usize, referenceStride: usize): i32 {
  return ASC_FEATURE_SIMD
    ? sumSquared16Simd(current, reference, referenceStride)
    : sumSquared16Scalar(current, reference, referenceStride);
}

/** See {@link spread16Scalar}. */
export function spread16(current: usize): i32 {
  return ASC_FEATURE_SIMD ? spread16Simd(current) : spread16Scalar(current);
}

/** See {@link residual8Scalar}. */
export function residual8(
  block: usize,
  current: usize,
  currentStride: usize,
  predicted: usize,
  predictedStride: usize,
): void {
  if (ASC_FEATURE_SIMD) residual8Simd(block, current, currentStride, predicted, predictedStride);
  else residual8Scalar(block, current, currentStride, predicted, predictedStride);
}

/** See {@link widen8Scalar}. */
export function widen8(block: usize, current: usize, currentStride: usize): void {
  if (ASC_FEATURE_SIMD) widen8Simd(block, current, currentStride);
  else widen8Scalar(block, current, currentStride);
}

/** See {@link addResidual8Scalar}. */
export function addResidual8(
  target: usize,
  targetStride: usize,
  predicted: usize,
  predictedStride: usize,
  block: usize,
): void {
  if (ASC_FEATURE_SIMD) addResidual8Simd(target, targetStride, predicted, predictedStride, block);
  else addResidual8Scalar(target, targetStride, predicted, predictedStride, block);
}

/** See {@link storeBlock8Scalar}. */
export function storeBlock8(target: usize, targetStride: usize, block: usize): void {
  if (ASC_FEATURE_SIMD) storeBlock8Simd(target, targetStride, block);
  else storeBlock8Scalar(target, targetStride, block);
}
