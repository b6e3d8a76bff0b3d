import { ERROR_ARGUMENT, OK } from "../common/status";

/**
 * Combines bytes with a pad that repeats: dst[i] = src[i] ^ pad[(padOffset + i) % padLength]. Applied twice it gives the input back.
 * This definition is the reference.
 * Source: Cmix patent [0206]-[0207] (slave with the CM's data), Fig. 13 (coded AC bits with the filter factor).
 * @param dst        u8[count], written; may equal src, else overlaps neither input
 * @param src        u8[count]
 * @param count      bytes, >= 0
 * @param pad        u8[padLength]
 * @param padLength  bytes, >= 1
 * @param padOffset  where in the pad to begin, >= 0; may lie beyond padLength
 * @returns OK, or ERROR_ARGUMENT with nothing written
 */
export function xorRepeatScalar(dst: usize, src: usize, count: i32, pad: usize, padLength: i32, padOffset: i32): i32 {
  if (count < 0 || padLength < 1 || padOffset < 0) return ERROR_ARGUMENT;
  let position = padOffset % padLength;
  for (let i = 0; i < count; i++) {
    store<u8>(dst + i, load<u8>(src + i) ^ load<u8>(pad + position));
    position++;
    if (position == padLength) position = 0;
  }
  return OK;
}

/** Same contract, sixteen bytes a step. */
export function xorRepeatSimd(dst: usize, src: usize, count: i32, pad: usize, padLength: i32, padOffset: i32): i32 {
  if (count < 0 || padLength < 1 || padOffset < 0) return ERROR_ARGUMENT;
  const position = padOffset % padLength;
  if (padLength <= 16) xorShortPad(dst, src, count, pad, padLength, position);
  else xorLongPad(dst, src, count, pad, padLength, position);
  return OK;
}

/** The whole pad sits in one register; the lanes' pad positions move on by 16 modulo padLength each step. */
function xorShortPad(dst: usize, src: usize, count: i32, pad: usize, padLength: i32, position: i32): void {
  let padBytes = i8x16.splat(0);
  let positions = i8x16.splat(0);
  // Lanes cannot be addressed by a variable: shift both vectors in from lane 15, last byte first.
  for (let lane = 15; lane >= 0; lane--) {
    padBytes = v128.shuffle<u8>(padBytes, padBytes, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    padBytes = i8x16.replace_lane(padBytes, 0, lane < padLength ? load<i8>(pad + lane) : 0);
    positions = v128.shuffle<u8>(positions, positions, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    positions = i8x16.replace_lane(positions, 0, <i8>((position + lane) % padLength));
  }
  const length = i8x16.splat(<i8>padLength);
  const step = i8x16.splat(<i8>(16 % padLength));
  let i = 0;
  for (; i + 16 <= count; i += 16) {
    v128.store(dst + i, v128.xor(v128.load(src + i), v128.swizzle(padBytes, positions)));
    positions = i8x16.add(positions, step);
    positions = i8x16.sub(positions, v128.and(length, i8x16.ge_s(positions, length)));
  }
  xorRepeatScalar(dst + i, src + i, count - i, pad, padLength, position + (i % padLength));
}

/** Steps run up to the pad's end, then begin again at its start. */
function xorLongPad(dst: usize, src: usize, count: i32, pad: usize, padLength: i32, position: i32): void {
  let done = 0;
  while (done < count) {
    const run = min(count - done, padLength - position);
    let i = 0;
    for (; i + 16 <= run; i += 16) {
      v128.store(dst + done + i, v128.xor(v128.load(src + done + i), v128.load(pad + position + i)));
    }
    for (; i < run; i++) {
      store<u8>(dst + done + i, load<u8>(src + done + i) ^ load<u8>(pad + position + i));
    }
    done += run;
    position = 0;
  }
}

/** {@link xorRepeatScalar}'s contract with the quickest code of this build. */
export function xorRepeat(dst: usize, src: usize, count: i32, pad: usize, padLength: i32, padOffset: i32): i32 {
  if (ASC_FEATURE_SIMD) return xorRepeatSimd(dst, src, count, pad, padLength, padOffset);
  return xorRepeatScalar(dst, src, count, pad, padLength, padOffset);
}
