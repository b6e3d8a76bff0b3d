/**
 * Conversions between I420 and RGBA. All multiply with 15-bit fractions and round as `i16x8.q15mulr_sat_s` does, so that scalar and SIMD
 * agree byte for byte. Against the formulas in real numbers, rounded nowhere and clamped to 0..255, a result is off by less than 0.6
 * (0.5 of it the last rounding).
 */

export const ORDER_RGBA: i32 = 0;
export const ORDER_BGRA: i32 = 1;
export const MATRIX_BT601: i32 = 0;
export const MATRIX_BT709: i32 = 1;

/** value * fraction / 2^15, rounded half up. */
function scale(value: i32, fraction: i32): i32 {
  return (value * fraction + 0x4000) >> 15;
}

// ---- RGBA to I420 ----
// ITU-R BT.601, limited range, as fractions of 2^15: the row of Y sums to 219/255, the rows of Cb and Cr to 0.
const Y_RED: i32 = 8414;
const Y_GREEN: i32 = 16519;
const Y_BLUE: i32 = 3208;
const CB_RED: i32 = -4857;
const CB_GREEN: i32 = -9535;
const CB_BLUE: i32 = 14392;
const CR_RED: i32 = 14392;
const CR_GREEN: i32 = -12052;
const CR_BLUE: i32 = -2340;
// Work happens at 128 times the sample: a luma input is shifted by 7, a sum of four chroma inputs by 5, which fills 15 bits.
const LUMA_BIAS: i32 = 16 * 128 + 64;
const CHROMA_BIAS: i32 = 128 * 128 + 64;

function lumaOf(pixel: usize, red: usize): u8 {
  const sum =
    scale((<i32>load<u8>(pixel + red)) << 7, Y_RED) +
    scale((<i32>load<u8>(pixel + 1)) << 7, Y_GREEN) +
    scale((<i32>load<u8>(pixel + (2 - red))) << 7, Y_BLUE);
  return <u8>((sum + LUMA_BIAS) >> 7);
}

function sumOfFour(a: usize, b: usize, c: usize, d: usize, channel: usize): i32 {
  return (
    <i32>load<u8>(a + channel) + <i32>load<u8>(b + channel) + <i32>load<u8>(c + channel) + <i32>load<u8>(d + channel)
  );
}

/** Columns from..width-1 of two rows; `from` is even. The same row twice stands for the edge of an odd height. */
function rowPairToI420(
  y0: usize,
  y1: usize,
  cb: usize,
  cr: usize,
  rgba0: usize,
  rgba1: usize,
  from: i32,
  width: i32,
  red: usize,
): void {
  for (let x = from; x < width; x += 2) {
    const right = min(x + 1, width - 1);
    const a = rgba0 + ((<usize>x) << 2);
    const b = rgba0 + ((<usize>right) << 2);
    const c = rgba1 + ((<usize>x) << 2);
    const d = rgba1 + ((<usize>right) << 2);
    store<u8>(y0 + x, lumaOf(a, red));
    store<u8>(y0 + right, lumaOf(b, red));
    store<u8>(y1 + x, lumaOf(c, red));
    store<u8>(y1 + right, lumaOf(d, red));
    const reds = sumOfFour(a, b, c, d, red) << 5;
    const greens = sumOfFour(a, b, c, d, 1) << 5;
    const blues = sumOfFour(a, b, c, d, 2 - red) << 5;
    const cbSum = scale(reds, CB_RED) + scale(greens, CB_GREEN) + scale(blues, CB_BLUE);
    const crSum = scale(reds, CR_RED) + scale(greens, CR_GREEN) + scale(blues, CR_BLUE);
    store<u8>(cb + (x >> 1), <u8>((cbSum + CHROMA_BIAS) >> 7));
    store<u8>(cr + (x >> 1), <u8>((crSum + CHROMA_BIAS) >> 7));
  }
}

/**
 * Converts packed 8-bit pixels to I420, BT.601 limited range. A chroma sample is that of the mean of its 2x2 block; at odd sizes the last
 * column and row count twice. Alpha is ignored. This definition is the reference.
 * Source: ITU-R BT.601-7 2.5.
 * @param y           u8, height rows of width samples, yStride bytes apart, written
 * @param cb          u8, (height + 1) >> 1 rows of (width + 1) >> 1 samples, cStride bytes apart, written
 * @param cr          as cb
 * @param yStride     bytes, >= width
 * @param cStride     bytes, >= (width + 1) >> 1
 * @param rgba        u8, height rows of width pixels of 4 bytes, rgbaStride bytes apart; overlaps no output
 * @param rgbaStride  bytes, >= 4 * width
 * @param width       pixels, >= 0
 * @param height      pixels, >= 0
 * @param order       ORDER_RGBA or ORDER_BGRA
 */
