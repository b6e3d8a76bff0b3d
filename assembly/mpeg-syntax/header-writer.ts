/** Headers of MPEG-1 above the macroblock layer, written (ISO/IEC 11172-2 2.4.2). */
import { BitWriter } from "../bitstream/bit-writer";
import { GROUP_START, PICTURE_START, SEQUENCE_HEADER, SLICE_FIRST, TYPE_B, TYPE_I } from "./syntax";

/** Pictures a second of the codes 1 to 8, rounded up, for time codes (Table of 2.4.3.2). */
const RATE_ROUNDED: StaticArray<i32> = [0, 24, 24, 25, 30, 30, 50, 60, 60];

/** bit_rate for a variable rate, and the largest buffer that the field carries. */
const RATE_VARIABLE: u32 = 0x3ffff;
const BUFFER_SIZE: u32 = 0x3ff;

export function putSequenceHeader(writer: BitWriter, width: i32, height: i32, aspectCode: i32, rateCode: i32): void {
  writer.align();
  writer.put(SEQUENCE_HEADER, 32);
  writer.put(width, 12);
  writer.put(height, 12);
  writer.put(aspectCode, 4);
  writer.put(rateCode, 4);
  writer.put(RATE_VARIABLE, 18);
  writer.put(1, 1); // marker
  writer.put(BUFFER_SIZE, 10);
  writer.put(0, 3); // not constrained, default matrices
}

/** @param number of the group's first picture in the video, for the time code */
export function putGroupHeader(writer: BitWriter, rateCode: i32, number: i32): void {
  const rate = RATE_ROUNDED[rateCode];
  const seconds = number / rate;
  writer.align();
  writer.put(GROUP_START, 32);
  writer.put(0, 1); // no dropped frames
  writer.put((seconds / 3600) % 24, 5);
  writer.put((seconds / 60) % 60, 6);
  writer.put(1, 1); // marker
  writer.put(seconds % 60, 6);
  writer.put(number % rate, 6);
  writer.put(2, 2); // closed, not broken
}

/** @param forwardCode, backwardCode f_codes, written where the type has such vectors */
export function putPictureHeader(
  writer: BitWriter,
  temporalReference: i32,
  type: i32,
  forwardCode: i32,
  backwardCode: i32,
): void {
  writer.align();
  writer.put(PICTURE_START, 32);
  writer.put(temporalReference, 10);
  writer.put(type, 3);
  writer.put(0xffff, 16); // vbv_delay: variable rate
  if (type != TYPE_I) {
    writer.put(0, 1); // half-sample vectors
    writer.put(forwardCode, 3);
  }
  if (type == TYPE_B) {
    writer.put(0, 1);
    writer.put(backwardCode, 3);
  }
  writer.put(0, 1); // no extra information
}

/** @param row macroblock row, from 0 */
export function putSliceHeader(writer: BitWriter, row: i32, quality: i32): void {
  writer.align();
  writer.put(SLICE_FIRST + row, 32);
  writer.put(quality, 5);
  writer.put(0, 1); // no extra information
}
