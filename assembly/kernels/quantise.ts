/**
 * Quantisation of transform coefficients (ISO/IEC 11172-2 2.4.4; the choice of levels is the encoder's).
 * A level is floor((|c| * reciprocal + bias) / 2^19) with the coefficient's sign, at most 255, the largest that the syntax carries.
 */
export const QUANTISER_SHIFT: i32 = 19;
export const LEVEL_MAX: i32 = 255;

/**
 * Quantises one block. This definition is the reference.
 * @param levels       i16[64], written, in the order of the coefficients
 * @param coefficients i16[64], 8 times the coefficient, -16384..16384
 * @param reciprocals  u16[64], round(2^19 / step) with step in eighths of a coefficient, 1..65535
 * @param bias         u32, 0..2^19 - 1: 2^18 rounds to nearest, less widens the dead zone
 * @returns bit i is set where level i is not zero
 */
export function quantiseScalar(levels: usize, coefficients: usize, reciprocals: usize, bias: i32): u64 {
  let mask: u64 = 0;
  for (let i: usize = 0; i < 64; i++) {
    const c = <i32>load<i16>(coefficients + i * 2);
    const magnitude = c < 0 ? -c : c;
    let level = <i32>((<u32>magnitude * <u32>load<u16>(reciprocals + i * 2) + <u32>bias) >> QUANTISER_SHIFT);
    if (level > LEVEL_MAX) level = LEVEL_MAX;
    if (level != 0) mask |= (<u64>1) << (<u64>i);
    store<i16>(levels + i * 2, <i16>(c < 0 ? -level : level));
  }
  return mask;
}

/** Same contract, eight coefficients a step. */
export function quantiseSimd(levels: usize, coefficients: usize, reciprocals: usize, bias: i32): u64 {
  const biases = i32x4.splat(bias);
  const most = i16x8.splat(<i16>LEVEL_MAX);
  const zero = i16x8.splat(0);
  let mask: u64 = 0;
  for (let i: usize = 0; i < 8; i++) {
    const c = v128.load(coefficients + i * 16);
    const reciprocal = v128.load(reciprocals + i * 16);
    const sign = i16x8.shr_s(c, 15);
    const magnitude = i16x8.abs(c);
    const low = i32x4.shr_u(i32x4.add(i32x4.extmul_low_i16x8_u(magnitude, reciprocal), biases), QUANTISER_SHIFT);
    const high = i32x4.shr_u(i32x4.add(i32x4.extmul_high_i16x8_u(magnitude, reciprocal), biases), QUANTISER_SHIFT);
    const level = i16x8.min_s(i16x8.narrow_i32x4_s(low, high), most);
    v128.store(levels + i * 16, i16x8.sub(v128.xor(level, sign), sign));
    mask |= (<u64>i16x8.bitmask(i16x8.ne(level, zero))) << ((<u64>i) << 3);
  }
  return mask;
}

/** See {@link quantiseScalar}. */
export function quantise(levels: usize, coefficients: usize, reciprocals: usize, bias: i32): u64 {
  return ASC_FEATURE_SIMD
    ? quantiseSimd(levels, coefficients, reciprocals, bias)
    : quantiseScalar(levels, coefficients, reciprocals, bias);
}

/**
 * Which coefficients of a block are large. This definition is the reference.
 * @param coefficients i16[64], -32767..32767
 * @param least        1..32767
 * @returns bit i is set where |coefficient i| is at least `least`
 */
export function largePlacesScalar(coefficients: usize, least: i32): u64 {
  let mask: u64 = 0;
  for (let i: usize = 0; i < 64; i++) {
    if (abs<i32>(<i32>load<i16>(coefficients + i * 2)) >= least) mask |= (<u64>1) << (<u64>i);
  }
  return mask;
}

/** Same contract, eight coefficients a step. */
export function largePlacesSimd(coefficients: usize, least: i32): u64 {
  const limit = i16x8.splat(<i16>least);
  let mask: u64 = 0;
  for (let i: usize = 0; i < 8; i++) {
    const large = i16x8.ge_s(i16x8.abs(v128.load(coefficients + i * 16)), limit);
    mask |= (<u64>i16x8.bitmask(large)) << ((<u64>i) << 3);
  }
  return mask;
}

/** See {@link largePlacesScalar}. */
export function largePlaces(coefficients: usize, least: i32): u64 {
  return ASC_FEATURE_SIMD ? largePlacesSimd(coefficients, least) : largePlacesScalar(coefficients, least);
}

/**
 * The coefficient of an AC level of an intra block, limited, and made odd in MPEG-1 (ISO/IEC 11172-2 2.4.4.1, 13818-2 7.4.2.3).
 * @param level not zero
 * @param scale quantiser scale, as MPEG-1 counts, times the matrix's weight
 */
export function dequantiseIntra(level: i32, scale: i32, mpeg2: bool): i32 {
  return limited(level, (2 * (level < 0 ? -level : level) * scale) >> 4, mpeg2);
}

/** The same for a predicted block (ISO/IEC 11172-2 2.4.4.2). */
export function dequantiseInter(level: i32, scale: i32, mpeg2: bool): i32 {
  return limited(level, ((2 * (level < 0 ? -level : level) + 1) * scale) >> 4, mpeg2);
}

function limited(level: i32, magnitude: i32, mpeg2: bool): i32 {
  const size = mpeg2 || magnitude == 0 ? magnitude : (magnitude - 1) | 1;
  return level < 0 ? -min<i32>(2048, size) : min<i32>(2047, size);
}
