/**
 * Motion compensation with half-sample vectors (ISO/IEC 11172-2 2.4.4.2, ISO/IEC 13818-2 7.6.4): averages round up. Strides
 * are in bytes. As type parameter `Mean`, `u16` averages with what the target holds, `u8` does not.
 */

function keepsMean<Mean>(): bool {
  return sizeof<Mean>() == 2;
}

function predictSamples<Mean>(
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
      if (keepsMean<Mean>()) sum = (<i32>load<u8>(target + x) + sum + 1) >> 1;
      store<u8>(target + x, <u8>sum);
    }
    target += targetStride;
    source += sourceStride;
  }
}

/**
 * Copies a block from a reference picture, shifted by half a sample where asked. This definition is the reference.
 * @param target    u8, `width` x `height`
 * @param source    whole-sample position of the block; one more column or row is read where `halfX` or `halfY` is 1
 * @param width     8 or 16
 * @param height    a multiple of 4
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
  predictSamples<u8>(target, targetStride, source, sourceStride, width, height, halfX, halfY);
}

/**
 * The second of two predictions: {@link predictScalar} averaged with the first. This definition is the reference.
 * @param target    u8, in: the first prediction; out: the rounded mean of both
 */
export function predictMeanScalar(
  target: usize,
  targetStride: usize,
  source: usize,
  sourceStride: usize,
  width: i32,
  height: i32,
  halfX: i32,
  halfY: i32,
): void {
  predictSamples<u16>(target, targetStride, source, sourceStride, width, height, halfX, halfY);
}

/** Rounded mean of four samples each; a sum of two averages that round up is corrected where both lost a half. */
export function meanOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  // (a + b + c + d + 2) >> 2 = avgr(avgr(a, b), avgr(c, d)) less one where that rounded up too often.
  const first = i8x16.avgr_u(a, b);
  const second = i8x16.avgr_u(c, d);
  const odd = v128.and(v128.or(v128.xor(a, b), v128.xor(c, d)), v128.xor(first, second));
  return i8x16.sub(i8x16.avgr_u(first, second), v128.and(odd, i8x16.splat(1)));
}

function store16<Mean>(target: usize, row: v128): void {
  v128.store(target, keepsMean<Mean>() ? i8x16.avgr_u(v128.load(target), row) : row);
}

function predict16<Mean>(
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
    for (let y = 0; y < height; y += 2) {
      source += sourceStride;
      const c = v128.load(source);
      const d = v128.load(source, 1);
      store16<Mean>(target, meanOfFour(a, b, c, d));
      source += sourceStride;
      a = v128.load(source);
      b = v128.load(source, 1);
      store16<Mean>(target + targetStride, meanOfFour(c, d, a, b));
      target += targetStride << 1;
    }
    return;
  }
  const twice = sourceStride << 1;
  const other: usize = halfX ? 1 : sourceStride;
  for (let y = 0; y < height; y += 4) {
    let row0 = v128.load(source);
    let row1 = v128.load(source + sourceStride);
    let row2 = v128.load(source + twice);
    let row3 = v128.load(source + twice + sourceStride);
    if (halfX | halfY) {
      const from = source + other;
      row0 = i8x16.avgr_u(row0, v128.load(from));
      row1 = i8x16.avgr_u(row1, v128.load(from + sourceStride));
      row2 = i8x16.avgr_u(row2, v128.load(from + twice));
      row3 = i8x16.avgr_u(row3, v128.load(from + twice + sourceStride));
    }
    store16<Mean>(target, row0);
    store16<Mean>(target + targetStride, row1);
    target += targetStride << 1;
    store16<Mean>(target, row2);
    store16<Mean>(target + targetStride, row3);
    target += targetStride << 1;
    source += twice << 1;
  }
}

/** Eight samples of two rows. */
function load8Twice(source: usize, stride: usize): v128 {
  return v128.load64_lane(source + stride, v128.load64_zero(source), 1);
}

function predict8<Mean>(
  target: usize,
  targetStride: usize,
  source: usize,
  sourceStride: usize,
  height: i32,
  halfX: i32,
  halfY: i32,
): void {
  const other = (halfX ? 1 : 0) + (halfY ? sourceStride : 0);
  for (let y = 0; y < height; y += 2) {
    let rows = load8Twice(source, sourceStride);
    if (halfX & halfY)
      rows = meanOfFour(
        rows,
        load8Twice(source + 1, sourceStride),
        load8Twice(source + sourceStride, sourceStride),
        load8Twice(source + other, sourceStride),
      );
    else if (halfX | halfY) rows = i8x16.avgr_u(rows, load8Twice(source + other, sourceStride));
    if (keepsMean<Mean>()) rows = i8x16.avgr_u(load8Twice(target, targetStride), rows);
    v128.store64_lane(target, rows, 0);
    v128.store64_lane(target + targetStride, rows, 1);
    target += targetStride << 1;
    source += sourceStride << 1;
  }
}

/** Same contract as {@link predictScalar}, some rows a step. */
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
  if (width == 16) predict16<u8>(target, targetStride, source, sourceStride, height, halfX, halfY);
  else predict8<u8>(target, targetStride, source, sourceStride, height, halfX, halfY);
}

/** Same contract as {@link predictMeanScalar}, some rows a step. */
export function predictMeanSimd(
  target: usize,
  targetStride: usize,
  source: usize,
  sourceStride: usize,
  width: i32,
  height: i32,
  halfX: i32,
  halfY: i32,
): void {
  if (width == 16) predict16<u16>(target, targetStride, source, sourceStride, height, halfX, halfY);
  else predict8<u16>(target, targetStride, source, sourceStride, height, halfX, halfY);
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

/** See {@link predictMeanScalar}. */
export function predictMean(
  target: usize,
  targetStride: usize,
  source: usize,
  sourceStride: usize,
  width: i32,
  height: i32,
  halfX: i32,
  halfY: i32,
): void {
  if (ASC_FEATURE_SIMD) predictMeanSimd(target, targetStride, source, sourceStride, width, height, halfX, halfY);
  else predictMeanScalar(target, targetStride, source, sourceStride, width, height, halfX, halfY);
}
