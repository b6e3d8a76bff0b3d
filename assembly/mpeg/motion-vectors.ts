/** Motion vectors of a macroblock and what the next one's are predicted by (ISO/IEC 13818-2 7.6.3). */
import { FRAME_PICTURE, MOTION_DUAL, MOTION_FIELD, MOTION_FRAME } from "../mpeg-syntax/syntax";
import { vectorFrom } from "../mpeg-syntax/vectors";

export class MotionVectors {
  /** PMV[r][s][t]: by r * 4 + s * 2 + t, vertical ones of frame pictures in lines of the frame; in half samples. */
  private readonly vectors: StaticArray<i32> = [0, 0, 0, 0, 0, 0, 0, 0];
  /** motion_vertical_field_select by r * 2 + s. */
  private readonly fields: StaticArray<i32> = [0, 0, 0, 0];
  /** dmvector. */
  private readonly differences: StaticArray<i32> = [0, 0];

  reset(): void {
    for (let i = 0; i < 8; i++) unchecked((this.vectors[i] = 0));
  }

  /** Takes in a code. @param halved 1: the vector counts lines of a field, and its prediction those of the frame */
  put(r: i32, s: i32, t: i32, code: i32, residual: i32, bits: i32, halved: i32): void {
    const at = (r << 2) | (s << 1) | t;
    const before = unchecked(this.vectors[at]);
    unchecked((this.vectors[at] = vectorFrom(before >> halved, code, residual, bits) << halved));
  }

  select(r: i32, s: i32, parity: i32): void {
    unchecked((this.fields[(r << 1) | s] = parity));
  }

  putDifference(t: i32, difference: i32): void {
    unchecked((this.differences[t] = difference));
  }

  /** The first vector of a direction stands for the second, too. */
  repeat(s: i32): void {
    unchecked((this.vectors[4 + (s << 1)] = this.vectors[s << 1]));
    unchecked((this.vectors[5 + (s << 1)] = this.vectors[(s << 1) | 1]));
  }

  x(r: i32, s: i32): i32 {
    return unchecked(this.vectors[(r << 2) | (s << 1)]);
  }

  y(r: i32, s: i32): i32 {
    return unchecked(this.vectors[(r << 2) | (s << 1) | 1]);
  }

  parity(r: i32, s: i32): i32 {
    return unchecked(this.fields[(r << 1) | s]);
  }

  /**
   * Dual prime: what points at the field of the other parity (7.6.3.6).
   * @param distance fields between the two, 1 or 3
   */
  dualX(distance: i32): i32 {
    return halfAwayFromZero(this.x(0, 0) * distance) + unchecked(this.differences[0]);
  }

  /** @param y vector in lines of a field; @param down lines by which fields of the two parities are apart, -1 or 1 */
  dualY(y: i32, distance: i32, down: i32): i32 {
    return halfAwayFromZero(y * distance) + down + unchecked(this.differences[1]);
  }
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
