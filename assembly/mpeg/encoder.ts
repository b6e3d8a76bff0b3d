/**
 * MPEG-1 encoder of one closed group of pictures after another, with the division of Fig. 6 built in: where a standard stream has one
 * bit string, a divided one has two, public and withheld. One encoder an instance of the module.
 */

import { ArithmeticEncoder } from "../bitstream/arithmetic";
import { BitWriter } from "../bitstream/bit-writer";
import { incrementCodes, motionCodes, patternCodes, putCode } from "../bitstream/code-tables";
import { putPlane, resetPlaneContexts } from "../bitstream/plane-code";
import { writePlane } from "../bitstream/read-code";
import { ERROR_ARGUMENT, ERROR_SPACE, OK } from "../common/status";
import { mergePlane, splitPlane } from "../kernels/bitplane";
import { spread16, sumSquared16 } from "../kernels/difference";
import { predict } from "../kernels/motion";
import { choosePlane } from "../kernels/plane-choice";
import { codeInterBlock, codeIntraBlock, quantiseInterBlock, setQuality } from "./block-coder";
import { putGroupHeader, putPictureHeader, putSequenceHeader, putSliceHeader } from "./headers";
import { foundSum, foundX, foundY, searchBegin, searchEnd, searchFrom } from "./motion-search";
import { extendPlane, PictureBuffer } from "./picture-buffer";
import { HEIGHT_MAX, TYPE_I, TYPE_P, WIDTH_MAX } from "./syntax";

/** Division modes. */
export const DIVISION_NONE: i32 = 0;
export const DIVISION_GRAY: i32 = 1;
export const DIVISION_BINARY: i32 = 2;

/** Bytes that no macroblock's code exceeds: 6 x 64 escapes of 28 bits, and its header. */
const MACROBLOCK_MAX_BYTES: i32 = 1400;
/** A picture becomes an I-picture where more than this share of its macroblocks, in 256ths, is better coded alone. */
const CUT_SHARE: i32 = 166;
/** Squared error a macroblock may have before coding it alone is weighed: 3 a sample. */
const ERROR_FLOOR: i32 = 9 * 256;

/** Codes of the top bit plane: READ only, or context coding where that is shorter; the first withheld byte of an I-picture then says which. */
export const PLANE_READ: i32 = 0;
export const PLANE_ADAPTIVE: i32 = 1;

const writer: BitWriter = new BitWriter();
const planeCoder: ArithmeticEncoder = new ArithmeticEncoder();
const withheldWriter: BitWriter = new BitWriter();
/** Current macroblock's luminance, rows tight. */
const packed: usize = memory.data(256, 16);
/** Its best prediction, rows tight. */
const matched: usize = memory.data(256, 16);
/** Squared error, by quantiser scale, that a prediction may have beyond the macroblock's own spread: its DC values cost bits too. */
const ALONE_BIAS: i32 = 200;

let width: i32 = 0;
let height: i32 = 0;
let macroblocksWide: i32 = 0;
let macroblocksHigh: i32 = 0;
let rateCode: i32 = 0;
let aspectCode: i32 = 0;
let division: i32 = 0;
let source: PictureBuffer | null = null;
let low7: PictureBuffer | null = null;
let reference: PictureBuffer | null = null;
let reconstruction: PictureBuffer | null = null;
let planeBits: usize = 0;
let output: usize = 0;
let outputCapacity: i32 = 0;
let withheldOutput: usize = 0;
let withheldLength: i32 = 0;
let planeCode: i32 = 0;
let adaptiveOutput: usize = 0;
/** Two i16 a macroblock: the vector in half samples; then one byte a macroblock: 1 where it is coded alone. */
let vectors: usize = 0;
let alone: usize = 0;
let pictureInGroup: i32 = 0;
let hasReference: bool = false;

/**
 * Opens the encoder for pictures of one size.
 *
 * @param pictureRate   code of Table 2.4.3.2, 1..8
 * @param pelAspect     code of 2.4.3.2, 1..14
 * @param divisionMode  DIVISION_NONE writes a standard stream
 * @param planeCoding   PLANE_READ or PLANE_ADAPTIVE
 * @returns OK or ERROR_ARGUMENT
 */
