/** The inverse transform of blocks of which only low frequencies are there, and perhaps the highest, with the same result as transform.ts to the last bit. */
import {
  COLUMN_ROUND,
  COLUMN_SHIFT,
  factors,
  inverseTransform,
  inverseTransformScalar,
  ROW_ROUND,
  ROW_SHIFT,
  W1,
  W2,
  W3,
  W4,
  W5,
  W6,
  W7,
} from "./transform";

/** Places of the coefficients that {@link inverseTransformLowScalar} takes: the four lowest frequencies of both directions. */
const LOW_PLACES: u64 = 0x0f0f0f0f;

/** Offset of the highest frequency of both directions. */
const LAST: usize = 126;

/**
 * {@link inverseTransformScalar} for blocks whose other coefficients than the four lowest of both directions are zero, but
 * for the highest of both, which MPEG-2's mismatch control sets. This definition is the reference.
 * @param block i16[64], as there; its last coefficient is not read
 * @param last  the last coefficient, 0 or 1
 */
export function inverseTransformLowScalar(block: usize, last: i32): void {
  store<i16>(block, <i16>last, LAST);
  inverseTransformScalar(block);
}

/** What a highest vertical frequency of `factor` adds to the left half of a row in the second pass where `last` is 1. */
function lastLeft(factor: i32): v128 {
  // The first pass makes (1024 ± 4520, 12873, 19266 or 22725) >> 11 of it in each column.
  return i32x4.mul(i32x4(2, -6, 9, -11), i32x4.splat(factor));
}

function lastRight(factor: i32): v128 {
  return i32x4.mul(i32x4(11, -9, 6, -2), i32x4.splat(factor));
}

/** Same contract, a quarter of the first pass and half of the second. */
export function inverseTransformLowSimd(block: usize, last: i32): void {
  const x0 = v128.load64_zero(block);
  const x1 = v128.load64_zero(block, 16);
  const x2 = v128.load64_zero(block, 32);
  const x3 = v128.load64_zero(block, 48);
  const rows02 = v128.shuffle<i16>(x0, x2, 0, 8, 1, 9, 2, 10, 3, 11);
  const rows13 = v128.shuffle<i16>(x1, x3, 0, 8, 1, 9, 2, 10, 3, 11);
  const round = i32x4.splat(ROW_ROUND);
  const e0 = i32x4.add(i32x4.dot_i16x8_s(rows02, factors(W4, W2)), round);
  const e1 = i32x4.add(i32x4.dot_i16x8_s(rows02, factors(W4, W6)), round);
  const e2 = i32x4.add(i32x4.dot_i16x8_s(rows02, factors(W4, -W6)), round);
  const e3 = i32x4.add(i32x4.dot_i16x8_s(rows02, factors(W4, -W2)), round);
  const o0 = i32x4.dot_i16x8_s(rows13, factors(W1, W3));
  const o1 = i32x4.dot_i16x8_s(rows13, factors(W3, -W7));
  const o2 = i32x4.dot_i16x8_s(rows13, factors(W5, -W1));
  const o3 = i32x4.dot_i16x8_s(rows13, factors(W7, -W5));
  // Columns 0 and 1, 2 and 3, 4 and 5, 6 and 7, each with the four lowest vertical frequencies.
  const c01 = narrowPair(i32x4.add(e0, o0), i32x4.add(e1, o1));
  const c23 = narrowPair(i32x4.add(e2, o2), i32x4.add(e3, o3));
  const c45 = narrowPair(i32x4.sub(e3, o3), i32x4.sub(e2, o2));
  const c67 = narrowPair(i32x4.sub(e1, o1), i32x4.sub(e0, o0));
  const left01 = v128.shuffle<i16>(c01, c23, 0, 4, 8, 12, 1, 5, 9, 13);
  const left23 = v128.shuffle<i16>(c01, c23, 2, 6, 10, 14, 3, 7, 11, 15);
  const right01 = v128.shuffle<i16>(c45, c67, 0, 4, 8, 12, 1, 5, 9, 13);
  const right23 = v128.shuffle<i16>(c45, c67, 2, 6, 10, 14, 3, 7, 11, 15);
  const v0 = v128.shuffle<i64>(left01, right01, 0, 2);
  const v1 = v128.shuffle<i64>(left01, right01, 1, 3);
  const v2 = v128.shuffle<i64>(left23, right23, 0, 2);
  const v3 = v128.shuffle<i64>(left23, right23, 1, 3);
  const v02l = v128.shuffle<i16>(v0, v2, 0, 8, 1, 9, 2, 10, 3, 11);
  const v02h = v128.shuffle<i16>(v0, v2, 4, 12, 5, 13, 6, 14, 7, 15);
  const v13l = v128.shuffle<i16>(v1, v3, 0, 8, 1, 9, 2, 10, 3, 11);
  const v13h = v128.shuffle<i16>(v1, v3, 4, 12, 5, 13, 6, 14, 7, 15);
  lowPair(block, 0, 112, v02l, v02h, v13l, v13h, factors(W4, W2), factors(W1, W3), W7 * last);
  lowPair(block, 16, 96, v02l, v02h, v13l, v13h, factors(W4, W6), factors(W3, -W7), -W5 * last);
  lowPair(block, 32, 80, v02l, v02h, v13l, v13h, factors(W4, -W6), factors(W5, -W1), W3 * last);
  lowPair(block, 48, 64, v02l, v02h, v13l, v13h, factors(W4, -W2), factors(W7, -W5), -W1 * last);
}

function narrowPair(a: v128, b: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(a, ROW_SHIFT), i32x4.shr_s(b, ROW_SHIFT));
}

/** Rows k and 7 - k of the second pass, from the four lowest vertical frequencies. */
function lowPair(
  block: usize,
  first: usize,
  second: usize,
  v02l: v128,
  v02h: v128,
  v13l: v128,
  v13h: v128,
  f02: v128,
  f13: v128,
  f7: i32,
): void {
  const round = i32x4.splat(COLUMN_ROUND);
  const evenLow = i32x4.add(i32x4.dot_i16x8_s(v02l, f02), round);
  const evenHigh = i32x4.add(i32x4.dot_i16x8_s(v02h, f02), round);
  const oddLow = i32x4.add(i32x4.dot_i16x8_s(v13l, f13), lastLeft(f7));
  const oddHigh = i32x4.add(i32x4.dot_i16x8_s(v13h, f13), lastRight(f7));
  v128.store(
    block + first,
    i16x8.narrow_i32x4_s(
      i32x4.shr_s(i32x4.add(evenLow, oddLow), COLUMN_SHIFT),
      i32x4.shr_s(i32x4.add(evenHigh, oddHigh), COLUMN_SHIFT),
    ),
  );
  v128.store(
    block + second,
    i16x8.narrow_i32x4_s(
      i32x4.shr_s(i32x4.sub(evenLow, oddLow), COLUMN_SHIFT),
      i32x4.shr_s(i32x4.sub(evenHigh, oddHigh), COLUMN_SHIFT),
    ),
  );
}

/**
 * Inverse transform of a block of which only the coefficients at `places` (bit = place) may differ from zero.
 * @param last 1: the last coefficient, which is zero, is to be 1
 */
export function inverseTransformOf(block: usize, places: u64, last: i32 = 0): void {
  if (ASC_FEATURE_SIMD && (places & ~LOW_PLACES) == 0) {
    inverseTransformLowSimd(block, last);
    return;
  }
  if (last) store<i16>(block, 1, LAST);
  inverseTransform(block);
}
