/** Headers above the macroblock layer, written: of MPEG-1 (ISO/IEC 11172-2 2.4.2), and of frame pictures of MPEG-2 (ISO/IEC 13818-2 6.2). */
import { BitWriter } from "../bitstream/bit-writer";
import {
  EXTENSION_START,
  FRAME_PICTURE,
  GROUP_START,
  PICTURE_START,
  SEQUENCE_HEADER,
  SLICE_FIRST,
  TYPE_B,
  TYPE_I,
} from "./syntax";

/** Pictures a second of the codes 1 to 8, rounded up, for time codes (Table of 2.4.3.2). */
const RATE_ROUNDED: StaticArray<i32> = [0, 24, 24, 25, 30, 30, 50, 60, 60];

/** bit_rate for a variable rate, and the largest buffer that the field carries. */
const RATE_VARIABLE: u32 = 0x3ffff;
const BUFFER_SIZE: u32 = 0x3ff;
/** MPEG-2: an f_code of a direction that has no vectors, and what stands in MPEG-1's place. */
const NO_VECTORS: i32 = 15;
const CODE_MOVED: i32 = 7;
const PICTURE_CODING: u32 = 8;

/** What {@link putFrameHeaders} takes of a frame. */
export const PROGRESSIVE_FRAME: i32 = 1;
export const TOP_FIELD_FIRST: i32 = 2;
export const REPEAT_FIRST_FIELD: i32 = 4;

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

/**
 * The picture header and picture coding extension of a frame in MPEG-2 whose macroblocks are predicted and transformed as
 * frames, with MPEG-1's quantiser scales, scan and tables.
 * @param frame a sum of PROGRESSIVE_FRAME, TOP_FIELD_FIRST and REPEAT_FIRST_FIELD
 */
export function putFrameHeaders(
  writer: BitWriter,
  temporalReference: i32,
  type: i32,
  forwardCode: i32,
  backwardCode: i32,
  frame: i32,
): void {
  putPictureHeader(writer, temporalReference, type, CODE_MOVED, CODE_MOVED);
  const forward = type == TYPE_I ? NO_VECTORS : forwardCode;
  const backward = type == TYPE_B ? backwardCode : NO_VECTORS;
  const progressive = frame & PROGRESSIVE_FRAME ? 1 : 0;
  writer.align();
  writer.put(EXTENSION_START, 32);
  writer.put(PICTURE_CODING, 4);
  writer.put((forward << 4) | forward, 8);
  writer.put((backward << 4) | backward, 8);
  writer.put(0, 2); // intra_dc_precision: 8 bits
  writer.put(FRAME_PICTURE, 2);
  writer.put(frame & TOP_FIELD_FIRST ? 1 : 0, 1);
  writer.put(1, 1); // frame_pred_frame_dct
  writer.put(0, 4); // no concealment vectors; linear scale, table B-14, zigzag scan
  writer.put(frame & REPEAT_FIRST_FIELD ? 1 : 0, 1);
  writer.put(progressive, 1); // chroma_420_type
  writer.put(progressive, 1);
  writer.put(0, 1); // no composite display
}

/** @param row macroblock row, from 0 */
export function putSliceHeader(writer: BitWriter, row: i32, quality: i32): void {
  writer.align();
  writer.put(SLICE_FIRST + row, 32);
  writer.put(quality, 5);
  writer.put(0, 1); // no extra information
}
