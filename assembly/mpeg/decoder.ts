/**
 * MPEG-1 decoder (I, P and B), with the combination of Fig. 6 built in: of a divided stream it reads the public and the withheld bit
 * string side by side. Decodes one picture a call; one decoder an instance of the module. ISO/IEC 11172-2 2.4.
 */

import { ArithmeticDecoder } from "../bitstream/arithmetic";
import { BitReader } from "../bitstream/bit-reader";
import { ADDRESS_ESCAPE, ADDRESS_STUFFING, takeIncrement, takeMotion, takePattern } from "../bitstream/code-tables";
import { getPlane, resetPlaneContexts } from "../bitstream/plane-code";
import { readPlane } from "../bitstream/read-code";
import { ERROR_ARGUMENT, ERROR_SYNTAX, ERROR_TRUNCATED, ERROR_UNSUPPORTED, OK } from "../common/status";
import { mergePlane } from "../kernels/bitplane";
import { average, predict } from "../kernels/motion";
import { interMatrix, intraMatrix, lastDc, readInterBlock, readIntraBlock } from "./block-decoder";
import { DIVISION_GRAY, DIVISION_NONE, PLANE_ADAPTIVE, PLANE_READ } from "./encoder";
import { PictureBuffer } from "./picture-buffer";
import {
  defaultIntraMatrix,
  GROUP_START,
  HEIGHT_MAX,
  PICTURE_START,
  SEQUENCE_EXTENSION,
  SEQUENCE_HEADER,
  SLICE_FIRST,
  SLICE_LAST,
  scanTransposed,
  TYPE_B,
  TYPE_I,
  TYPE_P,
} from "./syntax";

/** Bits of a macroblock type. */
const QUANT: i32 = 16;
const FORWARD: i32 = 8;
const BACKWARD: i32 = 4;
const PATTERN: i32 = 2;
const INTRA: i32 = 1;

const reader: BitReader = new BitReader();
const withheldReader: BitReader = new BitReader();
const planeDecoder: ArithmeticDecoder = new ArithmeticDecoder();
const averaged: usize = memory.data(16 * 16, 16);

let width: i32 = 0;
let height: i32 = 0;
let rateCode: i32 = 0;
let aspectCode: i32 = 0;
let macroblocksWide: i32 = 0;
let macroblocksHigh: i32 = 0;
let division: i32 = 0;
let planeCode: i32 = 0;
/** The withheld part of the picture being decoded. */
let withheldBytes: usize = 0;
let withheldBytesLength: i32 = 0;
let neutral: bool = false;
let older: PictureBuffer | null = null;
let newer: PictureBuffer | null = null;
let bidirectional: PictureBuffer | null = null;
let current: PictureBuffer | null = null;
let planeBits: usize = 0;
let planeBytes: i32 = 0;
/** Reference pictures since the sequence began, 2 at most. */
let references: i32 = 0;

let type: i32 = 0;
let temporalReference: i32 = 0;
let quality: i32 = 0;
let dcReader: BitReader = reader;
let lumaDc: i32 = 0;
let cbDc: i32 = 0;
let crDc: i32 = 0;
let forwardWhole: i32 = 0;
let forwardBits: i32 = 0;
let backwardWhole: i32 = 0;
let backwardBits: i32 = 0;
let forwardX: i32 = 0;
let forwardY: i32 = 0;
let backwardX: i32 = 0;
let backwardY: i32 = 0;
/** Direction bits of the macroblock before, which a skipped one of a B-picture repeats. */
let lastDirection: i32 = 0;

/**
 * Starts anew, as after a seek.
 * @param divisionMode as in the encoder; DIVISION_NONE for a standard stream
 * @param planeCoding  as in the encoder
 */
export function decoderOpen(divisionMode: i32, planeCoding: i32): void {
  division = divisionMode;
  planeCode = planeCoding;
  references = 0;
}

/** For measuring what a main shows alone: DC differences and top bits count as zero. */
export function decoderSetNeutral(on: i32): void {
  neutral = on != 0;
}

export function decoderClose(): void {
  if (older === null) return;
  older!.release();
  newer!.release();
  bidirectional!.release();
  heap.free(planeBits);
  older = null;
  width = 0;
  references = 0;
}

export function decoderWidth(): i32 {
  return width;
}

export function decoderHeight(): i32 {
  return height;
}

export function decoderRateCode(): i32 {
  return rateCode;
}

export function decoderAspectCode(): i32 {
  return aspectCode;
}

export function decoderTemporalReference(): i32 {
  return temporalReference;
}

