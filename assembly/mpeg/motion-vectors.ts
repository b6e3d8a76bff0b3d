/**
 * Motion vectors of a macroblock and what the next one's are predicted by (ISO/IEC 13818-2 7.6.3). In static memory:
 * every macroblock asks for them.
 */
import { FRAME_PICTURE, MOTION_DUAL, MOTION_FIELD, MOTION_FRAME } from "../mpeg-syntax/syntax";
import { vectorFrom } from "../mpeg-syntax/vectors";

/** PMV[r][s][t], i32 by r * 4 + s * 2 + t, vertical ones of frame pictures in lines of the frame; in half samples. */
const vectors: usize = memory.data(8 * 4);
/** motion_vertical_field_select, i32 by r * 2 + s. */
const fields: usize = memory.data(4 * 4);
/** dmvector, i32[2]. */
const differences: usize = memory.data(2 * 4);

export function resetVectors(): void {
  for (let at: usize = 0; at < 32; at += 8) store<u64>(vectors + at, 0);
}

/** Takes in a code. @param halved 1: the vector counts lines of a field, and its prediction those of the frame */
export function putVector(r: i32, s: i32, t: i32, code: i32, residual: i32, bits: i32, halved: i32): void {
  const at = vectors + <usize>((r << 4) | (s << 3) | (t << 2));
  store<i32>(at, vectorFrom(load<i32>(at) >> halved, code, residual, bits) << halved);
}

export function selectField(r: i32, s: i32, parity: i32): void {
  store<i32>(fields + <usize>((r << 3) | (s << 2)), parity);
}

export function putDualDifference(t: i32, difference: i32): void {
  store<i32>(differences + <usize>(t << 2), difference);
}

/** The first vector of a direction stands for the second, too. */
export function repeatVector(s: i32): void {
  const at = vectors + <usize>(s << 3);
  store<u64>(at, load<u64>(at), 16);
}

export function vectorX(r: i32, s: i32): i32 {
  return load<i32>(vectors + <usize>((r << 4) | (s << 3)));
}

export function vectorY(r: i32, s: i32): i32 {
  return load<i32>(vectors + <usize>((r << 4) | (s << 3)), 4);
}

/** Parity of the field that a vector points at: 0 top, 1 bottom. */
export function fieldParity(r: i32, s: i32): i32 {
  return load<i32>(fields + <usize>((r << 3) | (s << 2)));
}

/**
 * Dual prime: what points at the field of the other parity (7.6.3.6).
 * @param distance fields between the two, 1 or 3
 */
export function dualX(distance: i32): i32 {
  return halfAwayFromZero(vectorX(0, 0) * distance) + load<i32>(differences);
}

/** @param y vector in lines of a field; @param down lines by which fields of the two parities are apart, -1 or 1 */
export function dualY(y: i32, distance: i32, down: i32): i32 {
  return halfAwayFromZero(y * distance) + down + load<i32>(differences, 4);
}

/** Half, rounded to the nearest, from zero where there are two. */
function halfAwayFromZero(value: i32): i32 {
  return (value + (value > 0 ? 1 : 0)) >> 1;
}

/** Vectors of a direction that a macroblock has, 1 or 2. @param motion MOTION_* */
export function vectorCount(structure: i32, motion: i32): i32 {
  return motion == (structure == FRAME_PICTURE ? MOTION_FIELD : MOTION_FRAME) ? 2 : 1;
}

/** Vectors of a frame picture's macroblock count lines of fields. */
export function countsFieldLines(structure: i32, motion: i32): bool {
  return structure == FRAME_PICTURE && (motion == MOTION_FIELD || motion == MOTION_DUAL);
}