export function rgbaToI420Scalar(
  y: usize,
  cb: usize,
  cr: usize,
  yStride: i32,
  cStride: i32,
  rgba: usize,
  rgbaStride: i32,
  width: i32,
  height: i32,
  order: i32,
): void {
  const red: usize = order == ORDER_BGRA ? 2 : 0;
  for (let row = 0; row < height; row += 2) {
    const below = min(row + 1, height - 1);
    rowPairToI420(
      y + row * yStride,
      y + below * yStride,
      cb + (row >> 1) * cStride,
      cr + (row >> 1) * cStride,
      rgba + row * rgbaStride,
      rgba + below * rgbaStride,
      0,
      width,
      red,
    );
  }
}

/** Eight pixels' luma at 128 times the sample; `channels` holds two channels of eight pixels, `third` one in its low half. */
function lumaOfEight(channels: v128, third: v128, factor0: v128, factor2: v128): v128 {
  const first = i16x8.shl(i16x8.extend_low_i8x16_u(channels), 7);
  const green = i16x8.shl(i16x8.extend_high_i8x16_u(channels), 7);
  const last = i16x8.shl(i16x8.extend_low_i8x16_u(third), 7);
  const sum = i16x8.add(
    i16x8.add(i16x8.q15mulr_sat_s(first, factor0), i16x8.q15mulr_sat_s(last, factor2)),
    i16x8.add(i16x8.q15mulr_sat_s(green, i16x8.splat(<i16>Y_GREEN)), i16x8.splat(<i16>LUMA_BIAS)),
  );
  return i16x8.shr_u(sum, 7);
}

/** Sums of horizontal pairs of one channel, over two rows, at 32 times the sum of four. */
function pairSums(above: v128, below: v128): v128 {
  const sum = i16x8.add(i16x8.extadd_pairwise_i8x16_u(above), i16x8.extadd_pairwise_i8x16_u(below));
  return i16x8.shl(sum, 5);
}

function chromaOfEight(first: v128, green: v128, last: v128, factor0: v128, factor1: v128, factor2: v128): v128 {
  const sum = i16x8.add(
    i16x8.add(i16x8.q15mulr_sat_s(first, factor0), i16x8.q15mulr_sat_s(green, factor1)),
    i16x8.add(i16x8.q15mulr_sat_s(last, factor2), i16x8.splat(<i16>CHROMA_BIAS)),
  );
  return i16x8.shr_u(sum, 7);
}

/** Channels 0 and 1 of eight pixels, eight bytes each. */
function channels01(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
}

/** Channel 2 of eight pixels in the low half. */
function channel2(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 2, 6, 10, 14, 18, 22, 26, 30, 2, 6, 10, 14, 18, 22, 26, 30);
}