/**
 * Plane 0 (Y), 1 (Cb) or 2 (Cr) of a picture.
 * @param which 0 the picture decoded last, 1 the older and 2 the newer of the two reference pictures
 */
export function decoderPlane(plane: i32, which: i32): usize {
  const picture = which == 0 ? current! : which == 1 ? older! : newer!;
  return plane == 0 ? picture.luma : plane == 1 ? picture.cb : picture.cr;
}

export function decoderStride(plane: i32): i32 {
  return plane == 0 ? macroblocksWide << 4 : macroblocksWide << 3;
}

/**
 * Decodes one picture and the headers before it.
 *
 * @param bytes    from a start code on, up to the next picture's first header
 * @param withheld the picture's part of the slave; not read where the stream is not divided
 * @returns TYPE_I, TYPE_P or TYPE_B, 0 where there is no picture in the bytes, or a negative status
 */
export function decoderPicture(bytes: usize, length: i32, withheld: usize, withheldLength: i32): i32 {
  reader.open(bytes, length);
  withheldReader.open(withheld, withheldLength);
  withheldBytes = withheld;
  withheldBytesLength = withheldLength;
  let pictures = 0;
  let covered = 0;
  let at = 0;
  while (true) {
    at = nextStartCode(bytes, length, at);
    if (at < 0) break;
    const code = bswap<u32>(load<u32>(bytes + at));
    at += 4;
    reader.open(bytes + at, length - at);
    let status = OK;
    if (code == SEQUENCE_HEADER) {
      // Behind a picture's header another size would take away the planes that its slices are written to.
      if (pictures == 1) return ERROR_SYNTAX;
      status = readSequenceHeader();
    } else if (code == SEQUENCE_EXTENSION) {
      status = ERROR_UNSUPPORTED;
    } else if (code == GROUP_START) {
      reader.get(27);
    } else if (code == PICTURE_START) {
      if (pictures == 1) return ERROR_ARGUMENT;
      pictures = 1;
      status = readPictureHeader();
    } else if (code >= SLICE_FIRST && code <= SLICE_LAST) {
      if (pictures == 0) return ERROR_SYNTAX;
      status = readSlice(<i32>(code - SLICE_FIRST));
      if (status >= 0) covered += status;
    }
    if (status < 0) return status;
    // Headers inside may run over what is there; a slice says so itself.
    if (reader.overrun()) return ERROR_TRUNCATED;
  }
  if (pictures == 0) return 0;
  if (covered != macroblocksWide * macroblocksHigh) return ERROR_TRUNCATED;
  return finishPicture();
}

/** Offset of the next start code at or behind `from`, or -1. */
export function nextStartCode(bytes: usize, length: i32, from: i32): i32 {
  for (let i = from; i + 4 <= length; i++) {
    // The third byte of a prefix is 1: anything larger rules out three places at once.
    const third = load<u8>(bytes + i, 2);
    if (third > 1) i += 2;
    else if (third == 1 && load<u16>(bytes + i) == 0) return i;
  }
  return -1;
}

function readSequenceHeader(): i32 {
  const newWidth = <i32>reader.get(12);
  const newHeight = <i32>reader.get(12);
  aspectCode = <i32>reader.get(4);
  rateCode = <i32>reader.get(4);
  reader.get(30); // bit rate, marker, buffer size, constrained
  memory.copy(intraMatrix, defaultIntraMatrix, 64);
  if (reader.get(1) != 0) readMatrix(intraMatrix);
  memory.fill(interMatrix, 16, 64);
  if (reader.get(1) != 0) readMatrix(interMatrix);
  if (newWidth == 0 || newHeight == 0 || newHeight > HEIGHT_MAX) return ERROR_UNSUPPORTED;
  if (newWidth == width && newHeight == height && older !== null) return OK;
  decoderClose();
  width = newWidth;
  height = newHeight;
  macroblocksWide = (width + 15) >> 4;
  macroblocksHigh = (height + 15) >> 4;
  older = PictureBuffer.allocate(macroblocksWide, macroblocksHigh);
  newer = PictureBuffer.allocate(macroblocksWide, macroblocksHigh);
  bidirectional = PictureBuffer.allocate(macroblocksWide, macroblocksHigh);
  planeBytes = (macroblocksWide * macroblocksHigh) << 5;
  planeBits = heap.alloc(<usize>(planeBytes + (planeBytes >> 1)));
  return OK;
}

function readMatrix(matrix: usize): void {
  for (let i: usize = 0; i < 64; i++) store<u8>(matrix + <usize>load<u8>(scanTransposed + i), <u8>reader.get(8));
}