export function encoderOpen(
  pictureWidth: i32,
  pictureHeight: i32,
  pictureRate: i32,
  pelAspect: i32,
  divisionMode: i32,
  planeCoding: i32,
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
    planeCoding > 1
  )
    return ERROR_ARGUMENT;
  width = pictureWidth;
  height = pictureHeight;
  macroblocksWide = (width + 15) >> 4;
  macroblocksHigh = (height + 15) >> 4;
  rateCode = pictureRate;
  aspectCode = pelAspect;
  division = divisionMode;
  planeCode = planeCoding;
  const macroblocks = macroblocksWide * macroblocksHigh;
  source = PictureBuffer.allocate(macroblocksWide, macroblocksHigh);
  reference = PictureBuffer.allocate(macroblocksWide, macroblocksHigh);
  reconstruction = PictureBuffer.allocate(macroblocksWide, macroblocksHigh);
  if (division != DIVISION_NONE) {
    low7 = PictureBuffer.allocate(macroblocksWide, macroblocksHigh);
    planeBits = heap.alloc(<usize>(macroblocks * 48));
    withheldOutput = heap.alloc(<usize>withheldCapacity());
    adaptiveOutput = heap.alloc(<usize>withheldCapacity());
  }
  outputCapacity = macroblocks * MACROBLOCK_MAX_BYTES + 1024;
  output = heap.alloc(<usize>outputCapacity);
  vectors = heap.alloc(<usize>(macroblocks << 2));
  alone = heap.alloc(<usize>macroblocks);
  hasReference = false;
  pictureInGroup = 0;
  return OK;
}

/** READ takes at most 6 bits a sample (runs of one in horizontal mode); DC codes take at most 12 bytes a macroblock. */
function withheldCapacity(): i32 {
  return macroblocksWide * macroblocksHigh * 320 + 1024;
}

export function encoderClose(): void {
  if (output == 0) return;
  source!.release();
  reference!.release();
  reconstruction!.release();
  if (low7 !== null) {
    low7!.release();
    heap.free(planeBits);
    heap.free(withheldOutput);
    heap.free(adaptiveOutput);
  }
  low7 = null;
  heap.free(output);
  heap.free(vectors);
  heap.free(alone);
  output = 0;
}

/** Plane 0 (Y), 1 (Cb) or 2 (Cr) to write the next picture into; its stride is `encoderStride(plane)`. */
export function encoderSource(plane: i32): usize {
  return planeOf(source!, plane);
}

/** Plane of the last picture's complete reconstruction, same stride. */
export function encoderReconstruction(plane: i32): usize {
  return planeOf(reference!, plane);
}

function planeOf(buffer: PictureBuffer, plane: i32): usize {
  return plane == 0 ? buffer.luma : plane == 1 ? buffer.cb : buffer.cr;
}

export function encoderStride(plane: i32): i32 {
  return plane == 0 ? source!.stride : source!.chromaStride;
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
  return withheldLength;
}

/**
 * Encodes the picture that stands in the source planes.
 *
 * @param quality  quantiser scale 1..31
 * @param key      not 0: an I-picture is wanted, a new group starts
 * @param number   number of the picture in the video, for the group's time code
 * @returns TYPE_I or TYPE_P, or a negative status
 */
export function encoderPicture(quality: i32, key: i32, number: i32): i32 {
  if (output == 0 || quality < 1 || quality > 31) return ERROR_ARGUMENT;
  const picture = source!;
  extendPlane(picture.luma, picture.stride, width, height, picture.rows);
  extendPlane(picture.cb, picture.chromaStride, (width + 1) >> 1, (height + 1) >> 1, picture.rows >> 1);
  extendPlane(picture.cr, picture.chromaStride, (width + 1) >> 1, (height + 1) >> 1, picture.rows >> 1);
  setQuality(quality);
  writer.open(output, outputCapacity);
  withheldWriter.open(withheldOutput, withheldCapacity());
  withheldLength = 0;

  // ---- I or P by the least square error against the picture before (Cmix patent, Fig. 6, ST106; the first is always I) ----
  const type = key != 0 || !hasReference || findVectors(quality) ? TYPE_I : TYPE_P;
  if (type == TYPE_I) {
    pictureInGroup = 0;
    putSequenceHeader(writer, width, height, aspectCode, rateCode);
    putGroupHeader(writer, rateCode, number);
  }
  const codeRange = type == TYPE_P ? vectorRangeCode() : 1;
  putPictureHeader(writer, pictureInGroup, type, codeRange);
  if (type == TYPE_I) encodeIntraPicture(quality);
  else encodePredictedPicture(quality, codeRange);
  writer.align();
  withheldWriter.align();
  if (writer.overflow || withheldWriter.overflow) return ERROR_SPACE;
  if (withheldLength == 0 && division != DIVISION_NONE) withheldLength = withheldWriter.byteLength();

  const done = reconstruction!;
  reconstruction = reference;
  reference = done;
  hasReference = true;
  pictureInGroup = (pictureInGroup + 1) & 1023;
  return type;
}

