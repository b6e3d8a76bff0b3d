/** The plane's bit of a sample, and how the low seven bits are kept. */
export const BITPLANE_GRAY: i32 = 0;
export const BITPLANE_BINARY: i32 = 1;

/**
 * Splits 8-bit samples into their low seven bits, which stay an ordinary picture, and their top bits, one bit a sample.
 * Gray (mode 0): low7 = x < 128 ? x : 255 - x, so that a surface crossing 128 stays continuous. Binary (any other mode): low7 = x & 127,
 * the letter of the patent. This definition is the reference.
 * Source: Cmix patent, Fig. 6, ST108-ST112.
 * @param low7   u8[count], written, 0..127; may equal src, else does not overlap it
 * @param bits   u8[(count + 7) >> 3], written, most significant bit first; the last byte is filled with zero bits
 * @param src    u8[count]
 * @param count  samples, >= 0
 * @param mode   BITPLANE_GRAY or BITPLANE_BINARY
 */
export function splitPlaneScalar(low7: usize, bits: usize, src: usize, count: i32, mode: i32): void {
  for (let i = 0; i < count; i += 8) {
    const end = min(count - i, 8);
    let packed: u32 = 0;
    for (let j = 0; j < end; j++) {
      const sample: u32 = load<u8>(src + i + j);
      const bit = sample >> 7;
      const low = mode == BITPLANE_GRAY && bit != 0 ? 255 - sample : sample & 127;
      store<u8>(low7 + i + j, low);
      packed |= bit << (7 - j);
    }
    store<u8>(bits + (i >> 3), packed);
  }
}

/** Same contract, sixteen samples a step; the scalar finishes the rest. */
export function splitPlaneSimd(low7: usize, bits: usize, src: usize, count: i32, mode: i32): void {
  const gray = mode == BITPLANE_GRAY;
  const lowMask = i8x16.splat(127);
  let i = 0;
  for (; i + 16 <= count; i += 16) {
    const samples = v128.load(src + i);
    // 255 - x = ~x: the sign bit spread over the lane flips the bits of samples from 128 up.
    const flip = gray ? i8x16.shr_s(samples, 7) : i8x16.splat(0);
    v128.store(low7 + i, v128.and(v128.xor(samples, flip), lowMask));
    // bitmask puts lane 0 into bit 0; each byte's first sample belongs into bit 7.
    const reversed = v128.shuffle<u8>(samples, samples, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
    store<u16>(bits + (i >> 3), <u16>i8x16.bitmask(reversed));
  }
  splitPlaneScalar(low7 + i, bits + (i >> 3), src + i, count - i, mode);
}

/** {@link splitPlaneScalar}'s contract with the quickest code of this build. */
export function splitPlane(low7: usize, bits: usize, src: usize, count: i32, mode: i32): void {
  if (ASC_FEATURE_SIMD) splitPlaneSimd(low7, bits, src, count, mode);
  else splitPlaneScalar(low7, bits, src, count, mode);
}

/**
 * Undoes {@link splitPlaneScalar}. Decoded low bits may have left 0..127; they are clamped to 127 first. This definition is the reference.
 * Source: Cmix patent, Fig. 6 read backwards.
 * @param dst    u8[count], written; may equal low7, else overlaps neither input
 * @param low7   u8[count]
 * @param bits   u8[(count + 7) >> 3], most significant bit first
 * @param count  samples, >= 0
 * @param mode   the mode of the split
 */
export function mergePlaneScalar(dst: usize, low7: usize, bits: usize, count: i32, mode: i32): void {
  for (let i = 0; i < count; i++) {
    const low: u32 = min<u32>(load<u8>(low7 + i), 127);
    const bit: u32 = (<u32>load<u8>(bits + (i >> 3)) >> (7 - (i & 7))) & 1;
    let sample = low;
    if (bit != 0) sample = mode == BITPLANE_GRAY ? 255 - low : 128 | low;
    store<u8>(dst + i, sample);
  }
}

/** Same contract, sixteen samples a step; the scalar finishes the rest. */
export function mergePlaneSimd(dst: usize, low7: usize, bits: usize, count: i32, mode: i32): void {
  // What a set bit flips: every bit of a Gray sample, the top bit of a binary one.
  const flipped = mode == BITPLANE_GRAY ? i8x16.splat(-1) : i8x16.splat(-128);
  const ownBit = i8x16(-128, 64, 32, 16, 8, 4, 2, 1, -128, 64, 32, 16, 8, 4, 2, 1);
  const ownByte = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  const zero = i8x16.splat(0);
  let i = 0;
  for (; i + 16 <= count; i += 16) {
    const low = i8x16.min_u(v128.load(low7 + i), i8x16.splat(127));
    const packed = v128.swizzle(i16x8.splat(load<i16>(bits + (i >> 3))), ownByte);
    const set = i8x16.ne(v128.and(packed, ownBit), zero);
    v128.store(dst + i, v128.xor(low, v128.and(set, flipped)));
  }
  mergePlaneScalar(dst + i, low7 + i, bits + (i >> 3), count - i, mode);
}

/** {@link mergePlaneScalar}'s contract with the quickest code of this build. */
export function mergePlane(dst: usize, low7: usize, bits: usize, count: i32, mode: i32): void {
  if (ASC_FEATURE_SIMD) mergePlaneSimd(dst, low7, bits, count, mode);
  else mergePlaneScalar(dst, low7, bits, count, mode);
}
