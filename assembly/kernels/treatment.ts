/** What stands in the place of hidden areas: one value, a mosaic, a picture laid over. Planes of 8-bit samples, strides in bytes. */

function setRow(row: usize, from: i32, to: i32, value: u8): void {
  for (let x = from; x < to; x++) store<u8>(row + x, value);
}

/** Sixteen samples a step, then eight; the plain loop finishes the rest. */
function setRowSimd(row: usize, from: i32, to: i32, value: u8): void {
  const values = i8x16.splat(<i8>value);
  let x = from;
  for (; x + 16 <= to; x += 16) v128.store(row + x, values);
  if (x + 8 <= to) {
    v128.store64_lane(row + x, values, 0);
    x += 8;
  }
  setRow(row, x, to, value);
}

/**
 * Sets every sample of an area. This definition is the reference.
 * @param plane u8, the area's first sample; height rows of width samples, stride bytes apart, written
 * @param value 0..255
 */
export function fillPlaneScalar(plane: usize, stride: i32, width: i32, height: i32, value: i32): void {
  for (let y = 0; y < height; y++) setRow(plane + y * stride, 0, width, <u8>value);
}

/** Same contract, sixteen samples a step. */
export function fillPlaneSimd(plane: usize, stride: i32, width: i32, height: i32, value: i32): void {
  for (let y = 0; y < height; y++) setRowSimd(plane + y * stride, 0, width, <u8>value);
}

/** Where a cell begins: cells differ by one sample at most, and none is smaller than length / count rounded down. */
function cellStart(cell: i32, count: i32, length: i32): i32 {
  return <i32>((<i64>cell * <i64>length) / <i64>count);
}

function sumOfRow(row: usize, from: i32, to: i32): i32 {
  let sum = 0;
  for (let x = from; x < to; x++) sum += <i32>load<u8>(row + x);
  return sum;
}

/** The mean of a cell's samples, rounded half up. */
function roundedMean(sum: i64, samples: i64): u8 {
  return <u8>((sum + (samples >> 1)) / samples);
}

/**
 * Makes an area a mosaic: each cell gets the mean of its samples, rounded half up. Nothing else of the area stays. This definition is
 * the reference.
 * @param plane   u8, the area's first sample; height rows of width samples, stride bytes apart; read and written
 * @param width   1 to 65535
 * @param columns cells side by side, 1 to width; cells differ by one sample at most in width, and by one in height
 * @param rows    cells one above the other, 1 to height
 */
export function mosaicPlaneScalar(plane: usize, stride: i32, width: i32, height: i32, columns: i32, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    const top = cellStart(row, rows, height);
    const bottom = cellStart(row + 1, rows, height);
    for (let column = 0; column < columns; column++) {
      const left = cellStart(column, columns, width);
      const right = cellStart(column + 1, columns, width);
      let sum: i64 = 0;
      for (let y = top; y < bottom; y++) sum += <i64>sumOfRow(plane + y * stride, left, right);
      const mean = roundedMean(sum, <i64>(right - left) * <i64>(bottom - top));
      for (let y = top; y < bottom; y++) setRow(plane + y * stride, left, right, mean);
    }
  }
}

function pairs32(bytes: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes));
}

function sumOfRowSimd(row: usize, from: i32, to: i32): i32 {
  let sums = i32x4.splat(0);
  let x = from;
  for (; x + 16 <= to; x += 16) sums = i32x4.add(sums, pairs32(v128.load(row + x)));
  if (x + 8 <= to) {
    sums = i32x4.add(sums, pairs32(v128.load64_zero(row + x)));
    x += 8;
  }
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3) +
    sumOfRow(row, x, to)
  );
}

/** Same contract, sixteen samples a step. */
export function mosaicPlaneSimd(plane: usize, stride: i32, width: i32, height: i32, columns: i32, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    const top = cellStart(row, rows, height);
    const bottom = cellStart(row + 1, rows, height);
    for (let column = 0; column < columns; column++) {
      const left = cellStart(column, columns, width);
      const right = cellStart(column + 1, columns, width);
      let sum: i64 = 0;
      for (let y = top; y < bottom; y++) sum += <i64>sumOfRowSimd(plane + y * stride, left, right);
      const mean = roundedMean(sum, <i64>(right - left) * <i64>(bottom - top));
      for (let y = top; y < bottom; y++) setRowSimd(plane + y * stride, left, right, mean);
    }
  }
}