function readPictureHeader(): i32 {
  if (older === null) return ERROR_SYNTAX;
  temporalReference = <i32>reader.get(10);
  type = <i32>reader.get(3);
  reader.get(16); // vbv_delay
  if (type < TYPE_I || type > TYPE_B) return type == 4 ? ERROR_UNSUPPORTED : ERROR_SYNTAX;
  if (type != TYPE_I) {
    forwardWhole = <i32>reader.get(1);
    forwardBits = <i32>reader.get(3) - 1;
    if (forwardBits < 0) return ERROR_SYNTAX;
  }
  if (type == TYPE_B) {
    backwardWhole = <i32>reader.get(1);
    backwardBits = <i32>reader.get(3) - 1;
    if (backwardBits < 0) return ERROR_SYNTAX;
  }
  if (references < (type == TYPE_I ? 0 : type == TYPE_P ? 1 : 2)) return ERROR_SYNTAX;
  if (division != DIVISION_NONE && type == TYPE_B) return ERROR_UNSUPPORTED;
  // A reference picture is written over the oldest one.
  current = type == TYPE_B ? bidirectional : older;
  dcReader = division != DIVISION_NONE && type != TYPE_I ? withheldReader : reader;
  return OK;
}

/** The three top bit planes out of the withheld part, beside the low bits that `picture` holds by now. */
function readPlanes(picture: PictureBuffer, cbBits: usize, crBits: usize): i32 {
  const chromaStride = picture.chromaStride;
  const code = planeCode == PLANE_READ ? PLANE_READ : <i32>withheldReader.get(8);
  if (code == PLANE_READ) {
    let status = readPlane(withheldReader, planeBits, picture.stride, picture.rows, picture.stride >> 3);
    if (status >= 0) status = readPlane(withheldReader, cbBits, chromaStride, picture.rows >> 1, chromaStride >> 3);
    if (status >= 0) status = readPlane(withheldReader, crBits, chromaStride, picture.rows >> 1, chromaStride >> 3);
    return status;
  }
  if (code != PLANE_ADAPTIVE) return ERROR_SYNTAX;
  planeDecoder.open(withheldBytes + 1, withheldBytesLength - 1);
  resetPlaneContexts();
  getPlane(planeDecoder, planeBits, picture.luma, picture.stride, picture.rows);
  resetPlaneContexts();
  getPlane(planeDecoder, cbBits, picture.cb, chromaStride, picture.rows >> 1);
  getPlane(planeDecoder, crBits, picture.cr, chromaStride, picture.rows >> 1);
  return planeDecoder.overrun() ? ERROR_TRUNCATED : OK;
}

/** Puts the top bit plane on (Cmix patent, Fig. 6, ST108 and ST112, backwards) and makes the picture a reference. */
function finishPicture(): i32 {
  const picture = current!;
  if (type == TYPE_I && division != DIVISION_NONE) {
    const mode = division - DIVISION_GRAY;
    const cbBits = planeBits + planeBytes;
    const crBits = cbBits + (planeBytes >> 2);
    if (neutral) {
      memory.fill(planeBits, 0, <usize>(planeBytes + (planeBytes >> 1)));
    } else {
      const status = readPlanes(picture, cbBits, crBits);
      if (status < 0) return status;
    }
    mergePlane(picture.luma, picture.luma, planeBits, picture.stride * picture.rows, mode);
    mergePlane(picture.cb, picture.cb, cbBits, (picture.stride * picture.rows) >> 2, mode);
    mergePlane(picture.cr, picture.cr, crBits, (picture.stride * picture.rows) >> 2, mode);
  }
  if (division != DIVISION_NONE && !neutral && withheldReader.overrun()) return ERROR_TRUNCATED;
  if (type != TYPE_B) {
    older = newer;
    newer = picture;
    references = min<i32>(2, references + 1);
  }
  return type;
}

// ---- Slices ----

/** @returns how many macroblocks the slice covers, or a negative status */
function readSlice(row: i32): i32 {
  quality = <i32>reader.get(5);
  if (quality == 0) return ERROR_SYNTAX;
  while (reader.get(1) != 0) {
    reader.get(8);
    if (reader.overrun()) return ERROR_TRUNCATED;
  }
  resetDc();
  resetVectors();
  lastDirection = 0;
  let address = row * macroblocksWide - 1;
  let covered = 0;
  let first = true;
  while (true) {
    let increment = 0;
    while (true) {
      const next = <i32>reader.peek(11);
      if (next == ADDRESS_STUFFING) {
        reader.skip(11);
      } else if (next == ADDRESS_ESCAPE) {
        reader.skip(11);
        increment += 33;
      } else {
        break;
      }
      if (reader.overrun() || increment > macroblocksWide * macroblocksHigh) return ERROR_SYNTAX;
    }
    const last = takeIncrement(reader);
    if (last < 0) return ERROR_SYNTAX;
    increment += last;
    if (address + increment >= macroblocksWide * macroblocksHigh) return ERROR_SYNTAX;
    if (first) {
      address += increment;
      // Macroblocks before the slice's first belong to nobody.
      first = false;
    } else {
      if (increment > 1 && type == TYPE_I) return ERROR_SYNTAX;
      while (increment > 1) {
        address += 1;
        covered += 1;
        increment -= 1;
        skipMacroblock(address);
      }
      address += 1;
    }
    covered += 1;
    const status = readMacroblock(address);
    if (status < 0) return status;
    if (reader.overrun()) return ERROR_TRUNCATED;
    if (reader.peek(23) == 0) return covered;
  }
}

