/**
 * Decoder of standard MPEG-1 and MPEG-2 streams, a coded picture a call; whole pictures come out in display order.
 * Damage is no error: what is missing is concealed, and decoding goes on at the next slice.
 * Source: ISO/IEC 13818-2 7, ISO/IEC 11172-2 2.4.
 */
import { findStartCode, isSlice, nextStartCode, startCodeAt } from "../mpeg-syntax/start-codes";
import {
  FRAME_PICTURE,
  GROUP_START,
  PICTURE_START,
  SLICE_FIRST,
  TOP_FIELD,
  TYPE_B,
  TYPE_D,
  TYPE_I,
  TYPE_P,
} from "../mpeg-syntax/syntax";
import { conceal, repeatField } from "./concealment";
import { coded, reader, streamHeaders } from "./decoder-state";
import { Frame, frames } from "./frames";
import { readSlice } from "./slice-decoder";

/** Offset of the last unit's picture header, or -1. */
let pictureStart: i32 = -1;

/** Begins anew, as after a seek. The last sequence header still holds. */
export function streamReset(): void {
  frames.reset();
  streamHeaders.forgetPicture();
  streamHeaders.closedGroup = false;
}

/**
 * Decodes one coded picture, a frame or a field, and the headers before it.
 * @param bytes  from a start code on; pictureEnd() says where it ends
 * @param serial any number, which is given back in the record of the frame that begins with it
 * @returns TYPE_*, or 0 where no picture was decoded: there is none, or what it needs is missing
 */
export function streamUnit(bytes: usize, length: i32, serial: i32): i32 {
  pictureStart = -1;
  let isOpen = false;
  let at = nextStartCode(bytes, length, 0);
  while (at >= 0) {
    const code = startCodeAt(bytes + <usize>at);
    const end = findStartCode(bytes, length, at + 4);
    if (isSlice(code)) {
      if (!isOpen && !beginPicture(serial)) return 0;
      isOpen = true;
      reader.open(bytes + <usize>at + 4, end - at - 4);
      readSlice(<i32>(code - SLICE_FIRST) + 1);
    } else if (!isOpen) {
      streamHeaders.readUnit(bytes + <usize>at, end - at);
      if (code == PICTURE_START) pictureStart = at;
      else if (code == GROUP_START && streamHeaders.brokenLink && !streamHeaders.closedGroup) frames.references = 0;
    }
    at = nextStartCode(bytes, length, end);
  }
  if (!isOpen) return 0;
  finishPicture();
  return streamHeaders.pictureType;
}

/** Where in the last unit the picture's start code was; -1: it had none. */
export function streamPictureStart(): i32 {
  return pictureStart;
}

/**
 * The next frame that is to be shown, in place until the next unit is decoded, or as long as it is held.
 * @param last not 0: the stream ends, nothing is to be waited for
 * @returns its record, see frames.ts; 0: there is none yet
 */
export function streamNext(last: i32): usize {
  if (last) {
    finishLoneField();
    frames.showWaiting();
    frames.forget();
  }
  const frame = frames.next();
  return frame === null ? 0 : frame.finishedRecord();
}

/** A frame of which one field has been decoded so far. */
function halfFrame(): Frame | null {
  const frame = frames.current;
  return frame !== null && frame.fields > 0 && frame.fields < FRAME_PICTURE ? frame : null;
}

/** @returns false where the picture cannot be decoded */
function beginPicture(serial: i32): bool {
  const headers = streamHeaders;
  const type = headers.pictureType;
  if (!headers.pictureKnown && !headers.isDcPicture()) return false;
  const structure = headers.structure;
  const half = halfFrame();
  const isSecond = half !== null && half.fields + structure == FRAME_PICTURE && isSecondOf(half, type);
  if (!isSecond) finishLoneField();
  if (!frames.fit(headers)) return false;
  // The second field of a first I-picture refers to the first.
  if (type == TYPE_P && frames.references == 0 && !isSecond) return false;
  // Before the second reference of a group, B-pictures refer to what is behind them alone, if it is closed.
  if (type == TYPE_B && frames.references < 2 && !(frames.references == 1 && headers.closedGroup)) return false;
  const newer = frames.newer;
  let past = type == TYPE_B && frames.references == 2 ? frames.older : newer;
  const frame = isSecond ? half! : frames.begin();
  if (past === null) past = frame;
  if (!isSecond) frame.describe(headers, serial);
  coded.open(frame, past, newer, isSecond);
  return true;
}

/** Can a field of this type be the second of a frame? */
function isSecondOf(half: Frame, type: i32): bool {
  return type == half.type || (half.type == TYPE_I && type == TYPE_P);
}

function finishPicture(): void {
  const frame = coded.frame!;
  const structure = streamHeaders.structure;
  if (coded.missing() > 0) {
    const before = frames.references > 0 ? coded.past!.lines(structure) : null;
    frame.concealed += conceal(coded.target!, before, coded.covered);
  }
  frame.fields |= structure;
  if (frame.fields == FRAME_PICTURE) finishFrame(frame);
}

function finishFrame(frame: Frame): void {
  if (frame.type != TYPE_B && frame.type != TYPE_D) frames.refer();
  frames.show();
}

/** A field whose second never came. */
function finishLoneField(): void {
  const half = halfFrame();
  if (half === null) return;
  if (half.fields == TOP_FIELD) repeatField(half.top, half.bottom);
  else repeatField(half.bottom, half.top);
  half.fields = FRAME_PICTURE;
  finishFrame(half);
}