// ---- I-pictures ----

function encodeIntraPicture(quality: i32): void {
  const picture = source!;
  const target = reconstruction!;
  if (division == DIVISION_NONE) {
    encodeIntraMacroblocks(picture, target, quality);
    return;
  }
  // Top bit plane to the slave, low seven bits on to the transform (Cmix patent, Fig. 6, ST108-ST112).
  const mode = division - DIVISION_GRAY;
  const low = low7!;
  const lumaBits = planeBits;
  const cbBits = lumaBits + <usize>((picture.stride >> 3) * picture.rows);
  const crBits = cbBits + <usize>((picture.chromaStride >> 3) * (picture.rows >> 1));
  splitTopPlane(low.luma, lumaBits, picture.luma, picture.stride, picture.rows, quality);
  splitTopPlane(low.cb, cbBits, picture.cb, picture.chromaStride, picture.rows >> 1, quality);
  splitTopPlane(low.cr, crBits, picture.cr, picture.chromaStride, picture.rows >> 1, quality);
  if (planeCode != PLANE_READ) withheldWriter.put(PLANE_READ, 8);
  writePlane(withheldWriter, lumaBits, picture.stride, picture.rows, picture.stride >> 3);
  writePlane(withheldWriter, cbBits, picture.chromaStride, picture.rows >> 1, picture.chromaStride >> 3);
  writePlane(withheldWriter, crBits, picture.chromaStride, picture.rows >> 1, picture.chromaStride >> 3);
  encodeIntraMacroblocks(low, target, quality);
  if (planeCode != PLANE_READ) takeShorterPlanes(target, lumaBits, cbBits, crBits);
  mergePlane(target.luma, target.luma, lumaBits, picture.stride * picture.rows, mode);
  mergePlane(target.cb, target.cb, cbBits, (picture.stride * picture.rows) >> 2, mode);
  mergePlane(target.cr, target.cr, crBits, (picture.stride * picture.rows) >> 2, mode);
}

/** Codes the planes by context, beside the low bits as a decoder has them, and keeps that where it is shorter. */
function takeShorterPlanes(low: PictureBuffer, lumaBits: usize, cbBits: usize, crBits: usize): void {
  withheldWriter.align();
  planeCoder.open(adaptiveOutput, withheldCapacity());
  resetPlaneContexts();
  putPlane(planeCoder, lumaBits, low.luma, low.stride, low.rows);
  resetPlaneContexts();
  putPlane(planeCoder, cbBits, low.cb, low.chromaStride, low.rows >> 1);
  putPlane(planeCoder, crBits, low.cr, low.chromaStride, low.rows >> 1);
  const length = planeCoder.finish();
  if (planeCoder.overflow || length + 1 >= withheldWriter.byteLength()) return;
  store<u8>(withheldOutput, <u8>PLANE_ADAPTIVE);
  memory.copy(withheldOutput + 1, adaptiveOutput, <usize>length);
  withheldLength = length + 1;
}

function splitTopPlane(low: usize, bits: usize, plane: usize, stride: i32, rows: i32, quality: i32): void {
  if (division == DIVISION_GRAY) choosePlane(low, bits, plane, stride, rows, slackOf(quality));
  else splitPlane(low, bits, plane, stride * rows, 1);
}

/** How far from 128 a sample may keep its neighbours' bit: an error of that size drowns in the quantiser's own. */
function slackOf(quality: i32): i32 {
  return 2 + (quality >> 2);
}

let lumaDc: i32 = 128;
let cbDc: i32 = 128;
let crDc: i32 = 128;

function resetDc(): void {
  lumaDc = 128;
  cbDc = 128;
  crDc = 128;
}

function encodeIntraMacroblocks(picture: PictureBuffer, target: PictureBuffer, quality: i32): void {
  for (let row = 0; row < macroblocksHigh; row++) {
    putSliceHeader(writer, row, quality);
    resetDc();
    for (let column = 0; column < macroblocksWide; column++) {
      writer.put(3, 2); // address increment 1, macroblock type intra
      codeIntraBlocks(writer, picture, target, column, row);
    }
  }
}