function blendRow(dst: usize, src: usize, alpha: usize, from: i32, to: i32): void {
  for (let x = from; x < to; x++) {
    const weight = <i32>load<u8>(alpha + x);
    const sum = <i32>load<u8>(src + x) * weight + <i32>load<u8>(dst + x) * (255 - weight) + 128;
    store<u8>(dst + x, <u8>((sum + (sum >> 8)) >> 8)); // sum / 255, rounded to the nearest
  }
}

/**
 * Lays one plane over another by its opacity: 0 leaves the sample below, 255 takes the one above, what is between is mixed and rounded
 * to the nearest. This definition is the reference.
 * @param dst   u8, height rows of width samples, dstStride bytes apart; read and written
 * @param src   u8, as dst; may not overlap it
 * @param alpha u8, as src
 */
export function blendPlaneScalar(
  dst: usize,
  dstStride: i32,
  src: usize,
  srcStride: i32,
  alpha: usize,
  alphaStride: i32,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y++)
    blendRow(dst + y * dstStride, src + y * srcStride, alpha + y * alphaStride, 0, width);
}

/** sum / 255 of sixteen bits: at most 65153, so that unsigned lanes hold it. */
function blended(above: v128, below: v128, weight: v128): v128 {
  const sum = i16x8.add(
    i16x8.add(i16x8.mul(above, weight), i16x8.mul(below, i16x8.sub(i16x8.splat(255), weight))),
    i16x8.splat(128),
  );
  return i16x8.shr_u(i16x8.add(sum, i16x8.shr_u(sum, 8)), 8);
}

/** Same contract, sixteen samples a step; the scalar finishes the rest. */
export function blendPlaneSimd(
  dst: usize,
  dstStride: i32,
  src: usize,
  srcStride: i32,
  alpha: usize,
  alphaStride: i32,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y++) {
    const row = dst + y * dstStride;
    const above = src + y * srcStride;
    const weights = alpha + y * alphaStride;
    let x = 0;
    for (; x + 16 <= width; x += 16) {
      const s = v128.load(above + x);
      const d = v128.load(row + x);
      const w = v128.load(weights + x);
      const low = blended(i16x8.extend_low_i8x16_u(s), i16x8.extend_low_i8x16_u(d), i16x8.extend_low_i8x16_u(w));
      const high = blended(i16x8.extend_high_i8x16_u(s), i16x8.extend_high_i8x16_u(d), i16x8.extend_high_i8x16_u(w));
      v128.store(row + x, i8x16.narrow_i16x8_u(low, high));
    }
    blendRow(row, above, weights, x, width);
  }
}

/** {@link fillPlaneScalar}'s contract with the quickest code of this build. */
export function fillPlane(plane: usize, stride: i32, width: i32, height: i32, value: i32): void {
  if (ASC_FEATURE_SIMD) fillPlaneSimd(plane, stride, width, height, value);
  else fillPlaneScalar(plane, stride, width, height, value);
}

/** {@link mosaicPlaneScalar}'s contract with the quickest code of this build. */
export function mosaicPlane(plane: usize, stride: i32, width: i32, height: i32, columns: i32, rows: i32): void {
  if (ASC_FEATURE_SIMD) mosaicPlaneSimd(plane, stride, width, height, columns, rows);
  else mosaicPlaneScalar(plane, stride, width, height, columns, rows);
}

/** {@link blendPlaneScalar}'s contract with the quickest code of this build. */
export function blendPlane(
  dst: usize,
  dstStride: i32,
  src: usize,
  srcStride: i32,
  alpha: usize,
  alphaStride: i32,
  width: i32,
  height: i32,
): void {
  if (ASC_FEATURE_SIMD) blendPlaneSimd(dst, dstStride, src, srcStride, alpha, alphaStride, width, height);
  else blendPlaneScalar(dst, dstStride, src, srcStride, alpha, alphaStride, width, height);
}