function resetDc(): void {
  lumaDc = 128;
  cbDc = 128;
  crDc = 128;
}

function resetVectors(): void {
  forwardX = 0;
  forwardY = 0;
  backwardX = 0;
  backwardY = 0;
}

function skipMacroblock(address: i32): void {
  resetDc();
  if (type == TYPE_P) {
    resetVectors();
    predictMacroblock(address, FORWARD);
  } else {
    predictMacroblock(address, lastDirection);
  }
}

/** Bits of the macroblock type (Table B.2), or -1. */
function readType(): i32 {
  const bits = reader.peek(6);
  if (type == TYPE_I) {
    if (bits >= 32) return take(1, INTRA);
    return bits >= 16 ? take(2, INTRA | QUANT) : -1;
  }
  if (type == TYPE_P) {
    if (bits >= 32) return take(1, FORWARD | PATTERN);
    if (bits >= 16) return take(2, PATTERN);
    if (bits >= 8) return take(3, FORWARD);
    if (bits >= 6) return take(5, INTRA);
    if (bits >= 4) return take(5, FORWARD | PATTERN | QUANT);
    if (bits >= 2) return take(5, PATTERN | QUANT);
    return bits == 1 ? take(6, INTRA | QUANT) : -1;
  }
  if (bits >= 48) return take(2, FORWARD | BACKWARD | PATTERN);
  if (bits >= 32) return take(2, FORWARD | BACKWARD);
  if (bits >= 24) return take(3, BACKWARD | PATTERN);
  if (bits >= 16) return take(3, BACKWARD);
  if (bits >= 12) return take(4, FORWARD | PATTERN);
  if (bits >= 8) return take(4, FORWARD);
  if (bits >= 6) return take(5, INTRA);
  if (bits >= 4) return take(5, FORWARD | BACKWARD | PATTERN | QUANT);
  if (bits == 3) return take(6, FORWARD | PATTERN | QUANT);
  if (bits == 2) return take(6, BACKWARD | PATTERN | QUANT);
  return bits == 1 ? take(6, INTRA | QUANT) : -1;
}

function take(length: i32, value: i32): i32 {
  reader.skip(length);
  return value;
}

function readMacroblock(address: i32): i32 {
  const bits = readType();
  if (bits < 0) return ERROR_SYNTAX;
  if (bits & QUANT) {
    quality = <i32>reader.get(5);
    if (quality == 0) return ERROR_SYNTAX;
  }
  const picture = current!;
  const stride = <usize>picture.stride;
  const chromaStride = <usize>picture.chromaStride;
  const row = address / macroblocksWide;
  const column = address - row * macroblocksWide;
  const luma = picture.luma + <usize>(row * 16 * picture.stride + column * 16);
  const chroma = <usize>(row * 8 * picture.chromaStride + column * 8);
  if (bits & INTRA) {
    resetVectors();
    lastDirection = 0;
    for (let block = 0; block < 4; block++) {
      const target = luma + (block & 1 ? 8 : 0) + (block & 2 ? stride * 8 : 0);
      const status = readIntraBlock(
        reader,
        dcReader,
        false,
        lumaDc,
        quality,
        target,
        stride,
        neutral && dcReader !== reader,
      );
      if (status < 0) return status;
      lumaDc = lastDc;
    }
    let status = readIntraBlock(
      reader,
      dcReader,
      true,
      cbDc,
      quality,
      picture.cb + chroma,
      chromaStride,
      neutral && dcReader !== reader,
    );
    if (status < 0) return status;
    cbDc = lastDc;
    status = readIntraBlock(
      reader,
      dcReader,
      true,
      crDc,
      quality,
      picture.cr + chroma,
      chromaStride,
      neutral && dcReader !== reader,
    );
    crDc = lastDc;
    return status;
  }
  resetDc();
  if (bits & FORWARD) {
    forwardX = readVector(forwardX, forwardBits);
    forwardY = readVector(forwardY, forwardBits);
    if (forwardX == BAD_VECTOR || forwardY == BAD_VECTOR) return ERROR_SYNTAX;
  } else if (type == TYPE_P) {
    resetVectors();
  }
  if (bits & BACKWARD) {
    backwardX = readVector(backwardX, backwardBits);
    backwardY = readVector(backwardY, backwardBits);
    if (backwardX == BAD_VECTOR || backwardY == BAD_VECTOR) return ERROR_SYNTAX;
  }
  lastDirection = type == TYPE_P ? FORWARD : bits & (FORWARD | BACKWARD);
  predictMacroblock(address, lastDirection);
  if ((bits & PATTERN) == 0) return OK;
  const pattern = takePattern(reader);
  if (pattern < 0) return ERROR_SYNTAX;
  let status = OK;
  for (let block = 0; block < 4 && status >= 0; block++) {
    if (pattern & (32 >> block))
      status = readInterBlock(reader, quality, luma + (block & 1 ? 8 : 0) + (block & 2 ? stride * 8 : 0), stride);
  }
  if (status >= 0 && pattern & 2) status = readInterBlock(reader, quality, picture.cb + chroma, chromaStride);
  if (status >= 0 && pattern & 1) status = readInterBlock(reader, quality, picture.cr + chroma, chromaStride);
  return status;
}