/** Same contract, sixteen columns of two rows a step; the scalar finishes the rest. */
export function rgbaToI420Simd(
  y: usize,
  cb: usize,
  cr: usize,
  yStride: i32,
  cStride: i32,
  rgba: usize,
  rgbaStride: i32,
  width: i32,
  height: i32,
  order: i32,
): void {
  const swapped = order == ORDER_BGRA;
  // Factors of byte 0 and byte 2 of a pixel: red and blue, or the other way round.
  const y0Factor = i16x8.splat(<i16>(swapped ? Y_BLUE : Y_RED));
  const y2Factor = i16x8.splat(<i16>(swapped ? Y_RED : Y_BLUE));
  const cb0Factor = i16x8.splat(<i16>(swapped ? CB_BLUE : CB_RED));
  const cb2Factor = i16x8.splat(<i16>(swapped ? CB_RED : CB_BLUE));
  const cr0Factor = i16x8.splat(<i16>(swapped ? CR_BLUE : CR_RED));
  const cr2Factor = i16x8.splat(<i16>(swapped ? CR_RED : CR_BLUE));
  const cbGreen = i16x8.splat(<i16>CB_GREEN);
  const crGreen = i16x8.splat(<i16>CR_GREEN);

  for (let row = 0; row < height; row += 2) {
    const below = min(row + 1, height - 1);
    const yRow0 = y + row * yStride;
    const yRow1 = y + below * yStride;
    const cbRow = cb + (row >> 1) * cStride;
    const crRow = cr + (row >> 1) * cStride;
    const rgba0 = rgba + row * rgbaStride;
    const rgba1 = rgba + below * rgbaStride;
    let x = 0;
    for (; x + 16 <= width; x += 16) {
      const p0 = rgba0 + ((<usize>x) << 2);
      const p1 = rgba1 + ((<usize>x) << 2);
      const a01 = channels01(v128.load(p0), v128.load(p0, 16));
      const a2 = channel2(v128.load(p0), v128.load(p0, 16));
      const b01 = channels01(v128.load(p0, 32), v128.load(p0, 48));
      const b2 = channel2(v128.load(p0, 32), v128.load(p0, 48));
      const c01 = channels01(v128.load(p1), v128.load(p1, 16));
      const c2 = channel2(v128.load(p1), v128.load(p1, 16));
      const d01 = channels01(v128.load(p1, 32), v128.load(p1, 48));
      const d2 = channel2(v128.load(p1, 32), v128.load(p1, 48));
      v128.store(
        yRow0 + x,
        i8x16.narrow_i16x8_u(lumaOfEight(a01, a2, y0Factor, y2Factor), lumaOfEight(b01, b2, y0Factor, y2Factor)),
      );
      v128.store(
        yRow1 + x,
        i8x16.narrow_i16x8_u(lumaOfEight(c01, c2, y0Factor, y2Factor), lumaOfEight(d01, d2, y0Factor, y2Factor)),
      );
      const first = pairSums(v128.shuffle<u64>(a01, b01, 0, 2), v128.shuffle<u64>(c01, d01, 0, 2));
      const green = pairSums(v128.shuffle<u64>(a01, b01, 1, 3), v128.shuffle<u64>(c01, d01, 1, 3));
      const last = pairSums(v128.shuffle<u64>(a2, b2, 0, 2), v128.shuffle<u64>(c2, d2, 0, 2));
      const chroma = i8x16.narrow_i16x8_u(
        chromaOfEight(first, green, last, cb0Factor, cbGreen, cb2Factor),
        chromaOfEight(first, green, last, cr0Factor, crGreen, cr2Factor),
      );
      v128.store_lane<u64>(cbRow + (x >> 1), chroma, 0);
      v128.store_lane<u64>(crRow + (x >> 1), chroma, 1);
    }
    rowPairToI420(yRow0, yRow1, cbRow, crRow, rgba0, rgba1, x, width, swapped ? 2 : 0);
  }
}

/** {@link rgbaToI420Scalar}'s contract with the quickest code of this build. */
export function rgbaToI420(
  y: usize,
  cb: usize,
  cr: usize,
  yStride: i32,
  cStride: i32,
  rgba: usize,
  rgbaStride: i32,
  width: i32,
  height: i32,
  order: i32,
): void {
  if (ASC_FEATURE_SIMD) rgbaToI420Simd(y, cb, cr, yStride, cStride, rgba, rgbaStride, width, height, order);
  else rgbaToI420Scalar(y, cb, cr, yStride, cStride, rgba, rgbaStride, width, height, order);
}

// ---- I420 to RGBA ----
// Work happens at 64 times the sample. The fractions of 2^15 hold what a whole factor leaves over: Y factor - 1, Cr to R - 2,
// Cb to G (subtracted), Cr to G (subtracted), Cb to B - 2. Source: ITU-R BT.601-7 2.5 and BT.709-6 3; limited range divides by 219 and 224.
const MATRIX_BYTES: usize = 10;
// biome-ignore format: a matrix a line
const MATRICES: usize = memory.data<i16>([
  5387, -13237, 12837, 26639, 565, // BT.601 limited: 1.164384, 1.596027, 0.391762, 0.812968, 2.017232
  5387, -6791, 6988, 17462, 3683, // BT.709 limited: 1.164384, 1.792741, 0.213249, 0.532909, 2.112402
  0, -19595, 11277, 23401, -7471, // BT.601 full: 1, 1.402, 0.344136, 0.714136, 1.772
  0, -13933, 6138, 15339, -4732, // BT.709 full: 1, 1.5748, 0.187324, 0.468124, 1.8556
]);

function matrixOf(matrix: i32, fullRange: i32): usize {
  return MATRICES + ((matrix == MATRIX_BT709 ? 1 : 0) + (fullRange != 0 ? 2 : 0)) * MATRIX_BYTES;
}

function clampToByte(value: i32): u32 {
  return <u32>max(0, min(255, value));
}

