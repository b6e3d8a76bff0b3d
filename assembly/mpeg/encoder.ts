/**
 * MPEG-1 encoder of one closed group of pictures after another, with the division of Fig. 6 built in: where a standard stream has one
 * bit string, a divided one has two, public and withheld. One encoder an instance of the module.
 */

import { ERROR_ARGUMENT, ERROR_SPACE, OK } from "../common/status";
import { putFrameHeaders, putGroupHeader, putPictureHeader, putSequenceHeader } from "../mpeg-syntax/header-writer";
import { MB_BACKWARD, MB_FORWARD } from "../mpeg-syntax/macroblock-types";
import { HEIGHT_MAX, TYPE_B, TYPE_I, TYPE_P, WIDTH_MAX } from "../mpeg-syntax/syntax";
import { closeBMotionField, directionRangeCode, findDirections, openBMotionField } from "./b-motion-field";
import { encodeBidirectionalPicture } from "./b-picture-coder";
import { setQuality, setSyntax } from "./block-coder";
import { DIVISION_NONE, PLANE_ADAPTIVE, PLANE_READ } from "./division-modes";
import { resetEdgeDcContexts, restoreEdgeDcContexts, saveEdgeDcContexts } from "./edge-dc-code";
import { contextCoder, state, withheldWriter, writer } from "./encoder-state";
import { encodeIntraMacroblocks, encodePredictedPicture } from "./macroblock-coder";
import { closeMotionField, findVectors, openMotionField, vectorRangeCode } from "./motion-field";
import { extendPlane, PictureBuffer } from "./picture-buffer";
import { closePlaneDivider, mergeTopPlanes, openPlaneDivider, putTopPlanes, splitTopPlanes } from "./plane-divider";

/** Bytes that no macroblock's code exceeds: 6 x 64 escapes of 28 bits, and its header. */
const MACROBLOCK_MAX_BYTES: i32 = 1400;
/** READ takes at most 6 bits a sample (runs of one in horizontal mode); DC codes take at most 12 bytes a macroblock. */
const WITHHELD_MAX_BYTES: i32 = 320;

let width: i32 = 0;
let height: i32 = 0;
let rateCode: i32 = 0;
let aspectCode: i32 = 0;
let output: usize = 0;
let outputCapacity: i32 = 0;
let withheldOutput: usize = 0;
let withheldCapacity: i32 = 0;
let contextOutput: usize = 0;
let syntax: i32 = 0;
let frameFlags: i32 = 0;
/** Numbers in the video, in display order: of the group's I-picture, and of the references. */
let groupStart: i32 = 0;
let referenceNumber: i32 = 0;
let olderNumber: i32 = 0;
let hasReference: bool = false;
/** Pictures between the two references may be coded. */
let hasGap: bool = false;
/** The picture coded last. */
let last: PictureBuffer | null = null;

/** What a picture is to become: an I-picture at the start of a group; a P-picture, or an I-picture where that is better. */
const WANT_KEY: i32 = 1;
const WANT_NEXT: i32 = 2;
/** A P-picture ahead of those before it, which follow as B-pictures; nothing where an I-picture is better. */
const WANT_AHEAD: i32 = 3;
/** A B-picture between the last one ahead and the reference before that. */
const WANT_BETWEEN: i32 = 4;
/** A B-picture without predictions, whatever was coded before: its number is its temporal reference. */
const WANT_ALONE: i32 = 5;

/** A stream of its own, of MPEG-1. */
const SYNTAX_STREAM: i32 = 0;
/** Pictures that go into a stream whose sequence header stands there: of MPEG-1, of MPEG-2, and of one whose sequence has fields. */
const SYNTAX_MPEG2: i32 = 2;
const SYNTAX_FIELDS: i32 = 3;

/**
 * Opens the encoder for pictures of one size.
 *
 * @param pictureRate   code of Table 2.4.3.2, 1..8
 * @param pelAspect     code of 2.4.3.2, 1..14
 * @param divisionMode  DIVISION_NONE writes a standard stream
 * @param planeCoding   PLANE_READ or PLANE_ADAPTIVE
 * @param streamSyntax  SYNTAX_*, 0 where the stream is divided
 * @returns OK or ERROR_ARGUMENT
 */
