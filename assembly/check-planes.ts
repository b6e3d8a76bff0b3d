/** Test-only forms of the plane coder. */
import { BitReader } from "./bitstream/bit-reader";
import { BitWriter } from "./bitstream/bit-writer";
import { readPlane, writePlane } from "./bitstream/read-code";
import { OK } from "./common/status";

/**
 * Writes the same plane `times` times, one directly behind the other.
 * @returns the exact number of bits, or the status
 */
export function checkWritePlanes(
  dst: usize,
  capacity: i32,
  bits: usize,
  widthPixels: i32,
  lines: i32,
  strideBytes: i32,
  times: i32,
): i32 {
  const writer = new BitWriter();
  writer.open(dst, capacity);
  for (let i = 0; i < times; i++) {
    const status = writePlane(writer, bits, widthPixels, lines, strideBytes);
    if (status != OK) return status;
  }
  const length = writer.bitLength();
  writer.align();
  return length;
}

/**
 * Reads `times` planes written one directly behind the other, to `bits`, planeBytes apart.
 * @returns the exact number of bits consumed, or the status
 */
export function checkReadPlanes(
  bits: usize,
  planeBytes: i32,
  widthPixels: i32,
  lines: i32,
  strideBytes: i32,
  src: usize,
  length: i32,
  times: i32,
): i32 {
  const reader = new BitReader();
  reader.open(src, length);
  for (let i = 0; i < times; i++) {
    const status = readPlane(reader, bits + i * planeBytes, widthPixels, lines, strideBytes);
    if (status != OK) return status;
  }
  return reader.bitPosition();
}
