/**
 * MPEG-1 decoder (I, P and B), with the combination of Fig. 6 built in: of a divided stream it reads the public and the withheld bit
 * string side by side. Decodes one picture a call; one decoder an instance of the module. ISO/IEC 11172-2 2.4.
 */

import { getPlane, resetPlaneContexts } from "../bitstream/plane-code";
import { readPlane } from "../bitstream/read-code";
import { ERROR_ARGUMENT, ERROR_SYNTAX, ERROR_TRUNCATED, ERROR_UNSUPPORTED, OK } from "../common/status";
import { mergePlane } from "../kernels/bitplane";
import { nextStartCode, startCodeAt } from "../mpeg-syntax/start-codes";
import {
  EXTENSION_START,
  GROUP_START,
  HEIGHT_MAX,
  PICTURE_START,
  SEQUENCE_HEADER,
  SLICE_FIRST,
  SLICE_LAST,
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
import { PictureBuffer } from "./picture-buffer";
import { readSlice } from "./slice-decoder";

/** The size that there are pictures for; 0: none. */
let width: i32 = 0;
let height: i32 = 0;
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
let current: PictureBuffer | null = null;
/** All there are: the two references, the present one, and what is held. */
let pictureBuffers: PictureBuffer[] = [];
let planeBits: usize = 0;
let planeBytes: i32 = 0;
/** Reference pictures since the sequence began, 2 at most. */
let references: i32 = 0;

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
  for (let i = 0; i < pictureBuffers.length; i++) pictureBuffers[i].release();
  pictureBuffers = [];
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
  return streamHeaders.rateCode;
}

export function decoderAspectCode(): i32 {
  return streamHeaders.aspectCode;
}

export function decoderTemporalReference(): i32 {
  return streamHeaders.temporalReference;
}

/**
 * Plane 0 (Y), 1 (Cb) or 2 (Cr) of a picture.
 * @param which 0 the picture decoded last, 1 the older and 2 the newer of the two reference pictures
 */
export function decoderPlane(plane: i32, which: i32): usize {
  const picture = which == 0 ? current! : which == 1 ? older! : newer!;
  return plane == 0 ? picture.luma : plane == 1 ? picture.cb : picture.cr;
}

/**
 * Keeps the picture decoded last as it is while others are decoded, in memory of its own.
 * @returns where its Y begins, which is its name for {@link decoderLetGo}
 */
export function decoderHold(): usize {
  current!.holders += 1;
  return current!.luma;
}

/** Each hold once. @param picture one that went with `decoderClose` is passed over */
export function decoderLetGo(picture: usize): void {
  for (let i = 0; i < pictureBuffers.length; i++)
    if (pictureBuffers[i].luma == picture) pictureBuffers[i].holders = max<i32>(0, pictureBuffers[i].holders - 1);
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
    const code = startCodeAt(bytes + <usize>at);
    at += 4;
    reader.open(bytes + at, length - at);
    let status = OK;
    if (code == SEQUENCE_HEADER) {
      // Behind a picture's header another size would take away the planes that its slices are written to.
      if (pictures == 1) return ERROR_SYNTAX;
      status = readSequenceHeader();
    } else if (code == EXTENSION_START) {
      status = ERROR_UNSUPPORTED;
    } else if (code == GROUP_START) {
      reader.get(27);
    } else if (code == PICTURE_START) {
      if (pictures == 1) return ERROR_ARGUMENT;
      pictures = 1;
      status = readPictureHeader();
    } else if (code >= SLICE_FIRST && code <= SLICE_LAST) {
      if (pictures == 0) return ERROR_SYNTAX;
      status = readSlice(<i32>(code - SLICE_FIRST) + 1);
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

function readSequenceHeader(): i32 {
  streamHeaders.readSequence(reader);
  if (streamHeaders.width == 0 || streamHeaders.height == 0 || streamHeaders.height > HEIGHT_MAX) {
    // Pictures go on in the size that was.
    streamHeaders.setSize(width, height);
    return ERROR_UNSUPPORTED;
  }
  if (streamHeaders.width == width && streamHeaders.height == height && older !== null) return OK;
  decoderClose();
  width = streamHeaders.width;
  height = streamHeaders.height;
  macroblocksWide = streamHeaders.macroblocksWide;
  macroblocksHigh = (height + 15) >> 4;
  older = addBuffer();
  newer = addBuffer();
  planeBytes = (macroblocksWide * macroblocksHigh) << 5;
  planeBits = heap.alloc(<usize>(planeBytes + (planeBytes >> 1)));
  return OK;
}

function addBuffer(): PictureBuffer {
  const buffer = PictureBuffer.allocate(macroblocksWide, macroblocksHigh);
  pictureBuffers.push(buffer);
  return buffer;
}

/** One that is neither a reference nor held. */
function freeBuffer(): PictureBuffer {
  for (let i = 0; i < pictureBuffers.length; i++) {
    const buffer = pictureBuffers[i];
    if (buffer !== older && buffer !== newer && buffer.holders == 0) return buffer;
  }
  return addBuffer();
}

function readPictureHeader(): i32 {
  if (older === null) return ERROR_SYNTAX;
  streamHeaders.readPicture(reader);
  const type = streamHeaders.pictureType;
  if (type < TYPE_I || type > TYPE_B) return type == TYPE_D ? ERROR_UNSUPPORTED : ERROR_SYNTAX;
  if (type != TYPE_I && streamHeaders.residualBits[0] < 0) return ERROR_SYNTAX;
  if (type == TYPE_B && streamHeaders.residualBits[2] < 0) return ERROR_SYNTAX;
  if (references < (type == TYPE_I ? 0 : type == TYPE_P ? 1 : 2)) return ERROR_SYNTAX;
  if (division != DIVISION_NONE && type == TYPE_B) return ERROR_UNSUPPORTED;
  current = freeBuffer();
  coded.macroblocksHigh = macroblocksHigh;
  coded.target = current;
  coded.past = type == TYPE_B ? older : newer;
  coded.future = newer;
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
  if (coded.dcSource == DC_BY_CONTEXT && contextDecoder.overrun()) return ERROR_TRUNCATED;
  if (type != TYPE_B) {
    older = newer;
    newer = picture;
    references = min<i32>(2, references + 1);
  }
  return type;
}
