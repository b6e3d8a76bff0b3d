/**
 * The 8x8 discrete cosine transform, forward and inverse (ISO/IEC 11172-2 Annex A), in integers.
 *
 * Inverse: two passes with 14-bit factors round(cos(k*pi/16) * sqrt(2) * 2^14), rows first, 3 fraction bits between the passes; the
 * factor 4 is 16383 instead of 16384 and the second pass rounds with 32 * 16383, which is what widely used decoders compute, so that
 * pictures predicted over a long group stay equal to theirs.
 * Forward: two passes with 15-bit factors round(cos(k*pi/16) / 2 * 2^15); 4 fraction bits between the passes, 3 in the result.
 */

export const W1: i32 = 22725;
export const W2: i32 = 21407;
export const W3: i32 = 19266;
export const W4: i32 = 16383;
export const W5: i32 = 12873;
export const W6: i32 = 8867;
export const W7: i32 = 4520;
export const ROW_SHIFT: i32 = 11;
export const ROW_ROUND: i32 = 1 << 10;
export const COLUMN_SHIFT: i32 = 20;
export const COLUMN_ROUND: i32 = 32 * 16383;

const F1: i32 = 16069;
const F2: i32 = 15137;
const F3: i32 = 13623;
const F4: i32 = 11585;
const F5: i32 = 9102;
const F6: i32 = 6270;
const F7: i32 = 3196;
const FORWARD_FIRST_SHIFT: i32 = 11;
const FORWARD_SECOND_SHIFT: i32 = 16;

/** Two 16-bit factors for `i32x4.dot_i16x8_s`, the first for the even lanes. */
export function factors(even: i32, odd: i32): v128 {
  return i32x4.splat((odd << 16) | (even & 0xffff));
}

function saturate16(value: i32): i32 {
  return value > 32767 ? 32767 : value < -32768 ? -32768 : value;
}

function inverseOne(target: usize, targetStep: usize, source: usize, sourceStep: usize, round: i32, shift: i32): void {
  const x0 = <i32>load<i16>(source);
  const x1 = <i32>load<i16>(source + sourceStep);
  const x2 = <i32>load<i16>(source + 2 * sourceStep);
  const x3 = <i32>load<i16>(source + 3 * sourceStep);
  const x4 = <i32>load<i16>(source + 4 * sourceStep);
  const x5 = <i32>load<i16>(source + 5 * sourceStep);
  const x6 = <i32>load<i16>(source + 6 * sourceStep);
  const x7 = <i32>load<i16>(source + 7 * sourceStep);
  const a0 = W4 * x0 + W2 * x2 + W4 * x4 + W6 * x6 + round;
  const a1 = W4 * x0 + W6 * x2 - W4 * x4 - W2 * x6 + round;
  const a2 = W4 * x0 - W6 * x2 - W4 * x4 + W2 * x6 + round;
  const a3 = W4 * x0 - W2 * x2 + W4 * x4 - W6 * x6 + round;
  const b0 = W1 * x1 + W3 * x3 + W5 * x5 + W7 * x7;
  const b1 = W3 * x1 - W7 * x3 - W1 * x5 - W5 * x7;
  const b2 = W5 * x1 - W1 * x3 + W7 * x5 + W3 * x7;
  const b3 = W7 * x1 - W5 * x3 + W3 * x5 - W1 * x7;
  store<i16>(target, <i16>saturate16((a0 + b0) >> shift));
  store<i16>(target + targetStep, <i16>saturate16((a1 + b1) >> shift));
  store<i16>(target + 2 * targetStep, <i16>saturate16((a2 + b2) >> shift));
  store<i16>(target + 3 * targetStep, <i16>saturate16((a3 + b3) >> shift));
  store<i16>(target + 4 * targetStep, <i16>saturate16((a3 - b3) >> shift));
  store<i16>(target + 5 * targetStep, <i16>saturate16((a2 - b2) >> shift));
  store<i16>(target + 6 * targetStep, <i16>saturate16((a1 - b1) >> shift));
  store<i16>(target + 7 * targetStep, <i16>saturate16((a0 - b0) >> shift));
}