function codeIntraBlocks(
  dcWriter: BitWriter,
  picture: PictureBuffer,
  target: PictureBuffer,
  column: i32,
  row: i32,
): void {
  const stride = <usize>picture.stride;
  const chromaStride = <usize>picture.chromaStride;
  const luma = <usize>(row * 16 * picture.stride + column * 16);
  const chroma = <usize>(row * 8 * picture.chromaStride + column * 8);
  for (let block = 0; block < 4; block++) {
    const place = luma + (block & 1 ? 8 : 0) + (block & 2 ? stride * 8 : 0);
    lumaDc = codeIntraBlock(writer, dcWriter, false, lumaDc, picture.luma + place, stride, target.luma + place);
  }
  cbDc = codeIntraBlock(writer, dcWriter, true, cbDc, picture.cb + chroma, chromaStride, target.cb + chroma);
  crDc = codeIntraBlock(writer, dcWriter, true, crDc, picture.cr + chroma, chromaStride, target.cr + chroma);
}

// ---- P-pictures ----

/** Finds every macroblock's vector and whether it is coded alone; true where so many are that the picture becomes an I-picture. */
function findVectors(quality: i32): bool {
  const picture = source!;
  const before = reference!;
  const lambda = quality + 1;
  let intra = 0;
  for (let row = 0; row < macroblocksHigh; row++) {
    for (let column = 0; column < macroblocksWide; column++) {
      const index = row * macroblocksWide + column;
      const luma = picture.luma + <usize>(row * 16 * picture.stride + column * 16);
      for (let y = 0; y < 16; y++) v128.store(packed + y * 16, v128.load(luma + y * picture.stride));
      const left = column > 0 ? load<i32>(vectors + ((index - 1) << 2)) : 0;
      const above = row > 0 ? load<i32>(vectors + ((index - macroblocksWide) << 2)) : 0;
      const aboveRight =
        row > 0 && column + 1 < macroblocksWide ? load<i32>(vectors + ((index - macroblocksWide + 1) << 2)) : 0;
      searchBegin(
        packed,
        before.luma,
        before.stride,
        column << 4,
        row << 4,
        macroblocksWide << 4,
        macroblocksHigh << 4,
        vectorX(left),
        vectorY(left),
        lambda,
      );
      searchFrom(vectorX(left), vectorY(left));
      searchFrom(vectorX(above), vectorY(above));
      searchFrom(vectorX(aboveRight), vectorY(aboveRight));
      searchEnd();
      store<i32>(vectors + (index << 2), (foundY << 16) | (foundX & 0xffff));
      let isAlone = false;
      // 512: two a sample; below that no macroblock is better coded alone.
      if (foundSum > 512) {
        const at = before.luma + <usize>(((row << 4) + (foundY >> 1)) * before.stride + (column << 4) + (foundX >> 1));
        predict(matched, 16, at, <usize>before.stride, 16, 16, foundX & 1, foundY & 1);
        const error = sumSquared16(packed, matched, 16);
        isAlone = error > ERROR_FLOOR && error > spread16(packed) + ALONE_BIAS * quality;
      }
      store<u8>(alone + index, isAlone ? 1 : 0);
      if (isAlone) {
        intra += 1;
        store<i32>(vectors + (index << 2), 0);
      }
    }
  }
  return intra * 256 > macroblocksWide * macroblocksHigh * CUT_SHARE;
}

function vectorX(vector: i32): i32 {
  return (vector << 16) >> 16;
}

function vectorY(vector: i32): i32 {
  return vector >> 16;
}

/** The smallest forward_f_code that carries every vector of the picture: code f carries -16 * 2^(f-1) to 16 * 2^(f-1) - 1. */
function vectorRangeCode(): i32 {
  let furthest = 0;
  for (let i = 0; i < macroblocksWide * macroblocksHigh; i++) {
    const vector = load<i32>(vectors + (i << 2));
    const x = vectorX(vector);
    const y = vectorY(vector);
    furthest = max<i32>(furthest, max<i32>(x < 0 ? -x - 1 : x, y < 0 ? -y - 1 : y));
  }
  let code = 1;
  while (furthest >= 16 << (code - 1)) code += 1;
  return code;
}

/** One component of a vector, as a difference to the one before (2.4.4.2). */
function putVectorComponent(difference: i32, codeRange: i32): void {
  const bits = codeRange - 1;
  const limit = 16 << bits;
  if (difference < -limit) difference += 2 * limit;
  else if (difference >= limit) difference -= 2 * limit;
  const magnitude = abs<i32>(difference);
  const code = (magnitude + (1 << bits) - 1) >> bits;
  putCode(writer, motionCodes, code);
  if (code == 0) return;
  writer.put(difference < 0 ? 1 : 0, 1);
  if (bits > 0) writer.put((magnitude - 1) & ((1 << bits) - 1), bits);
}

