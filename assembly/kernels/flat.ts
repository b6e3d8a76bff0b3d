/** 8x8 blocks of which only the mean changes. */

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