export function encoderOpen(
  pictureWidth: i32,
  pictureHeight: i32,
  pictureRate: i32,
  pelAspect: i32,
  divisionMode: i32,
  planeCoding: i32,
  streamSyntax: i32,
): i32 {
  encoderClose();
  if (pictureWidth < 1 || pictureWidth > WIDTH_MAX || pictureHeight < 1 || pictureHeight > HEIGHT_MAX)
    return ERROR_ARGUMENT;
  if (
    pictureRate < 1 ||
    pictureRate > 8 ||
    pelAspect < 1 ||
    pelAspect > 14 ||
    divisionMode < 0 ||
    divisionMode > 2 ||
    planeCoding < 0 ||
    planeCoding > 1 ||
    streamSyntax < SYNTAX_STREAM ||
    streamSyntax > (divisionMode == DIVISION_NONE ? SYNTAX_FIELDS : SYNTAX_STREAM)
  )
    return ERROR_ARGUMENT;
  width = pictureWidth;
  height = pictureHeight;
  rateCode = pictureRate;
  aspectCode = pelAspect;
  state.division = divisionMode;
  state.planeCode = planeCoding;
  syntax = streamSyntax;
  frameFlags = 0;
  setSyntax(syntax >= SYNTAX_MPEG2);
  const wide = (width + 15) >> 4;
  const high = syntax == SYNTAX_FIELDS ? ((height + 31) >> 5) << 1 : (height + 15) >> 4;
  const macroblocks = wide * high;
  state.macroblocksWide = wide;
  state.macroblocksHigh = high;
  state.source = new PictureBuffer(wide, high);
  state.reference = new PictureBuffer(wide, high);
  state.reconstruction = new PictureBuffer(wide, high);
  if (divisionMode != DIVISION_NONE) {
    withheldCapacity = macroblocks * WITHHELD_MAX_BYTES + 1024;
    withheldOutput = heap.alloc(<usize>withheldCapacity);
    contextOutput = heap.alloc(<usize>withheldCapacity);
    openPlaneDivider(wide, high);
  }
  openMotionField(macroblocks);
  outputCapacity = macroblocks * MACROBLOCK_MAX_BYTES + 1024;
  output = heap.alloc(<usize>outputCapacity);
  hasReference = false;
  hasGap = false;
  last = state.reference;
  return OK;
}

export function encoderClose(): void {
  if (output == 0) return;
  state.source!.release();
  state.reference!.release();
  state.reconstruction!.release();
  if (state.older !== null) {
    state.older!.release();
    state.older = null;
    closeBMotionField();
  }
  if (withheldOutput != 0) {
    heap.free(withheldOutput);
    heap.free(contextOutput);
    closePlaneDivider();
  }
  closeMotionField();
  heap.free(output);
  output = 0;
  withheldOutput = 0;
  withheldCapacity = 0;
}

/** What MPEG-2 says of frames from now on. @param flags a sum of header-writer.ts's PROGRESSIVE_FRAME … */
export function encoderFrame(flags: i32): void {
  frameFlags = flags;
}

/** Plane 0 (Y), 1 (Cb) or 2 (Cr) to write the next picture into; its stride is `encoderStride(plane)`. */
export function encoderSource(plane: i32): usize {
  return planeOf(state.source!, plane);
}

/** Plane of the last picture's complete reconstruction, same stride. */
export function encoderReconstruction(plane: i32): usize {
  return planeOf(last!, plane);
}

function planeOf(buffer: PictureBuffer, plane: i32): usize {
  return plane == 0 ? buffer.luma : plane == 1 ? buffer.cb : buffer.cr;
}

export function encoderStride(plane: i32): i32 {
  return plane == 0 ? state.source!.stride : state.source!.chromaStride;
}

export function encoderPublicBytes(): usize {
  return output;
}

export function encoderPublicLength(): i32 {
  return writer.byteLength();
}

export function encoderWithheldBytes(): usize {
  return withheldOutput;
}

export function encoderWithheldLength(): i32 {
  return withheldWriter.byteLength();
}

/**
 * Encodes the picture that stands in the source planes.
 *
 * @param quality  quantiser scale 1..31
 * @param want     WANT_*
 * @param number   number of the picture in the video, in display order
 * @returns TYPE_I, TYPE_P or TYPE_B, 0 where nothing was coded, or a negative status
 */
