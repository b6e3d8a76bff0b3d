/** Planes of 8-bit samples made smaller. Samples stand in the middle of their places: the outer edges of both planes meet. */

/** Bits of a weight between two samples. */
const WEIGHT_BITS: i32 = 7;
const WEIGHT_ONE: i32 = 1 << WEIGHT_BITS;
const WEIGHT_HALF: i32 = WEIGHT_ONE >> 1;
/** Read and written behind a row by whole vectors. */
const SLACK: i32 = 32;

/** Place of sample `at` of `to` on a line of `from` samples, 2^16 a sample, within the line. */
function placeOf(at: i32, to: i32, from: i32): i32 {
  const place = <i32>((<i64>(2 * at + 1) * <i64>from * 32768) / <i64>to) - 32768;
  return max<i32>(0, min<i32>(place, (from - 1) << 16));
}

function weightOf(place: i32): i32 {
  return (place & 0xffff) >> (16 - WEIGHT_BITS);
}

function between(a: i32, b: i32, weight: i32): u8 {
  return <u8>((a * (WEIGHT_ONE - weight) + b * weight + WEIGHT_HALF) >> WEIGHT_BITS);
}

/**
 * Halves a plane: each sample is the mean of four, rounded half up. This definition is the reference.
 * @param dst        u8, height >> 1 rows of width >> 1 samples, dstStride bytes apart, written; may not overlap src
 * @param dstStride  bytes, >= width >> 1
 * @param src        u8, height rows of width samples, srcStride bytes apart; the last of an odd width or height is left out
 * @param srcStride  bytes, >= width
 */
export function halvePlaneScalar(
  dst: usize,
  dstStride: i32,
  src: usize,
  srcStride: i32,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height >> 1; y++)
    halveRow(dst + y * dstStride, src + 2 * y * srcStride, srcStride, 0, width >> 1);
}

function halveRow(dst: usize, above: usize, srcStride: i32, from: i32, to: i32): void {
  for (let x = from; x < to; x++) {
    const pair = above + 2 * x;
    const sum =
      <i32>load<u8>(pair) +
      <i32>load<u8>(pair, 1) +
      <i32>load<u8>(pair + srcStride) +
      <i32>load<u8>(pair + srcStride, 1);
    store<u8>(dst + x, <u8>((sum + 2) >> 2));
  }
}

/** Same contract, sixteen samples a step; the scalar finishes the rest. */
export function halvePlaneSimd(dst: usize, dstStride: i32, src: usize, srcStride: i32, width: i32, height: i32): void {
  const half = i16x8.splat(2);
  for (let y = 0; y < height >> 1; y++) {
    const row = dst + y * dstStride;
    const above = src + 2 * y * srcStride;
    let x = 0;
    for (; x + 16 <= width >> 1; x += 16) {
      const pair = above + 2 * x;
      const low = i16x8.add(
        i16x8.extadd_pairwise_i8x16_u(v128.load(pair)),
        i16x8.extadd_pairwise_i8x16_u(v128.load(pair + srcStride)),
      );
      const high = i16x8.add(
        i16x8.extadd_pairwise_i8x16_u(v128.load(pair, 16)),
        i16x8.extadd_pairwise_i8x16_u(v128.load(pair + srcStride, 16)),
      );
      v128.store(
        row + x,
        i8x16.narrow_i16x8_u(i16x8.shr_u(i16x8.add(low, half), 2), i16x8.shr_u(i16x8.add(high, half), 2)),
      );
    }
    halveRow(row, above, srcStride, x, width >> 1);
  }
}

/** {@link halvePlaneScalar}'s contract with the quickest code of this build. */
export function halvePlane(dst: usize, dstStride: i32, src: usize, srcStride: i32, width: i32, height: i32): void {
  if (ASC_FEATURE_SIMD) halvePlaneSimd(dst, dstStride, src, srcStride, width, height);
  else halvePlaneScalar(dst, dstStride, src, srcStride, width, height);
}

/**
 * Scales a plane: first between two rows, then between two columns, by weights of 7 bits, rounded half up each time. From more than twice
 * as many samples some are left out; {@link halvePlane} comes before. This definition is the reference.
 * @param dst        u8, dstHeight rows of dstWidth samples, dstStride bytes apart, written; may not overlap src
 * @param dstStride  bytes, >= dstWidth
 * @param src        u8, srcHeight rows of srcWidth samples, srcStride bytes apart
 * @param srcStride  bytes, >= srcWidth
 * @param dstWidth   samples, 1..16384, as are all four
 */
export function scalePlaneScalar(
  dst: usize,
  dstStride: i32,
  dstWidth: i32,
  dstHeight: i32,
  src: usize,
  srcStride: i32,
  srcWidth: i32,
  srcHeight: i32,
): void {
  const row = heap.alloc(<usize>(srcWidth + SLACK));
  for (let y = 0; y < dstHeight; y++) {
    const place = placeOf(y, dstHeight, srcHeight);
    const above = src + (place >> 16) * srcStride;
    const below = src + min<i32>((place >> 16) + 1, srcHeight - 1) * srcStride;
    blendRows(row, above, below, weightOf(place), 0, srcWidth);
    store<u8>(row + srcWidth, load<u8>(row + srcWidth - 1));
    scaleRow(dst + y * dstStride, row, 0, dstWidth, srcWidth);
  }
  heap.free(row);
}

function blendRows(row: usize, above: usize, below: usize, weight: i32, from: i32, width: i32): void {
  for (let x = from; x < width; x++)
    store<u8>(row + x, between(<i32>load<u8>(above + x), <i32>load<u8>(below + x), weight));
}