/**
 * Inverse transform of one block, in place. This definition is the reference.
 * @param block i16[64] in: coefficients -2048..2047, transposed (horizontal frequency * 8 + vertical frequency); out: samples or
 *   residuals, row by row
 */
export function inverseTransformScalar(block: usize): void {
  for (let v: usize = 0; v < 8; v++) inverseOne(block + v * 2, 16, block + v * 2, 16, ROW_ROUND, ROW_SHIFT);
  // Now block[x * 8 + v] is column x of the half-done picture.
  for (let x: usize = 0; x < 8; x++) inverseOne(block + x * 16, 2, block + x * 16, 2, COLUMN_ROUND, COLUMN_SHIFT);
  for (let y: usize = 0; y < 8; y++) {
    for (let x: usize = y + 1; x < 8; x++) {
      const a = load<i16>(block + y * 16 + x * 2);
      store<i16>(block + y * 16 + x * 2, load<i16>(block + x * 16 + y * 2));
      store<i16>(block + x * 16 + y * 2, a);
    }
  }
}

/** One pass over eight vectors at `block`, combined lane by lane. */
function inversePassSimd(block: usize, round: v128, shift: i32): void {
  const x0 = v128.load(block);
  const x1 = v128.load(block, 16);
  const x2 = v128.load(block, 32);
  const x3 = v128.load(block, 48);
  const x4 = v128.load(block, 64);
  const x5 = v128.load(block, 80);
  const x6 = v128.load(block, 96);
  const x7 = v128.load(block, 112);
  const p02l = v128.shuffle<i16>(x0, x2, 0, 8, 1, 9, 2, 10, 3, 11);
  const p02h = v128.shuffle<i16>(x0, x2, 4, 12, 5, 13, 6, 14, 7, 15);
  const p46l = v128.shuffle<i16>(x4, x6, 0, 8, 1, 9, 2, 10, 3, 11);
  const p46h = v128.shuffle<i16>(x4, x6, 4, 12, 5, 13, 6, 14, 7, 15);
  const p13l = v128.shuffle<i16>(x1, x3, 0, 8, 1, 9, 2, 10, 3, 11);
  const p13h = v128.shuffle<i16>(x1, x3, 4, 12, 5, 13, 6, 14, 7, 15);
  const p57l = v128.shuffle<i16>(x5, x7, 0, 8, 1, 9, 2, 10, 3, 11);
  const p57h = v128.shuffle<i16>(x5, x7, 4, 12, 5, 13, 6, 14, 7, 15);
  inversePair(
    block,
    0,
    112,
    p02l,
    p02h,
    p46l,
    p46h,
    p13l,
    p13h,
    p57l,
    p57h,
    factors(W4, W2),
    factors(W4, W6),
    factors(W1, W3),
    factors(W5, W7),
    round,
    shift,
  );
  inversePair(
    block,
    16,
    96,
    p02l,
    p02h,
    p46l,
    p46h,
    p13l,
    p13h,
    p57l,
    p57h,
    factors(W4, W6),
    factors(-W4, -W2),
    factors(W3, -W7),
    factors(-W1, -W5),
    round,
    shift,
  );
  inversePair(
    block,
    32,
    80,
    p02l,
    p02h,
    p46l,
    p46h,
    p13l,
    p13h,
    p57l,
    p57h,
    factors(W4, -W6),
    factors(-W4, W2),
    factors(W5, -W1),
    factors(W7, W3),
    round,
    shift,
  );
  inversePair(
    block,
    48,
    64,
    p02l,
    p02h,
    p46l,
    p46h,
    p13l,
    p13h,
    p57l,
    p57h,
    factors(W4, -W2),
    factors(W4, -W6),
    factors(W7, -W5),
    factors(W3, -W1),
    round,
    shift,
  );
}

