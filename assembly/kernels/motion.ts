/** Motion compensation with half-sample vectors (ISO/IEC 11172-2 2.4.4.2): averages round up. Strides are in bytes. */

/**
 * Copies a block from a reference picture, shifted by half a sample where asked. This definition is the reference.
 * @param target    u8, `width` x `height`
 * @param source    whole-sample position of the block; one more column or row is read where `halfX` or `halfY` is 1
 * @param width     8 or 16
 * @param halfX     0 or 1
 * @param halfY     0 or 1
 */
export function predictScalar(
  target: usize,
  targetStride: usize,
  source: usize,
  sourceStride: usize,
  width: i32,
  height: i32,
  halfX: i32,
  halfY: i32,
): void {
  const right = <usize>halfX;
  const below = halfY ? sourceStride : 0;
  for (let y = 0; y < height; y++) {
    for (let x: usize = 0; x < <usize>width; x++) {
      const at = source + x;
      let sum = <i32>load<u8>(at);
      if (halfX & halfY)
        sum =
          (sum + <i32>load<u8>(at + 1) + <i32>load<u8>(at + sourceStride) + <i32>load<u8>(at + sourceStride + 1) + 2) >>
          2;
      else if (halfX | halfY) sum = (sum + <i32>load<u8>(at + right + below) + 1) >> 1;
      store<u8>(target + x, <u8>sum);
    }
    target += targetStride;
    source += sourceStride;
  }
}

/** Rounded mean of four samples each; a sum of two averages that round up is corrected where both lost a half. */
export function meanOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  // (a + b + c + d + 2) >> 2 = avgr(avgr(a, b), avgr(c, d)) less one where that rounded up too often.
  const first = i8x16.avgr_u(a, b);
  const second = i8x16.avgr_u(c, d);
  const odd = v128.and(v128.or(v128.xor(a, b), v128.xor(c, d)), v128.xor(first, second));
  return i8x16.sub(i8x16.avgr_u(first, second), v128.and(odd, i8x16.splat(1)));
}

function predict16Simd(
  target: usize,
  targetStride: usize,
  source: usize,
  sourceStride: usize,
  height: i32,
  halfX: i32,
  halfY: i32,
): void {
  if (halfX & halfY) {
    let a = v128.load(source);
    let b = v128.load(source, 1);
    for (let y = 0; y < height; y++) {
      source += sourceStride;
      const c = v128.load(source);
      const d = v128.load(source, 1);
      v128.store(target, meanOfFour(a, b, c, d));
      a = c;
      b = d;
      target += targetStride;
    }
  } else if (halfX | halfY) {
    const other: usize = halfX ? 1 : sourceStride;
    for (let y = 0; y < height; y++) {
      v128.store(target, i8x16.avgr_u(v128.load(source), v128.load(source + other)));
      target += targetStride;
      source += sourceStride;
    }
  } else {
    for (let y = 0; y < height; y++) {
      v128.store(target, v128.load(source));
      target += targetStride;
      source += sourceStride;
    }
  }
}

function predict8Simd(
  target: usize,
  targetStride: usize,
  source: usize,
  sourceStride: usize,
  height: i32,
  halfX: i32,
  halfY: i32,
): void {
  const right = <usize>halfX;
  const below = halfY ? sourceStride : 0;
  for (let y = 0; y < height; y++) {
    let row = v128.load64_zero(source);
    if (halfX & halfY)
      row = meanOfFour(
        row,
        v128.load64_zero(source + 1),
        v128.load64_zero(source + sourceStride),
        v128.load64_zero(source + sourceStride + 1),
      );
    else if (halfX | halfY) row = i8x16.avgr_u(row, v128.load64_zero(source + right + below));
    v128.store64_lane(target, row, 0);
    target += targetStride;
    source += sourceStride;
  }
}

/** Same contract, a row a step. */
export function predictSimd(
  target: usize,
  targetStride: usize,
  source: usize,
  sourceStride: usize,
  width: i32,
  height: i32,
  halfX: i32,
  halfY: i32,
): void {
  if (width == 16) predict16Simd(target, targetStride, source, sourceStride, height, halfX, halfY);
  else predict8Simd(target, targetStride, source, sourceStride, height, halfX, halfY);
}

/** See {@link predictScalar}. */
export function predict(
  target: usize,
  targetStride: usize,
  source: usize,
  sourceStride: usize,
  width: i32,
  height: i32,
  halfX: i32,
  halfY: i32,
): void {
  if (ASC_FEATURE_SIMD) predictSimd(target, targetStride, source, sourceStride, width, height, halfX, halfY);
  else predictScalar(target, targetStride, source, sourceStride, width, height, halfX, halfY);
}

/**
 * Averages two predictions, for B-pictures. This definition is the reference.
 * @param target u8, in: the forward prediction; out: the rounded mean of both
 */
export function averageScalar(
  target: usize,
  targetStride: usize,
  other: usize,
  otherStride: usize,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y++) {
    for (let x: usize = 0; x < <usize>width; x++)
      store<u8>(target + x, <u8>((<i32>load<u8>(target + x) + <i32>load<u8>(other + x) + 1) >> 1));
    target += targetStride;
    other += otherStride;
  }
}

/** Same contract, eight samples a step; `width` is 8 or 16. */
export function averageSimd(
  target: usize,
  targetStride: usize,
  other: usize,
  otherStride: usize,
  width: i32,
  height: i32,
): void {
  for (let y = 0; y < height; y++) {
    for (let x: usize = 0; x < <usize>width; x += 8)
      v128.store64_lane(target + x, i8x16.avgr_u(v128.load64_zero(target + x), v128.load64_zero(other + x)), 0);
    target += targetStride;
    other += otherStride;
  }
}

/** See {@link averageScalar}. */
export function average(
  target: usize,
  targetStride: usize,
  other: usize,
  otherStride: usize,
  width: i32,
  height: i32,
): void {
  if (ASC_FEATURE_SIMD) averageSimd(target, targetStride, other, otherStride, width, height);
  else averageScalar(target, targetStride, other, otherStride, width, height);
}