export function encoderPicture(quality: i32, want: i32, number: i32): i32 {
  if (output == 0 || quality < 1 || quality > 31 || want < WANT_KEY || want > WANT_ALONE) return ERROR_ARGUMENT;
  if (want == WANT_AHEAD && !hasReference) return ERROR_ARGUMENT;
  if (want == WANT_ALONE && state.division != DIVISION_NONE) return ERROR_ARGUMENT;
  if (want == WANT_BETWEEN && !(hasGap && number > olderNumber && number < referenceNumber)) return ERROR_ARGUMENT;
  const picture = state.source!;
  extendPlane(picture.luma, picture.stride, width, height, picture.rows);
  extendPlane(picture.cb, picture.chromaStride, (width + 1) >> 1, (height + 1) >> 1, picture.rows >> 1);
  extendPlane(picture.cr, picture.chromaStride, (width + 1) >> 1, (height + 1) >> 1, picture.rows >> 1);
  setQuality(quality);
  writer.open(output, outputCapacity);
  openWithheld();

  // ---- I or P by the least square error against the picture before (Cmix patent, Fig. 6, ST106; the first is always I) ----
  let type = TYPE_B;
  if (want < WANT_BETWEEN) {
    const isPredicted = (want == WANT_NEXT && hasReference) || want == WANT_AHEAD;
    type = isPredicted && !findVectors(quality) ? TYPE_P : TYPE_I;
    if (type == TYPE_I && want == WANT_AHEAD) return 0;
  }
  if (type == TYPE_I) {
    groupStart = number;
    resetEdgeDcContexts();
    if (syntax == SYNTAX_STREAM) putSequenceHeader(writer, width, height, aspectCode, rateCode);
    putGroupHeader(writer, rateCode, number);
  }
  saveEdgeDcContexts();
  if (want == WANT_ALONE) encodeAlone(quality, number);
  else encodePictureOf(type, quality, number);
  writer.align();
  closeWithheld();
  if (writer.overflow || withheldWriter.overflow) return ERROR_SPACE;
  last = state.reconstruction;
  if (type != TYPE_B) refer(number, want == WANT_AHEAD);
  return type;
}

function encodePictureOf(type: i32, quality: i32, number: i32): void {
  const temporalReference = (number - groupStart) & 1023;
  if (type == TYPE_B) {
    findDirections(quality, number - olderNumber, referenceNumber - olderNumber);
    const forwardCode = directionRangeCode(MB_FORWARD);
    const backwardCode = directionRangeCode(MB_BACKWARD);
    putHeaders(temporalReference, type, forwardCode, backwardCode);
    encodeBidirectionalPicture(quality, forwardCode, backwardCode);
    return;
  }
  const codeRange = type == TYPE_P ? vectorRangeCode() : 1;
  putHeaders(temporalReference, type, codeRange, 1);
  if (type == TYPE_I) encodeIntraPicture(quality);
  else encodePredictedPicture(quality, codeRange);
}

function encodeAlone(quality: i32, number: i32): void {
  putHeaders(number & 1023, TYPE_B, 1, 1);
  encodeIntraMacroblocks(state.source!, state.reconstruction!, quality, TYPE_B);
}

function putHeaders(temporalReference: i32, type: i32, forwardCode: i32, backwardCode: i32): void {
  if (syntax >= SYNTAX_MPEG2) {
    putFrameHeaders(writer, temporalReference, type, forwardCode, backwardCode, frameFlags);
  } else {
    putPictureHeader(writer, temporalReference, type, forwardCode, backwardCode);
  }
}

/** The picture coded last becomes the newest reference. @param keepsBefore the one before stays for what lies between */
function refer(number: i32, keepsBefore: bool): void {
  const before = state.reference;
  state.reference = state.reconstruction;
  state.reconstruction = before;
  if (keepsBefore) {
    if (state.older === null) {
      state.older = new PictureBuffer(state.macroblocksWide, state.macroblocksHigh);
      openBMotionField(state.macroblocksWide * state.macroblocksHigh);
    }
    state.reconstruction = state.older;
    state.older = before;
    olderNumber = referenceNumber;
  }
  hasGap = keepsBefore;
  referenceNumber = number;
  hasReference = true;
}

function openWithheld(): void {
  state.isContextCoding = state.division != DIVISION_NONE && state.planeCode == PLANE_ADAPTIVE;
  withheldWriter.open(withheldOutput, withheldCapacity);
  if (!state.isContextCoding) return;
  withheldWriter.put(PLANE_READ, 8);
  contextCoder.open(contextOutput, withheldCapacity);
}

/** Takes the shorter of the two codes. A P-picture of which nothing is withheld has no byte to say which. */
function closeWithheld(): void {
  withheldWriter.align();
  if (!state.isContextCoding) return;
  const length = contextCoder.finish();
  if (withheldWriter.byteLength() == 1) {
    withheldWriter.open(withheldOutput, withheldCapacity);
  } else if (!contextCoder.overflow && length + 1 < withheldWriter.byteLength()) {
    withheldWriter.replace(PLANE_ADAPTIVE, contextOutput, length);
  } else {
    restoreEdgeDcContexts();
  }
}

function encodeIntraPicture(quality: i32): void {
  const picture = state.source!;
  const target = state.reconstruction!;
  if (state.division == DIVISION_NONE) {
    encodeIntraMacroblocks(picture, target, quality, TYPE_I);
    return;
  }
  encodeIntraMacroblocks(splitTopPlanes(picture, quality), target, quality, TYPE_I);
  putTopPlanes(target);
  mergeTopPlanes(target);
}
