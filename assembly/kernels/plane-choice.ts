/**
 * The encoder's free choice of the top bit. A sample near 128 may keep its neighbours' bit: the fold then saturates at 127 instead of
 * turning back, which costs an error of at most `slack` and saves a crease in the low bits and an edge in the plane.
 */

/**
 * Splits a plane in `gray` with that freedom. This definition is the reference.
 *
 * @param low7   u8[stride * lines], written, 0..127; may be `source`
 * @param bits   u8[stride * lines / 8], written, most significant bit first
 * @param stride samples a line, a multiple of 8
 * @param slack  0..127; 0 takes every bit as it is; otherwise samples of 128 - slack to 127 + slack follow their neighbours
 */
export function choosePlaneScalar(low7: usize, bits: usize, source: usize, stride: i32, lines: i32, slack: i32): void {
  let above: usize = 0;
  for (let y = 0; y < lines; y++) {
    let left = firstLeft(above, source);
    for (let x = 0; x < stride; x += 8)
      left = chooseEight(low7 + x, bits + (x >> 3), source + x, above, x, left, slack);
    above = bits;
    bits += stride >> 3;
    low7 += stride;
    source += stride;
  }
}

/** Same contract: sixteen samples at once where none of them may choose. */
export function choosePlaneSimd(low7: usize, bits: usize, source: usize, stride: i32, lines: i32, slack: i32): void {
  const first = i8x16.splat(<i8>(128 - slack));
  const free = i8x16.splat(<i8>(2 * slack));
  let above: usize = 0;
  for (let y = 0; y < lines; y++) {
    let left = firstLeft(above, source);
    let x = 0;
    for (; x + 16 <= stride; x += 16) {
      const samples = v128.load(source + x);
      if (v128.any_true(i8x16.lt_u(i8x16.sub(samples, first), free))) {
        left = chooseEight(low7 + x, bits + (x >> 3), source + x, above, x, left, slack);
        left = chooseEight(low7 + x + 8, bits + (x >> 3) + 1, source + x + 8, above, x + 8, left, slack);
        continue;
      }
      // 255 - sample is the sample with all bits turned.
      v128.store(low7 + x, v128.xor(samples, i8x16.shr_s(samples, 7)));
      const turned = v128.shuffle<u8>(samples, samples, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
      const sixteen = i8x16.bitmask(turned);
      store<u16>(bits + (x >> 3), <u16>sixteen);
      left = (sixteen >> 8) & 1;
    }
    if (x < stride) chooseEight(low7 + x, bits + (x >> 3), source + x, above, x, left, slack);
    above = bits;
    bits += stride >> 3;
    low7 += stride;
    source += stride;
  }
}

/** What stands for the bit to the left of a line's first sample: the one above it, in the first line its own. */
function firstLeft(above: usize, source: usize): i32 {
  return <i32>((above != 0 ? load<u8>(above) : load<u8>(source)) >> 7);
}

/** Eight samples of a line from column `x` on; returns the last one's bit. @param above the line's bits above, or 0 */
function chooseEight(low7: usize, bits: usize, source: usize, above: usize, x: i32, before: i32, slack: i32): i32 {
  const first = 128 - slack;
  const free = <u32>(2 * slack);
  const aboveByte = above != 0 ? <i32>load<u8>(above + (x >> 3)) : -1;
  let left = before;
  let byte = 0;
  for (let i = 0; i < 8; i++) {
    const sample = <i32>load<u8>(source + i);
    let bit = sample >> 7;
    if (<u32>(sample - first) < free) {
      // In the first line there is only the left neighbour; where the two neighbours differ the sample decides.
      const other = aboveByte < 0 ? left : (aboveByte >> (7 - i)) & 1;
      if (other == left) bit = left;
    }
    left = bit;
    byte = (byte << 1) | bit;
    store<u8>(low7 + i, <u8>min<i32>(127, bit ? 255 - sample : sample));
  }
  store<u8>(bits, <u8>byte);
  return left;
}

/** See {@link choosePlaneScalar}. */
export function choosePlane(low7: usize, bits: usize, source: usize, stride: i32, lines: i32, slack: i32): void {
  if (ASC_FEATURE_SIMD) choosePlaneSimd(low7, bits, source, stride, lines, slack);
  else choosePlaneScalar(low7, bits, source, stride, lines, slack);
}
