/** Components of motion vectors and their codes (ISO/IEC 13818-2 7.6.3.1, ISO/IEC 11172-2 2.4.4.2). */
import { BitWriter } from "../bitstream/bit-writer";
import { putMotion } from "./code-tables";

/**
 * A component from the one before and what its code says.
 * @param code     motion_code, -16 to 16
 * @param residual motion_residual of `bits` bits, 0 to 8
 * @returns -16 << bits to (16 << bits) - 1
 */
export function vectorFrom(before: i32, code: i32, residual: i32, bits: i32): i32 {
  if (code == 0) return before;
  const magnitude = ((abs<i32>(code) - 1) << bits) + residual + 1;
  const limit = 16 << bits;
  const vector = before + (code < 0 ? -magnitude : magnitude);
  return vector < -limit ? vector + 2 * limit : vector >= limit ? vector - 2 * limit : vector;
}

/** Writes a component as its difference to the one before. @param bits of its residual */
export function putVectorDifference(writer: BitWriter, difference: i32, bits: i32): void {
  const limit = 16 << bits;
  if (difference < -limit) difference += 2 * limit;
  else if (difference >= limit) difference -= 2 * limit;
  const magnitude = abs<i32>(difference);
  const size = (magnitude + (1 << bits) - 1) >> bits;
  putMotion(writer, difference < 0 ? -size : size, (magnitude - 1) & ((1 << bits) - 1), bits);
}