/** Columns from..width-1 of one row. */
function rowToRgba(
  rgba: usize,
  y: usize,
  cb: usize,
  cr: usize,
  from: i32,
  width: i32,
  factors: usize,
  black: i32,
): void {
  const yFactor = <i32>load<i16>(factors);
  const crToRed = <i32>load<i16>(factors, 2);
  const cbToGreen = <i32>load<i16>(factors, 4);
  const crToGreen = <i32>load<i16>(factors, 6);
  const cbToBlue = <i32>load<i16>(factors, 8);
  for (let x = from; x < width; x++) {
    const luma = (<i32>load<u8>(y + x) - black) << 6;
    const u = (<i32>load<u8>(cb + (x >> 1)) - 128) << 6;
    const v = (<i32>load<u8>(cr + (x >> 1)) - 128) << 6;
    const base = luma + scale(luma, yFactor) + 32;
    const red = clampToByte((base + 2 * v + scale(v, crToRed)) >> 6);
    const green = clampToByte((base - scale(u, cbToGreen) - scale(v, crToGreen)) >> 6);
    const blue = clampToByte((base + 2 * u + scale(u, cbToBlue)) >> 6);
    store<u32>(rgba + ((<usize>x) << 2), red | (green << 8) | (blue << 16) | 0xff000000);
  }
}

/**
 * Converts I420 to opaque RGBA. A chroma sample serves its whole 2x2 block. This definition is the reference.
 * @param rgba       u8[4 * width * height], rows without gaps, written; overlaps no input
 * @param y          u8, height rows of width samples, yStride bytes apart
 * @param cb         u8, (height + 1) >> 1 rows of (width + 1) >> 1 samples, cStride bytes apart
 * @param cr         as cb
 * @param yStride    bytes, >= width
 * @param cStride    bytes, >= (width + 1) >> 1
 * @param width      pixels, >= 0
 * @param height     pixels, >= 0
 * @param matrix     MATRIX_BT601 or MATRIX_BT709
 * @param fullRange  0: luma 16..235 and chroma 16..240, else 0..255 both
 */
export function i420ToRgbaScalar(
  rgba: usize,
  y: usize,
  cb: usize,
  cr: usize,
  yStride: i32,
  cStride: i32,
  width: i32,
  height: i32,
  matrix: i32,
  fullRange: i32,
): void {
  const factors = matrixOf(matrix, fullRange);
  const black = fullRange != 0 ? 0 : 16;
  for (let row = 0; row < height; row++) {
    const chroma = (row >> 1) * cStride;
    rowToRgba(
      rgba + ((<usize>(row * width)) << 2),
      y + row * yStride,
      cb + chroma,
      cr + chroma,
      0,
      width,
      factors,
      black,
    );
  }
}

/** Eight luma samples, brought to their base: factor applied, rounding added. */
function baseOfEight(samples: v128, yFactor: v128, black: v128): v128 {
  const luma = i16x8.shl(i16x8.sub(samples, black), 6);
  return i16x8.add(i16x8.add(luma, i16x8.q15mulr_sat_s(luma, yFactor)), i16x8.splat(32));
}

/** Sums saturate where the clamp to 8 bits would take them to the same end. */
function toBytes(low: v128, high: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.shr_s(low, 6), i16x8.shr_s(high, 6));
}

function twice(values: v128): v128 {
  return v128.shuffle<u16>(values, values, 0, 0, 1, 1, 2, 2, 3, 3);
}

function twiceHigh(values: v128): v128 {
  return v128.shuffle<u16>(values, values, 4, 4, 5, 5, 6, 6, 7, 7);
}