/** Outputs k and 7 - k of a pass: even part plus and minus odd part. */
function inversePair(
  block: usize,
  first: usize,
  second: usize,
  p02l: v128,
  p02h: v128,
  p46l: v128,
  p46h: v128,
  p13l: v128,
  p13h: v128,
  p57l: v128,
  p57h: v128,
  f02: v128,
  f46: v128,
  f13: v128,
  f57: v128,
  round: v128,
  shift: i32,
): void {
  const evenLow = i32x4.add(i32x4.add(i32x4.dot_i16x8_s(p02l, f02), i32x4.dot_i16x8_s(p46l, f46)), round);
  const evenHigh = i32x4.add(i32x4.add(i32x4.dot_i16x8_s(p02h, f02), i32x4.dot_i16x8_s(p46h, f46)), round);
  const oddLow = i32x4.add(i32x4.dot_i16x8_s(p13l, f13), i32x4.dot_i16x8_s(p57l, f57));
  const oddHigh = i32x4.add(i32x4.dot_i16x8_s(p13h, f13), i32x4.dot_i16x8_s(p57h, f57));
  v128.store(
    block + first,
    i16x8.narrow_i32x4_s(
      i32x4.shr_s(i32x4.add(evenLow, oddLow), shift),
      i32x4.shr_s(i32x4.add(evenHigh, oddHigh), shift),
    ),
  );
  v128.store(
    block + second,
    i16x8.narrow_i32x4_s(
      i32x4.shr_s(i32x4.sub(evenLow, oddLow), shift),
      i32x4.shr_s(i32x4.sub(evenHigh, oddHigh), shift),
    ),
  );
}

/** Transposes an 8x8 block of 16-bit values in place. */
export function transposeSimd(block: usize): void {
  const r0 = v128.load(block);
  const r1 = v128.load(block, 16);
  const r2 = v128.load(block, 32);
  const r3 = v128.load(block, 48);
  const r4 = v128.load(block, 64);
  const r5 = v128.load(block, 80);
  const r6 = v128.load(block, 96);
  const r7 = v128.load(block, 112);
  const a0 = v128.shuffle<i16>(r0, r1, 0, 8, 1, 9, 2, 10, 3, 11);
  const a1 = v128.shuffle<i16>(r2, r3, 0, 8, 1, 9, 2, 10, 3, 11);
  const a2 = v128.shuffle<i16>(r4, r5, 0, 8, 1, 9, 2, 10, 3, 11);
  const a3 = v128.shuffle<i16>(r6, r7, 0, 8, 1, 9, 2, 10, 3, 11);
  const a4 = v128.shuffle<i16>(r0, r1, 4, 12, 5, 13, 6, 14, 7, 15);
  const a5 = v128.shuffle<i16>(r2, r3, 4, 12, 5, 13, 6, 14, 7, 15);
  const a6 = v128.shuffle<i16>(r4, r5, 4, 12, 5, 13, 6, 14, 7, 15);
  const a7 = v128.shuffle<i16>(r6, r7, 4, 12, 5, 13, 6, 14, 7, 15);
  const b0 = v128.shuffle<i32>(a0, a1, 0, 4, 1, 5);
  const b1 = v128.shuffle<i32>(a2, a3, 0, 4, 1, 5);
  const b2 = v128.shuffle<i32>(a0, a1, 2, 6, 3, 7);
  const b3 = v128.shuffle<i32>(a2, a3, 2, 6, 3, 7);
  const b4 = v128.shuffle<i32>(a4, a5, 0, 4, 1, 5);
  const b5 = v128.shuffle<i32>(a6, a7, 0, 4, 1, 5);
  const b6 = v128.shuffle<i32>(a4, a5, 2, 6, 3, 7);
  const b7 = v128.shuffle<i32>(a6, a7, 2, 6, 3, 7);
  v128.store(block, v128.shuffle<i64>(b0, b1, 0, 2));
  v128.store(block, v128.shuffle<i64>(b0, b1, 1, 3), 16);
  v128.store(block, v128.shuffle<i64>(b2, b3, 0, 2), 32);
  v128.store(block, v128.shuffle<i64>(b2, b3, 1, 3), 48);
  v128.store(block, v128.shuffle<i64>(b4, b5, 0, 2), 64);
  v128.store(block, v128.shuffle<i64>(b4, b5, 1, 3), 80);
  v128.store(block, v128.shuffle<i64>(b6, b7, 0, 2), 96);
  v128.store(block, v128.shuffle<i64>(b6, b7, 1, 3), 112);
}

