/**
 * Decoder of method `compress` (MPEG-1: I, P and B), with the combination of Fig. 6 built in: of a divided stream it reads the public and the
 * withheld bit string side by side. Decodes one picture a call, and anything damaged is an error. ISO/IEC 11172-2 2.4.
 */

import { getPlane, resetPlaneContexts } from "../bitstream/plane-code";
import { readPlane } from "../bitstream/read-code";
import { ERROR_ARGUMENT, ERROR_SYNTAX, ERROR_TRUNCATED, ERROR_UNSUPPORTED, OK } from "../common/status";
import { mergePlane } from "../kernels/bitplane";
import { findStartCode, isSlice, nextStartCode, startCodeAt } from "../mpeg-syntax/start-codes";
import {
  EXTENSION_START,
  GROUP_START,
  HEIGHT_MAX,
  PICTURE_START,
  SEQUENCE_HEADER,
  SLICE_FIRST,
  TYPE_B,
  TYPE_D,
  TYPE_I,
  TYPE_P,
} from "../mpeg-syntax/syntax";
import {
  coded,
  contextDecoder,
  DC_BY_CONTEXT,
  DC_MISSING,
  DC_PUBLIC,
  DC_WITHHELD,
  reader,
  streamHeaders,
  withheldReader,
} from "./decoder-state";
import { DIVISION_BINARY, DIVISION_GRAY, DIVISION_NONE, PLANE_ADAPTIVE, PLANE_READ } from "./division-modes";
import { resetEdgeDcContexts } from "./edge-dc-code";
import { Frame, frames } from "./frames";
import { readSlice } from "./slice-decoder";

let division: i32 = 0;
let planeCode: i32 = 0;
/** The withheld part of the picture being decoded. */
let withheldBytes: usize = 0;
let withheldBytesLength: i32 = 0;
let neutral: bool = false;
/** Bit planes of an I-picture: room, and how much. */
let planeBits: usize = 0;
let planeCapacity: i32 = 0;

/**
 * Starts anew, as after a seek.
 * @param divisionMode as in the encoder; DIVISION_NONE for a standard stream
 * @param planeCoding  as in the encoder
 */
export function decoderOpen(divisionMode: i32, planeCoding: i32): void {
  division = divisionMode;
  planeCode = planeCoding;
  frames.reset();
}

/** For measuring what a main shows alone: DC differences and top bits count as zero. */
export function decoderSetNeutral(on: i32): void {
  neutral = on != 0;
}

/**
 * Decodes one picture and the headers before it.
 *
 * @param bytes    from a start code on, up to the next picture's first header
 * @param withheld the picture's part of the slave; not read where the stream is not divided
 * @returns TYPE_I, TYPE_P or TYPE_B, 0 where there is no picture in the bytes, or a negative status
 */
export function decoderPicture(bytes: usize, length: i32, withheld: usize, withheldLength: i32): i32 {
  withheldReader.open(withheld, withheldLength);
  withheldBytes = withheld;
  withheldBytesLength = withheldLength;
  let pictures = 0;
  let at = nextStartCode(bytes, length, 0);
  while (at >= 0) {
    const code = startCodeAt(bytes + <usize>at);
    at += 4;
    const end = findStartCode(bytes, length, at);
    reader.open(bytes + <usize>at, end - at);
    let status = OK;
    if (code == SEQUENCE_HEADER) {
      // Behind a picture's header another size would take away the planes that its slices are written to.
      if (pictures == 1) return ERROR_SYNTAX;
      status = readSequenceHeader();
    } else if (code == EXTENSION_START) {
      status = ERROR_UNSUPPORTED;
    } else if (code == GROUP_START) {
      streamHeaders.readGroup(reader);
    } else if (code == PICTURE_START) {
      if (pictures == 1) return ERROR_ARGUMENT;
      pictures = 1;
      status = readPictureHeader();
    } else if (isSlice(code)) {
      if (pictures == 0) return ERROR_SYNTAX;
      status = readSlice(<i32>(code - SLICE_FIRST) + 1);
    }
    if (status < 0) return status;
    // Headers inside may run over what is there; a slice says so itself.
    if (reader.overrun()) return ERROR_TRUNCATED;
    at = nextStartCode(bytes, length, end);
  }
  if (pictures == 0) return 0;
  return coded.missing() > 0 ? ERROR_TRUNCATED : finishPicture();
}