function putAddressIncrement(increment: i32): void {
  while (increment > 33) {
    writer.put(8, 11); // macroblock_escape
    increment -= 33;
  }
  putCode(writer, incrementCodes, increment);
}

function encodePredictedPicture(quality: i32, codeRange: i32): void {
  const picture = source!;
  const before = reference!;
  const target = reconstruction!;
  const stride = <usize>picture.stride;
  const chromaStride = <usize>picture.chromaStride;
  const dcWriter = division == DIVISION_NONE ? writer : withheldWriter;
  for (let row = 0; row < macroblocksHigh; row++) {
    putSliceHeader(writer, row, quality);
    resetDc();
    let increment = 1;
    let lastX = 0;
    let lastY = 0;
    for (let column = 0; column < macroblocksWide; column++) {
      const index = row * macroblocksWide + column;
      if (load<u8>(alone + index) != 0) {
        putAddressIncrement(increment);
        increment = 1;
        writer.put(3, 5); // intra
        codeIntraBlocks(dcWriter, picture, target, column, row);
        lastX = 0;
        lastY = 0;
        continue;
      }
      resetDc();
      const vector = load<i32>(vectors + (index << 2));
      const x = vectorX(vector);
      const y = vectorY(vector);
      const luma = <usize>(row * 16 * picture.stride + column * 16);
      const chroma = <usize>(row * 8 * picture.chromaStride + column * 8);
      predictMacroblock(before, target, x, y, luma, chroma);

      let pattern = 0;
      for (let block = 0; block < 4; block++) {
        const place = luma + (block & 1 ? 8 : 0) + (block & 2 ? stride * 8 : 0);
        if (quantiseInterBlock(block, picture.luma + place, stride, target.luma + place, stride))
          pattern |= 32 >> block;
      }
      if (quantiseInterBlock(4, picture.cb + chroma, chromaStride, target.cb + chroma, chromaStride)) pattern |= 2;
      if (quantiseInterBlock(5, picture.cr + chroma, chromaStride, target.cr + chroma, chromaStride)) pattern |= 1;

      const still = vector == 0;
      if (still && pattern == 0 && column > 0 && column + 1 < macroblocksWide) {
        increment += 1; // skipped: predicted in place, nothing coded
        lastX = 0;
        lastY = 0;
        continue;
      }
      putAddressIncrement(increment);
      increment = 1;
      if (still && pattern != 0) {
        writer.put(1, 2); // no motion, coded
        lastX = 0;
        lastY = 0;
      } else {
        if (pattern == 0)
          writer.put(1, 3); // motion, not coded
        else writer.put(1, 1); // motion, coded
        putVectorComponent(x - lastX, codeRange);
        putVectorComponent(y - lastY, codeRange);
        lastX = x;
        lastY = y;
      }
      if (pattern == 0) continue;
      putCode(writer, patternCodes, pattern);
      for (let block = 0; block < 4; block++) {
        if ((pattern & (32 >> block)) == 0) continue;
        codeInterBlock(writer, block, target.luma + luma + (block & 1 ? 8 : 0) + (block & 2 ? stride * 8 : 0), stride);
      }
      if (pattern & 2) codeInterBlock(writer, 4, target.cb + chroma, chromaStride);
      if (pattern & 1) codeInterBlock(writer, 5, target.cr + chroma, chromaStride);
    }
  }
}

/** The macroblock's prediction, straight into the reconstruction. Chrominance vectors are halved towards zero (2.4.4.2). */
function predictMacroblock(
  before: PictureBuffer,
  target: PictureBuffer,
  x: i32,
  y: i32,
  luma: usize,
  chroma: usize,
): void {
  const stride = <usize>before.stride;
  const chromaStride = <usize>before.chromaStride;
  predict(
    target.luma + luma,
    stride,
    before.luma + luma + (y >> 1) * before.stride + (x >> 1),
    stride,
    16,
    16,
    x & 1,
    y & 1,
  );
  const chromaX = x / 2;
  const chromaY = y / 2;
  const offset = chroma + (chromaY >> 1) * before.chromaStride + (chromaX >> 1);
  predict(target.cb + chroma, chromaStride, before.cb + offset, chromaStride, 8, 8, chromaX & 1, chromaY & 1);
  predict(target.cr + chroma, chromaStride, before.cr + offset, chromaStride, 8, 8, chromaX & 1, chromaY & 1);
}