/** Same contract, sixteen pixels a step; the scalar finishes the rest. */
export function i420ToRgbaSimd(
  rgba: usize,
  y: usize,
  cb: usize,
  cr: usize,
  yStride: i32,
  cStride: i32,
  width: i32,
  height: i32,
  matrix: i32,
  fullRange: i32,
): void {
  const factors = matrixOf(matrix, fullRange);
  const black = fullRange != 0 ? 0 : 16;
  const blacks = i16x8.splat(<i16>black);
  const middle = i16x8.splat(128);
  const opaque = i8x16.splat(-1);
  const yFactor = v128.load_splat<u16>(factors);
  const crToRed = v128.load_splat<u16>(factors, 2);
  const cbToGreen = v128.load_splat<u16>(factors, 4);
  const crToGreen = v128.load_splat<u16>(factors, 6);
  const cbToBlue = v128.load_splat<u16>(factors, 8);

  for (let row = 0; row < height; row++) {
    const out = rgba + ((<usize>(row * width)) << 2);
    const yRow = y + row * yStride;
    const cbRow = cb + (row >> 1) * cStride;
    const crRow = cr + (row >> 1) * cStride;
    let x = 0;
    for (; x + 16 <= width; x += 16) {
      const u = i16x8.shl(i16x8.sub(v128.load_ext<u8>(cbRow + (x >> 1)), middle), 6);
      const v = i16x8.shl(i16x8.sub(v128.load_ext<u8>(crRow + (x >> 1)), middle), 6);
      const redPart = i16x8.add(i16x8.shl(v, 1), i16x8.q15mulr_sat_s(v, crToRed));
      const greenPart = i16x8.add(i16x8.q15mulr_sat_s(u, cbToGreen), i16x8.q15mulr_sat_s(v, crToGreen));
      const bluePart = i16x8.add(i16x8.shl(u, 1), i16x8.q15mulr_sat_s(u, cbToBlue));
      const samples = v128.load(yRow + x);
      const low = baseOfEight(i16x8.extend_low_i8x16_u(samples), yFactor, blacks);
      const high = baseOfEight(i16x8.extend_high_i8x16_u(samples), yFactor, blacks);
      const red = toBytes(i16x8.add_sat_s(low, twice(redPart)), i16x8.add_sat_s(high, twiceHigh(redPart)));
      const green = toBytes(i16x8.sub_sat_s(low, twice(greenPart)), i16x8.sub_sat_s(high, twiceHigh(greenPart)));
      const blue = toBytes(i16x8.add_sat_s(low, twice(bluePart)), i16x8.add_sat_s(high, twiceHigh(bluePart)));
      const redGreenLow = v128.shuffle<u8>(red, green, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const redGreenHigh = v128.shuffle<u8>(red, green, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const blueAlphaLow = v128.shuffle<u8>(blue, opaque, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const blueAlphaHigh = v128.shuffle<u8>(
        blue,
        opaque,
        8,
        24,
        9,
        25,
        10,
        26,
        11,
        27,
        12,
        28,
        13,
        29,
        14,
        30,
        15,
        31,
      );
      const pixels = out + ((<usize>x) << 2);
      v128.store(pixels, v128.shuffle<u16>(redGreenLow, blueAlphaLow, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(pixels, v128.shuffle<u16>(redGreenLow, blueAlphaLow, 4, 12, 5, 13, 6, 14, 7, 15), 16);
      v128.store(pixels, v128.shuffle<u16>(redGreenHigh, blueAlphaHigh, 0, 8, 1, 9, 2, 10, 3, 11), 32);
      v128.store(pixels, v128.shuffle<u16>(redGreenHigh, blueAlphaHigh, 4, 12, 5, 13, 6, 14, 7, 15), 48);
    }
    rowToRgba(out, yRow, cbRow, crRow, x, width, factors, black);
  }
}

/** {@link i420ToRgbaScalar}'s contract with the quickest code of this build. */
export function i420ToRgba(
  rgba: usize,
  y: usize,
  cb: usize,
  cr: usize,
  yStride: i32,
  cStride: i32,
  width: i32,
  height: i32,
  matrix: i32,
  fullRange: i32,
): void {
  if (ASC_FEATURE_SIMD) i420ToRgbaSimd(rgba, y, cb, cr, yStride, cStride, width, height, matrix, fullRange);
  else i420ToRgbaScalar(rgba, y, cb, cr, yStride, cStride, width, height, matrix, fullRange);
}

// ---- NV12 ----

/**
 * Takes NV12's interleaved chroma apart. This definition is the reference.
 * @param cb     u8[count], written; overlaps no other
 * @param cr     u8[count], written; overlaps no other
 * @param nv12   u8[2 * count], Cb first
 * @param count  samples a plane, >= 0
 */
export function deinterleaveChromaScalar(cb: usize, cr: usize, nv12: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    store<u8>(cb + i, load<u8>(nv12 + ((<usize>i) << 1)));
    store<u8>(cr + i, load<u8>(nv12 + ((<usize>i) << 1), 1));
  }
}

/** Same contract, sixteen samples a step; the scalar finishes the rest. */
export function deinterleaveChromaSimd(cb: usize, cr: usize, nv12: usize, count: i32): void {
  let i = 0;
  for (; i + 16 <= count; i += 16) {
    const a = v128.load(nv12 + ((<usize>i) << 1));
    const b = v128.load(nv12 + ((<usize>i) << 1), 16);
    v128.store(cb + i, v128.shuffle<u8>(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30));
    v128.store(cr + i, v128.shuffle<u8>(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));
  }
  deinterleaveChromaScalar(cb + i, cr + i, nv12 + ((<usize>i) << 1), count - i);
}

/** {@link deinterleaveChromaScalar}'s contract with the quickest code of this build. */
export function deinterleaveChroma(cb: usize, cr: usize, nv12: usize, count: i32): void {
  if (ASC_FEATURE_SIMD) deinterleaveChromaSimd(cb, cr, nv12, count);
  else deinterleaveChromaScalar(cb, cr, nv12, count);
}