function scaleRow(dst: usize, row: usize, from: i32, dstWidth: i32, srcWidth: i32): void {
  for (let x = from; x < dstWidth; x++) {
    const place = placeOf(x, dstWidth, srcWidth);
    const left = row + (place >> 16);
    store<u8>(dst + x, between(<i32>load<u8>(left), <i32>load<u8>(left, 1), weightOf(place)));
  }
}

/** Of eight samples in a row of a smaller plane: where they are read from (u32), which bytes from there (u8[8]) and their weights (i16[8]). */
const GROUP_BYTES: usize = 32;

/** Where a step of sixteen samples begins: the last one goes over some of the last but one's again. */
function stepStart(step: i32, width: i32): i32 {
  return min<i32>(step << 4, width - 16);
}

function writeGroups(groups: usize, steps: i32, dstWidth: i32, srcWidth: i32): void {
  for (let group = 0; group < steps << 1; group++) {
    const start = stepStart(group >> 1, dstWidth) + ((group & 1) << 3);
    const base = placeOf(start, dstWidth, srcWidth) >> 16;
    store<u32>(groups, base);
    for (let i = 0; i < 8; i++) {
      const place = placeOf(start + i, dstWidth, srcWidth);
      store<u8>(groups + i, <u8>((place >> 16) - base), 8);
      store<i16>(groups + ((<usize>i) << 1), <i16>weightOf(place), 16);
    }
    groups += GROUP_BYTES;
  }
}

/** Eight samples between the left and right ones of `row`. */
function groupOf(row: usize, group: usize): v128 {
  const at = row + load<u32>(group);
  const places = v128.load64_zero(group, 8);
  const left = i16x8.extend_low_i8x16_u(i8x16.swizzle(v128.load(at), places));
  const right = i16x8.extend_low_i8x16_u(i8x16.swizzle(v128.load(at, 1), places));
  const sum = i16x8.add(i16x8.shl(left, WEIGHT_BITS), i16x8.mul(i16x8.sub(right, left), v128.load(group, 16)));
  return i16x8.shr_u(i16x8.add(sum, i16x8.splat(<i16>WEIGHT_HALF)), WEIGHT_BITS);
}

/** Same contract, sixteen samples a step where there are as many, and at most twice as many before. */
export function scalePlaneSimd(
  dst: usize,
  dstStride: i32,
  dstWidth: i32,
  dstHeight: i32,
  src: usize,
  srcStride: i32,
  srcWidth: i32,
  srcHeight: i32,
): void {
  // Eight samples of the smaller plane are taken out of sixteen of the larger.
  const steps = dstWidth >= 16 && srcWidth <= 2 * dstWidth ? (dstWidth + 15) >> 4 : 0;
  const row = heap.alloc(<usize>(srcWidth + SLACK));
  const groups = heap.alloc(<usize>(2 * steps) * GROUP_BYTES);
  writeGroups(groups, steps, dstWidth, srcWidth);
  const half = i16x8.splat(<i16>WEIGHT_HALF);
  for (let y = 0; y < dstHeight; y++) {
    const place = placeOf(y, dstHeight, srcHeight);
    const above = src + (place >> 16) * srcStride;
    const below = src + min<i32>((place >> 16) + 1, srcHeight - 1) * srcStride;
    const weight = weightOf(place);
    const weights = i16x8.splat(<i16>weight);
    let x = 0;
    for (; x + 16 <= srcWidth; x += 16) {
      const a = v128.load(above + x);
      const b = v128.load(below + x);
      const aLow = i16x8.extend_low_i8x16_u(a);
      const aHigh = i16x8.extend_high_i8x16_u(a);
      const low = i16x8.add(
        i16x8.add(i16x8.shl(aLow, WEIGHT_BITS), half),
        i16x8.mul(i16x8.sub(i16x8.extend_low_i8x16_u(b), aLow), weights),
      );
      const high = i16x8.add(
        i16x8.add(i16x8.shl(aHigh, WEIGHT_BITS), half),
        i16x8.mul(i16x8.sub(i16x8.extend_high_i8x16_u(b), aHigh), weights),
      );
      v128.store(row + x, i8x16.narrow_i16x8_u(i16x8.shr_u(low, WEIGHT_BITS), i16x8.shr_u(high, WEIGHT_BITS)));
    }
    blendRows(row, above, below, weight, x, srcWidth);
    store<u8>(row + srcWidth, load<u8>(row + srcWidth - 1));
    const target = dst + y * dstStride;
    let group = groups;
    for (let step = 0; step < steps; step++) {
      const sixteen = i8x16.narrow_i16x8_u(groupOf(row, group), groupOf(row, group + GROUP_BYTES));
      v128.store(target + stepStart(step, dstWidth), sixteen);
      group += GROUP_BYTES * 2;
    }
    if (steps == 0) scaleRow(target, row, 0, dstWidth, srcWidth);
  }
  heap.free(groups);
  heap.free(row);
}

/** {@link scalePlaneScalar}'s contract with the quickest code of this build. */
export function scalePlane(
  dst: usize,
  dstStride: i32,
  dstWidth: i32,
  dstHeight: i32,
  src: usize,
  srcStride: i32,
  srcWidth: i32,
  srcHeight: i32,
): void {
  if (ASC_FEATURE_SIMD) scalePlaneSimd(dst, dstStride, dstWidth, dstHeight, src, srcStride, srcWidth, srcHeight);
  else scalePlaneScalar(dst, dstStride, dstWidth, dstHeight, src, srcStride, srcWidth, srcHeight);
}
