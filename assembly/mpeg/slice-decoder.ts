/** Slices and macroblocks of one picture, read and reconstructed (ISO/IEC 11172-2 2.4.2.6 to 2.4.2.7). */
import { BitReader } from "../bitstream/bit-reader";
import { ADDRESS_ESCAPE, ADDRESS_STUFFING, takeIncrement, takeMotion, takePattern } from "../bitstream/code-tables";
import { ERROR_SYNTAX, ERROR_TRUNCATED, OK } from "../common/status";
import { lastDc, readInterBlock, readIntraBlock } from "./block-decoder";
import { predictFrom } from "./compensation";
import { edgesInside, edgesOf } from "./edge-dc-code";
import { PictureBuffer } from "./picture-buffer";
import { TYPE_I, TYPE_P } from "./syntax";

/** Bits of a macroblock type. */
const QUANT: i32 = 16;
const FORWARD: i32 = 8;
const BACKWARD: i32 = 4;
const PATTERN: i32 = 2;
const INTRA: i32 = 1;

/** The public bit string. */
export const reader: BitReader = new BitReader();

/** What the headers say of the picture whose slices are read. */
class CodedPicture {
  wide: i32 = 0;
  high: i32 = 0;
  type: i32 = 0;
  target: PictureBuffer | null = null;
  /** References before and behind in time; a P-picture has the first only. */
  past: PictureBuffer | null = null;
  future: PictureBuffer | null = null;
  /** 1 where vectors count whole samples; then the bits that follow a motion code. */
  forwardWhole: i32 = 0;
  forwardBits: i32 = 0;
  backwardWhole: i32 = 0;
  backwardBits: i32 = 0;
  /** Where DC levels stand. */
  dcSource: i32 = 0;
}

export const coded: CodedPicture = new CodedPicture();

let quality: i32 = 0;
let lumaDc: i32 = 0;
let cbDc: i32 = 0;
let crDc: i32 = 0;
let forwardX: i32 = 0;
let forwardY: i32 = 0;
let backwardX: i32 = 0;
let backwardY: i32 = 0;
/** Direction bits of the macroblock before, which a skipped one of a B-picture repeats. */
let lastDirection: i32 = 0;

/** @returns how many macroblocks the slice covers, or a negative status */
export function readSlice(row: i32): i32 {
  quality = <i32>reader.get(5);
  if (quality == 0) return ERROR_SYNTAX;
  while (reader.get(1) != 0) {
    reader.get(8);
    if (reader.overrun()) return ERROR_TRUNCATED;
  }
  resetDc();
  resetVectors();
  lastDirection = 0;
  let address = row * coded.wide - 1;
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
      if (reader.overrun() || increment > coded.wide * coded.high) return ERROR_SYNTAX;
    }
    const last = takeIncrement(reader);
    if (last < 0) return ERROR_SYNTAX;
    increment += last;
    if (address + increment >= coded.wide * coded.high) return ERROR_SYNTAX;
    if (first) {
      address += increment;
      // Macroblocks before the slice's first belong to nobody.
      first = false;
    } else {
      if (increment > 1 && coded.type == TYPE_I) return ERROR_SYNTAX;
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
  if (coded.type == TYPE_P) {
    resetVectors();
    predictMacroblock(address, FORWARD);
  } else {
    predictMacroblock(address, lastDirection);
  }
}

/** Bits of the macroblock type (Table B.2), or -1. */
function readType(): i32 {
  const bits = reader.peek(6);
  if (coded.type == TYPE_I) {
    if (bits >= 32) return take(1, INTRA);
    return bits >= 16 ? take(2, INTRA | QUANT) : -1;
  }
  if (coded.type == TYPE_P) {
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
  const picture = coded.target!;
  const stride = <usize>picture.stride;
  const chromaStride = <usize>picture.chromaStride;
  const row = address / coded.wide;
  const column = address - row * coded.wide;
  const luma = picture.luma + <usize>(row * 16 * picture.stride + column * 16);
  const chroma = <usize>(row * 8 * picture.chromaStride + column * 8);
  if (bits & INTRA) {
    resetVectors();
    lastDirection = 0;
    const outer = edgesOf(column, row);
    for (let block = 0; block < 4; block++) {
      const target = luma + (block & 1 ? 8 : 0) + (block & 2 ? stride * 8 : 0);
      const status = readIntraBlock(
        reader,
        coded.dcSource,
        false,
        lumaDc,
        quality,
        target,
        stride,
        outer | edgesInside(block),
      );
      if (status < 0) return status;
      lumaDc = lastDc;
    }
    let status = readIntraBlock(reader, coded.dcSource, true, cbDc, quality, picture.cb + chroma, chromaStride, outer);
    if (status < 0) return status;
    cbDc = lastDc;
    status = readIntraBlock(reader, coded.dcSource, true, crDc, quality, picture.cr + chroma, chromaStride, outer);
    crDc = lastDc;
    return status;
  }
  resetDc();
  if (bits & FORWARD) {
    forwardX = readVector(forwardX, coded.forwardBits);
    forwardY = readVector(forwardY, coded.forwardBits);
    if (forwardX == BAD_VECTOR || forwardY == BAD_VECTOR) return ERROR_SYNTAX;
  } else if (coded.type == TYPE_P) {
    resetVectors();
  }
  if (bits & BACKWARD) {
    backwardX = readVector(backwardX, coded.backwardBits);
    backwardY = readVector(backwardY, coded.backwardBits);
    if (backwardX == BAD_VECTOR || backwardY == BAD_VECTOR) return ERROR_SYNTAX;
  }
  lastDirection = coded.type == TYPE_P ? FORWARD : bits & (FORWARD | BACKWARD);
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
  const target = coded.target!;
  const row = address / coded.wide;
  const column = address - row * coded.wide;
  const isForward = (direction & FORWARD) != 0;
  if (isForward) {
    const unit = coded.forwardWhole;
    predictFrom(coded.past!, forwardX << unit, forwardY << unit, row, column, target, false);
  }
  if ((direction & BACKWARD) != 0 || !isForward) {
    const unit = coded.backwardWhole;
    predictFrom(coded.future!, backwardX << unit, backwardY << unit, row, column, target, isForward);
  }
}