function readSequenceHeader(): i32 {
  const width = streamHeaders.width;
  const height = streamHeaders.height;
  streamHeaders.readSequence(reader);
  if (streamHeaders.width > 0 && streamHeaders.height > 0 && streamHeaders.height <= HEIGHT_MAX) return OK;
  // Pictures go on in the size that was.
  streamHeaders.setSize(width, height);
  return ERROR_UNSUPPORTED;
}

function readPictureHeader(): i32 {
  streamHeaders.readPicture(reader);
  const type = streamHeaders.pictureType;
  if (type < TYPE_I || type > TYPE_B) return type == TYPE_D ? ERROR_UNSUPPORTED : ERROR_SYNTAX;
  if (type != TYPE_I && streamHeaders.residualBits[0] < 0) return ERROR_SYNTAX;
  if (type == TYPE_B && streamHeaders.residualBits[2] < 0) return ERROR_SYNTAX;
  if (streamHeaders.mpeg2 || !frames.fit(streamHeaders)) return ERROR_SYNTAX;
  if (frames.references < (type == TYPE_I ? 0 : type == TYPE_P ? 1 : 2)) return ERROR_SYNTAX;
  const past = type == TYPE_B ? frames.older : frames.newer;
  const frame = frames.begin();
  frame.describe(streamHeaders, 0);
  coded.open(frame, past, frames.newer, false);
  if (type == TYPE_I) resetEdgeDcContexts();
  coded.dcSource = dcSource(type);
  return coded.dcSource < 0 ? ERROR_SYNTAX : OK;
}

/** Where the DC levels of a picture stand, or ERROR_SYNTAX. */
function dcSource(type: i32): i32 {
  if (division == DIVISION_NONE || type == TYPE_I) return DC_PUBLIC;
  if (neutral) return DC_MISSING;
  if (planeCode == PLANE_READ || withheldBytesLength == 0) return DC_WITHHELD;
  const code = <i32>withheldReader.get(8);
  if (code == PLANE_READ) return DC_WITHHELD;
  if (code != PLANE_ADAPTIVE) return ERROR_SYNTAX;
  contextDecoder.open(withheldBytes + 1, withheldBytesLength - 1);
  return DC_BY_CONTEXT;
}

/** The three top bit planes out of the withheld part, beside the low bits that `picture` holds by now. */
function readPlanes(picture: Frame, cbBits: usize, crBits: usize): i32 {
  const chromaStride = picture.chromaStride;
  const code = planeCode == PLANE_READ ? PLANE_READ : <i32>withheldReader.get(8);
  if (code == PLANE_READ) {
    let status = readPlane(withheldReader, planeBits, picture.stride, picture.rows, picture.stride >> 3);
    if (status >= 0) status = readPlane(withheldReader, cbBits, chromaStride, picture.rows >> 1, chromaStride >> 3);
    if (status >= 0) status = readPlane(withheldReader, crBits, chromaStride, picture.rows >> 1, chromaStride >> 3);
    return status;
  }
  if (code != PLANE_ADAPTIVE) return ERROR_SYNTAX;
  contextDecoder.open(withheldBytes + 1, withheldBytesLength - 1);
  resetPlaneContexts(division == DIVISION_BINARY);
  getPlane(contextDecoder, planeBits, picture.luma, picture.stride, picture.rows);
  resetPlaneContexts(division == DIVISION_BINARY);
  getPlane(contextDecoder, cbBits, picture.cb, chromaStride, picture.rows >> 1);
  getPlane(contextDecoder, crBits, picture.cr, chromaStride, picture.rows >> 1);
  return contextDecoder.overrun() ? ERROR_TRUNCATED : OK;
}

/** Puts the top bit plane on (Cmix patent, Fig. 6, ST108 and ST112, backwards) and makes the picture a reference. */
function finishPicture(): i32 {
  const type = streamHeaders.pictureType;
  const picture = coded.frame!;
  if (type == TYPE_I && division != DIVISION_NONE) {
    const mode = division - DIVISION_GRAY;
    const planeBytes = (picture.stride * picture.rows) >> 3;
    makePlanes(planeBytes + (planeBytes >> 1));
    const cbBits = planeBits + <usize>planeBytes;
    const crBits = cbBits + <usize>(planeBytes >> 2);
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
  if (coded.dcSource == DC_BY_CONTEXT && contextDecoder.overrun()) return ERROR_TRUNCATED;
  if (type != TYPE_B) frames.refer();
  return type;
}

function makePlanes(bytes: i32): void {
  if (bytes <= planeCapacity) return;
  if (planeBits != 0) heap.free(planeBits);
  planeBits = heap.alloc(<usize>bytes);
  planeCapacity = bytes;
}
