/** What of the headers decides how slices parse: ISO/IEC 13818-2 6.2.2 and 6.2.3, ISO/IEC 11172-2 2.4.2. */
import { BitReader } from "../bitstream/bit-reader";

const PICTURE: i32 = 0x00;
const SEQUENCE: i32 = 0xb3;
const EXTENSION: i32 = 0xb5;
const SEQUENCE_EXTENSION: i32 = 1;
const SEQUENCE_SCALABLE: i32 = 5;
const PICTURE_CODING: i32 = 8;
const PICTURE_SPATIAL: i32 = 9;
const PICTURE_TEMPORAL: i32 = 10;
/** Slices carry three more bits of their row in pictures higher than this. */
const HEIGHT_TALL: i32 = 2800;

export const FRAME_PICTURE: i32 = 3;

// ---- Sequence ----
export let mpeg2: bool = false;
/** Macroblocks a row; 0: no sequence header yet. */
export let mbWidth: i32 = 0;
export let tall: bool = false;
/** chroma_format: 1 4:2:0, 2 4:2:2, 3 4:4:4. */
export let chroma: i32 = 1;
/** A layer on top of another stream: its macroblocks have other syntax. */
let scalable: bool = false;
let width: i32 = 0;
let height: i32 = 0;

// ---- Picture ----
/** Slices may be parsed: all headers that they need were there. */
export let pictureKnown: bool = false;
/** 1 I, 2 P, 3 B. */
export let pictureType: i32 = 0;
/** 1 top field, 2 bottom field, 3 frame. */
export let structure: i32 = FRAME_PICTURE;
export let framePredFrameDct: bool = true;
export let concealment: bool = false;
export let dcPrecision: i32 = 0;
/** 1: table B-15 for intra blocks. */
export let intraTable: i32 = 0;
/** Bits of a vector's residual, -1 where the picture has no such vectors: forward horizontal, vertical, backward horizontal, vertical. */
export const residualBits: StaticArray<i32> = [-1, -1, -1, -1];
let typeKnown: bool = false;

const reader = new BitReader();

/** The sequence's part in one number: 0 before any sequence header. */
export function packState(): i32 {
  return mbWidth | (chroma << 16) | ((mpeg2 ? 1 : 0) << 18) | ((tall ? 1 : 0) << 19) | ((scalable ? 1 : 0) << 20);
}

/** Begins a segment with a sequence's part, no picture known. */
export function setState(state: i32): void {
  mbWidth = state & 0xffff;
  chroma = (state >> 16) & 3;
  mpeg2 = ((state >> 18) & 1) != 0;
  tall = ((state >> 19) & 1) != 0;
  scalable = ((state >> 20) & 1) != 0;
  width = 0;
  height = 0;
  pictureKnown = false;
  typeKnown = false;
}

/**
 * Takes in one unit that is no slice.
 * @param unit   start code first
 * @param length bytes, at least 4
 */
export function readHeader(unit: usize, length: i32): void {
  const code = <i32>load<u8>(unit, 3);
  reader.open(unit + 4, length - 4);
  if (code == SEQUENCE) readSequence();
  else if (code == PICTURE) readPicture();
  else if (code == EXTENSION) readExtension();
}

function readSequence(): void {
  width = reader.get(12);
  height = reader.get(12);
  mpeg2 = false;
  chroma = 1;
  scalable = false;
  pictureKnown = false;
  typeKnown = false;
  sizeKnown();
}

function sizeKnown(): void {
  mbWidth = (width + 15) >> 4;
  tall = height > HEIGHT_TALL;
}

function readPicture(): void {
  reader.get(10);
  pictureType = reader.get(3);
  reader.get(16);
  structure = FRAME_PICTURE;
  framePredFrameDct = true;
  concealment = false;
  dcPrecision = 0;
  intraTable = 0;
  for (let s = 0; s < 2; s++) {
    const has = pictureType == 3 || (pictureType == 2 && s == 0);
    const bits = has ? <i32>(reader.get(4) & 7) - 1 : -1;
    residualBits[2 * s] = bits;
    residualBits[2 * s + 1] = bits;
  }
  typeKnown = mbWidth > 0 && !scalable && pictureType >= 1 && pictureType <= 3 && !reader.overrun();
  pictureKnown = typeKnown && !mpeg2;
}

function readExtension(): void {
  const id = <i32>reader.get(4);
  if (id == SEQUENCE_EXTENSION) {
    reader.get(9);
    mpeg2 = true;
    chroma = reader.get(2);
    width = (width & 0xfff) | ((<i32>reader.get(2)) << 12);
    height = (height & 0xfff) | ((<i32>reader.get(2)) << 12);
    sizeKnown();
    if (chroma == 0) mbWidth = 0;
  } else if (id == SEQUENCE_SCALABLE) {
    scalable = true;
  } else if (id == PICTURE_SPATIAL || id == PICTURE_TEMPORAL) {
    pictureKnown = false;
    typeKnown = false;
  } else if (id == PICTURE_CODING && mpeg2) {
    for (let i = 0; i < 4; i++) {
      const code = <i32>reader.get(4);
      residualBits[i] = code >= 1 && code <= 9 ? code - 1 : -1;
    }
    dcPrecision = reader.get(2);
    structure = reader.get(2);
    reader.get(1);
    framePredFrameDct = reader.get(1) != 0;
    concealment = reader.get(1) != 0;
    reader.get(1);
    intraTable = reader.get(1);
    pictureKnown = typeKnown && structure != 0 && !reader.overrun();
  }
}