const BAD_VECTOR: i32 = i32.MIN_VALUE;

/** One component of a vector (2.4.4.2), in the picture's vector unit. */
function readVector(before: i32, bits: i32): i32 {
  const code = takeMotion(reader);
  if (code < 0) return BAD_VECTOR;
  if (code == 0) return before;
  const negative = reader.get(1) != 0;
  let difference = code;
  if (bits > 0) difference = ((code - 1) << bits) + <i32>reader.get(bits) + 1;
  const limit = 16 << bits;
  let vector = before + (negative ? -difference : difference);
  if (vector < -limit) vector += 2 * limit;
  else if (vector >= limit) vector -= 2 * limit;
  return vector;
}

function predictMacroblock(address: i32, direction: i32): void {
  const target = current!;
  const row = address / macroblocksWide;
  const column = address - row * macroblocksWide;
  if (direction & FORWARD) {
    // In a B-picture the older of the two references is the one before.
    const reference = type == TYPE_B ? older! : newer!;
    predictFrom(reference, forwardX << forwardWhole, forwardY << forwardWhole, row, column, target, false);
    if (direction & BACKWARD)
      predictFrom(newer!, backwardX << backwardWhole, backwardY << backwardWhole, row, column, target, true);
  } else {
    predictFrom(newer!, backwardX << backwardWhole, backwardY << backwardWhole, row, column, target, false);
  }
}

/** Prediction from one reference; with `mean` it is averaged with what `target` holds. Vectors that leave the picture are held at its edge. */
function predictFrom(
  reference: PictureBuffer,
  x: i32,
  y: i32,
  row: i32,
  column: i32,
  target: PictureBuffer,
  mean: bool,
): void {
  const chromaX = x / 2;
  const chromaY = y / 2;
  predictPlane(reference.luma, target.luma, target.stride, target.rows, column << 4, row << 4, x, y, 16, mean);
  predictPlane(
    reference.cb,
    target.cb,
    target.chromaStride,
    target.rows >> 1,
    column << 3,
    row << 3,
    chromaX,
    chromaY,
    8,
    mean,
  );
  predictPlane(
    reference.cr,
    target.cr,
    target.chromaStride,
    target.rows >> 1,
    column << 3,
    row << 3,
    chromaX,
    chromaY,
    8,
    mean,
  );
}

function predictPlane(
  reference: usize,
  target: usize,
  stride: i32,
  rows: i32,
  left: i32,
  top: i32,
  x: i32,
  y: i32,
  size: i32,
  mean: bool,
): void {
  const fromX = min<i32>(max<i32>((left << 1) + x, 0), (stride - size) << 1);
  const fromY = min<i32>(max<i32>((top << 1) + y, 0), (rows - size) << 1);
  const source = reference + <usize>((fromY >> 1) * stride + (fromX >> 1));
  const place = target + <usize>(top * stride + left);
  if (mean) {
    predict(averaged, 16, source, <usize>stride, size, size, fromX & 1, fromY & 1);
    average(place, <usize>stride, averaged, 16, size, size);
  } else {
    predict(place, <usize>stride, source, <usize>stride, size, size, fromX & 1, fromY & 1);
  }
}