/** Same contract as {@link inverseTransformScalar}. */
export function inverseTransformSimd(block: usize): void {
  inversePassSimd(block, i32x4.splat(ROW_ROUND), ROW_SHIFT);
  transposeSimd(block);
  inversePassSimd(block, i32x4.splat(COLUMN_ROUND), COLUMN_SHIFT);
}

/** What {@link inverseTransformScalar} gives for every sample of a block whose only coefficient is `dc`. */
export function inverseTransformDc(dc: i32): i32 {
  const row = saturate16((W4 * dc + ROW_ROUND) >> ROW_SHIFT);
  return saturate16((W4 * row + COLUMN_ROUND) >> COLUMN_SHIFT);
}

function forwardOne(target: usize, targetStep: usize, source: usize, sourceStep: usize, shift: i32): void {
  const round = 1 << (shift - 1);
  const r0 = <i32>load<i16>(source);
  const r1 = <i32>load<i16>(source + sourceStep);
  const r2 = <i32>load<i16>(source + 2 * sourceStep);
  const r3 = <i32>load<i16>(source + 3 * sourceStep);
  const r4 = <i32>load<i16>(source + 4 * sourceStep);
  const r5 = <i32>load<i16>(source + 5 * sourceStep);
  const r6 = <i32>load<i16>(source + 6 * sourceStep);
  const r7 = <i32>load<i16>(source + 7 * sourceStep);
  const s0 = r0 + r7;
  const s1 = r1 + r6;
  const s2 = r2 + r5;
  const s3 = r3 + r4;
  const d0 = r0 - r7;
  const d1 = r1 - r6;
  const d2 = r2 - r5;
  const d3 = r3 - r4;
  store<i16>(target, <i16>((F4 * (s0 + s1 + s2 + s3) + round) >> shift));
  store<i16>(target + targetStep, <i16>((F1 * d0 + F3 * d1 + F5 * d2 + F7 * d3 + round) >> shift));
  store<i16>(target + 2 * targetStep, <i16>((F2 * s0 + F6 * s1 - F6 * s2 - F2 * s3 + round) >> shift));
  store<i16>(target + 3 * targetStep, <i16>((F3 * d0 - F7 * d1 - F1 * d2 - F5 * d3 + round) >> shift));
  store<i16>(target + 4 * targetStep, <i16>((F4 * (s0 - s1 - s2 + s3) + round) >> shift));
  store<i16>(target + 5 * targetStep, <i16>((F5 * d0 - F1 * d1 + F7 * d2 + F3 * d3 + round) >> shift));
  store<i16>(target + 6 * targetStep, <i16>((F6 * s0 - F2 * s1 + F2 * s2 - F6 * s3 + round) >> shift));
  store<i16>(target + 7 * targetStep, <i16>((F7 * d0 - F5 * d1 + F3 * d2 - F1 * d3 + round) >> shift));
}

/**
 * Forward transform of one block, in place. This definition is the reference.
 * @param block i16[64] in: samples or residuals -255..255, row by row; out: coefficients times 8, transposed
 *   (horizontal frequency * 8 + vertical frequency), -16384..16384
 */
export function forwardTransformScalar(block: usize): void {
  for (let x: usize = 0; x < 8; x++) forwardOne(block + x * 2, 16, block + x * 2, 16, FORWARD_FIRST_SHIFT);
  for (let v: usize = 0; v < 8; v++) forwardOne(block + v * 16, 2, block + v * 16, 2, FORWARD_SECOND_SHIFT);
  for (let y: usize = 0; y < 8; y++) {
    for (let x: usize = y + 1; x < 8; x++) {
      const a = load<i16>(block + y * 16 + x * 2);
      store<i16>(block + y * 16 + x * 2, load<i16>(block + x * 16 + y * 2));
      store<i16>(block + x * 16 + y * 2, a);
    }
  }
}

