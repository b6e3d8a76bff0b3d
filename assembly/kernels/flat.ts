/** 8x8 blocks of one value, or of which only the mean changes. */

/**
 * Adds one value to an 8x8 block of samples and clamps to 8 bits. This definition is the reference.
 * @param target u8, 8x8, in place
 * @param value  -32768..32767
 */
export function addFlat8Scalar(target: usize, targetStride: usize, value: i32): void {
  for (let y: usize = 0; y < 8; y++) {
    for (let x: usize = 0; x < 8; x++) {
      const at = target + y * targetStride + x;
      const sum = <i32>load<u8>(at) + value;
      store<u8>(at, <u8>min<i32>(255, max<i32>(0, sum)));
    }
  }
}

/** Same contract, a row a step. */
export function addFlat8Simd(target: usize, targetStride: usize, value: i32): void {
  const up = i8x16.splat(<i8>min<i32>(255, max<i32>(0, value)));
  const down = i8x16.splat(<i8>min<i32>(255, max<i32>(0, -value)));
  for (let y = 0; y < 8; y++) {
    const row = i8x16.sub_sat_u(i8x16.add_sat_u(v128.load64_zero(target), up), down);
    v128.store64_lane(target, row, 0);
    target += targetStride;
  }
}

/** See {@link addFlat8Scalar}. */
export function addFlat8(target: usize, targetStride: usize, value: i32): void {
  if (ASC_FEATURE_SIMD) addFlat8Simd(target, targetStride, value);
  else addFlat8Scalar(target, targetStride, value);
}

/**
 * Stores one value, clamped to 8 bits, in an 8x8 block of samples. This definition is the reference.
 * @param target u8, 8x8
 */
export function storeFlat8Scalar(target: usize, targetStride: usize, value: i32): void {
  for (let y: usize = 0; y < 8; y++) {
    for (let x: usize = 0; x < 8; x++) store<u8>(target + y * targetStride + x, <u8>min<i32>(255, max<i32>(0, value)));
  }
}

/** Same contract, a row a step. */
export function storeFlat8Simd(target: usize, targetStride: usize, value: i32): void {
  const row = <u64>min<i32>(255, max<i32>(0, value)) * 0x0101010101010101;
  for (let y = 0; y < 8; y++) {
    store<u64>(target, row);
    target += targetStride;
  }
}

/** See {@link storeFlat8Scalar}. */
export function storeFlat8(target: usize, targetStride: usize, value: i32): void {
  if (ASC_FEATURE_SIMD) storeFlat8Simd(target, targetStride, value);
  else storeFlat8Scalar(target, targetStride, value);
}