function forwardOutput(
  target: usize,
  low0: v128,
  low1: v128,
  high0: v128,
  high1: v128,
  f01: v128,
  f23: v128,
  round: v128,
  shift: i32,
): void {
  const low = i32x4.add(i32x4.add(i32x4.dot_i16x8_s(low0, f01), i32x4.dot_i16x8_s(low1, f23)), round);
  const high = i32x4.add(i32x4.add(i32x4.dot_i16x8_s(high0, f01), i32x4.dot_i16x8_s(high1, f23)), round);
  v128.store(target, i16x8.narrow_i32x4_s(i32x4.shr_s(low, shift), i32x4.shr_s(high, shift)));
}

function forwardPassSimd(block: usize, shift: i32): void {
  const round = i32x4.splat(1 << (shift - 1));
  const r0 = v128.load(block);
  const r1 = v128.load(block, 16);
  const r2 = v128.load(block, 32);
  const r3 = v128.load(block, 48);
  const r4 = v128.load(block, 64);
  const r5 = v128.load(block, 80);
  const r6 = v128.load(block, 96);
  const r7 = v128.load(block, 112);
  const s0 = i16x8.add(r0, r7);
  const s1 = i16x8.add(r1, r6);
  const s2 = i16x8.add(r2, r5);
  const s3 = i16x8.add(r3, r4);
  const d0 = i16x8.sub(r0, r7);
  const d1 = i16x8.sub(r1, r6);
  const d2 = i16x8.sub(r2, r5);
  const d3 = i16x8.sub(r3, r4);
  const s01l = v128.shuffle<i16>(s0, s1, 0, 8, 1, 9, 2, 10, 3, 11);
  const s01h = v128.shuffle<i16>(s0, s1, 4, 12, 5, 13, 6, 14, 7, 15);
  const s23l = v128.shuffle<i16>(s2, s3, 0, 8, 1, 9, 2, 10, 3, 11);
  const s23h = v128.shuffle<i16>(s2, s3, 4, 12, 5, 13, 6, 14, 7, 15);
  const d01l = v128.shuffle<i16>(d0, d1, 0, 8, 1, 9, 2, 10, 3, 11);
  const d01h = v128.shuffle<i16>(d0, d1, 4, 12, 5, 13, 6, 14, 7, 15);
  const d23l = v128.shuffle<i16>(d2, d3, 0, 8, 1, 9, 2, 10, 3, 11);
  const d23h = v128.shuffle<i16>(d2, d3, 4, 12, 5, 13, 6, 14, 7, 15);
  forwardOutput(block, s01l, s23l, s01h, s23h, factors(F4, F4), factors(F4, F4), round, shift);
  forwardOutput(block + 16, d01l, d23l, d01h, d23h, factors(F1, F3), factors(F5, F7), round, shift);
  forwardOutput(block + 32, s01l, s23l, s01h, s23h, factors(F2, F6), factors(-F6, -F2), round, shift);
  forwardOutput(block + 48, d01l, d23l, d01h, d23h, factors(F3, -F7), factors(-F1, -F5), round, shift);
  forwardOutput(block + 64, s01l, s23l, s01h, s23h, factors(F4, -F4), factors(-F4, F4), round, shift);
  forwardOutput(block + 80, d01l, d23l, d01h, d23h, factors(F5, -F1), factors(F7, F3), round, shift);
  forwardOutput(block + 96, s01l, s23l, s01h, s23h, factors(F6, -F2), factors(F2, -F6), round, shift);
  forwardOutput(block + 112, d01l, d23l, d01h, d23h, factors(F7, -F5), factors(F3, -F1), round, shift);
}

/** Same contract as {@link forwardTransformScalar}. */
export function forwardTransformSimd(block: usize): void {
  forwardPassSimd(block, FORWARD_FIRST_SHIFT);
  transposeSimd(block);
  forwardPassSimd(block, FORWARD_SECOND_SHIFT);
}

/** See {@link inverseTransformScalar}. */
export function inverseTransform(block: usize): void {
  if (ASC_FEATURE_SIMD) inverseTransformSimd(block);
  else inverseTransformScalar(block);
}

/** See {@link forwardTransformScalar}. */
export function forwardTransform(block: usize): void {
  if (ASC_FEATURE_SIMD) forwardTransformSimd(block);
  else forwardTransformScalar(block);
}
