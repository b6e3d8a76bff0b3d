/** Contexts of everything but DC, and the elements that slice.ts codes in them. FORMAT.md 11.5. */
import { CONTEXT_BYTES, resetContext } from "../bitstream/arithmetic";
import { Channel, decide, decideNumber, decidePlain, decideTree, NUMBER_CONTEXTS } from "./channel";

/** Numbers of first contexts. */
const QUANTISER: i32 = 0;
const EXTRA: i32 = QUANTISER + 32;
const STUFFING: i32 = EXTRA + 2;
const INCREMENT: i32 = STUFFING + NUMBER_CONTEXTS;
const TYPE: i32 = INCREMENT + 2 * NUMBER_CONTEXTS;
const MOTION_TYPE: i32 = TYPE + 3 * 16 * 16;
const FIELD_DCT: i32 = MOTION_TYPE + 2 * 4;
const SELECT: i32 = FIELD_DCT + 4;
const VECTOR: i32 = SELECT + 4;
const VECTOR_GROUP: i32 = 4 + NUMBER_CONTEXTS + 2;
const RESIDUAL: i32 = VECTOR + 4 * 3 * VECTOR_GROUP;
const DUAL: i32 = RESIDUAL + 16;
const PATTERN: i32 = DUAL + 2;
const CHROMA_PATTERN: i32 = PATTERN + 16;
const OTHER_PATTERN: i32 = CHROMA_PATTERN + 36;
const END: i32 = OTHER_PATTERN + 6;
const RUN: i32 = END + 4 * 8 * 3 * 16;
const LEVEL: i32 = RUN + 4 * 4 * 16 * 16;
const LONG_RUN: i32 = LEVEL + 4 * 3 * 8 * 16;
const LONG_LEVEL: i32 = LONG_RUN + 2 * 4 * NUMBER_CONTEXTS;
const ESCAPE: i32 = LONG_LEVEL + 2 * NUMBER_CONTEXTS;
const CONTEXTS: i32 = ESCAPE + 3;
const contexts: usize = memory.data(12000 * 4);

export function resetContexts(): void {
  for (let i = 0; i < CONTEXTS; i++) resetContext(at(i), 1 << 14, 6);
}

function at(number: i32): usize {
  return contexts + <usize>(number * CONTEXT_BYTES);
}

export function decideQuantiser<Way>(channel: Channel, value: i32): i32 {
  return decideTree<Way>(channel, at(QUANTISER), value, 5);
}

/** Another byte of a slice's extra information follows. */
export function decideExtra<Way>(channel: Channel, value: i32): i32 {
  return decide<Way>(channel, at(EXTRA), value);
}

export function decideStuffing<Way>(channel: Channel, value: i32): i32 {
  return decideNumber<Way>(channel, at(STUFFING), value);
}

/** @param first of a slice */
export function decideIncrement<Way>(channel: Channel, first: i32, value: i32): i32 {
  return decideNumber<Way>(channel, at(INCREMENT + first * NUMBER_CONTEXTS), value - 1) + 1;
}

const TYPE_MAX: i32 = 15;

/** @param before number of the type before, 0 to 15 */
export function decideType<Way>(channel: Channel, pictureType: i32, before: i32, value: i32): i32 {
  const group = at(TYPE + ((pictureType - 1) * 16 + before) * 16);
  let number = 0;
  while (number < TYPE_MAX && decide<Way>(channel, inGroup(group, number), number < value ? 1 : 0)) number += 1;
  return number;
}

export function decideMotionType<Way>(channel: Channel, frame: i32, value: i32): i32 {
  return decideTree<Way>(channel, at(MOTION_TYPE + frame * 4), value, 2);
}

/** @param before of the macroblock before; @param intra 0 or 1 */
export function decideFieldDct<Way>(channel: Channel, before: i32, intra: i32, value: i32): i32 {
  return decide<Way>(channel, at(FIELD_DCT + before * 2 + intra), value);
}

export function decideSelect<Way>(channel: Channel, index: i32, value: i32): i32 {
  return decide<Way>(channel, at(SELECT + index), value);
}

/**
 * motion_code, -16 to 16.
 * @param index  2 for backward, plus 1 for vertical
 * @param before the magnitude of the code before in the same place
 */
export function decideVector<Way>(channel: Channel, index: i32, before: i32, value: i32): i32 {
  const group = at(VECTOR + (index * 3 + min<i32>(2, (before + 1) >> 1)) * VECTOR_GROUP);
  if (decide<Way>(channel, group, value != 0 ? 1 : 0) == 0) return 0;
  const negative = decide<Way>(channel, group + CONTEXT_BYTES, value < 0 ? 1 : 0);
  const magnitude = decideNumber<Way>(channel, group + 4 * CONTEXT_BYTES, abs<i32>(value) - 1) + 1;
  return negative ? -magnitude : magnitude;
}

export function decideResidual<Way>(channel: Channel, bits: i32, value: i32): i32 {
  const top = decide<Way>(channel, at(RESIDUAL + bits), value >> (bits - 1));
  return (top << (bits - 1)) | decidePlain<Way>(channel, value & ((1 << (bits - 1)) - 1), bits - 1);
}

/** dmvector, -1 to 1. */
export function decideDual<Way>(channel: Channel, value: i32): i32 {
  if (decide<Way>(channel, at(DUAL), value != 0 ? 1 : 0) == 0) return 0;
  return decide<Way>(channel, at(DUAL + 1), value < 0 ? 1 : 0) ? -1 : 1;
}

/** A luma block's bit of the coded block pattern. @param near coded neighbours: 1 left, 2 above */
export function decidePatternBit<Way>(channel: Channel, block: i32, near: i32, value: i32): i32 {
  return decide<Way>(channel, at(PATTERN + block * 4 + near), value);
}

/** @param second Cr, of which Cb's bit is in `near` as 4; @param coded luma blocks coded, 0 to 4 */
export function decideChromaBit<Way>(channel: Channel, second: i32, near: i32, coded: i32, value: i32): i32 {
  return decide<Way>(channel, at(CHROMA_PATTERN + (second * 6 + near) * 3 + min<i32>(2, coded)), value);
}

/** A bit of the further chroma blocks of 4:2:2 and 4:4:4. */
export function decideOtherBit<Way>(channel: Channel, block: i32, value: i32): i32 {
  return decide<Way>(channel, at(OTHER_PATTERN + block), value);
}

/** Scan position to its class. */
const positions: usize = memory.data(65);
for (let i = 0; i < 65; i++)
  store<u8>(
    positions + i,
    <u8>(
      (i < 8 ? i : i < 12 ? 8 : i < 16 ? 9 : i < 22 ? 10 : i < 30 ? 11 : i < 40 ? 12 : i < 50 ? 13 : i < 60 ? 14 : 15)
    ),
  );

/** Class of a scan position, 0 to 15. */
function placeOf(position: i32): i32 {
  return <i32>load<u8>(positions + position);
}

/** Contexts of a block, by kind: 0 intra luma, 1 intra chroma, 2 and 3 the same of predicted blocks; near: how many coefficients blocks beside have, 0 to 7. */
export function endContexts(kind: i32, near: i32): usize {
  return at(END + (kind * 8 + near) * 3 * 16);
}
export function runContexts(kind: i32, near: i32): usize {
  return at(RUN + (kind * 4 + (near >> 1)) * 16 * 16);
}
export function levelContexts(kind: i32): usize {
  return at(LEVEL + kind * 3 * 8 * 16);
}

/** A context of the first one's group. */
function inGroup(group: usize, number: i32): usize {
  return group + <usize>(number * CONTEXT_BYTES);
}

/**
 * A block's end.
 * @param before   magnitude of the level before, 0 where there is none
 * @param position next scan position
 */
export function endContext(ends: usize, before: i32, position: i32): usize {
  return inGroup(ends, min<i32>(2, before) * 16 + placeOf(position));
}

/** Zeros before a coefficient: more than 0, more than 1, ..., in contexts that follow each other; beyond RUN_UNARY the rest as a number. */
export const RUN_UNARY: i32 = 4;
export function runContext(runs: usize, position: i32): usize {
  return inGroup(runs, placeOf(position) * 16);
}
/** No two strings share a context, since each learns when it is coded. @param predicted 0 in intra, 1 in predicted blocks */
export function longRunContexts(predicted: i32, position: i32): usize {
  return at(LONG_RUN + (predicted * 4 + (placeOf(position) >> 2)) * NUMBER_CONTEXTS);
}

/** Magnitude of a level: more than 1, more than 2, ... likewise. @param position of the coefficient */
export const LEVEL_UNARY: i32 = 8;
export function levelContext(levels: usize, before: i32, position: i32): usize {
  return inGroup(levels, (min<i32>(2, before) * 8 + min<i32>(7, placeOf(position))) * 16 + 1);
}
export function longLevelContexts(predicted: i32): usize {
  return at(LONG_LEVEL + predicted * NUMBER_CONTEXTS);
}

/** A slice in which pairs stand as escapes although the table has codes for them. */
export function decideLongEscapes<Way>(channel: Channel, value: i32): i32 {
  return decide<Way>(channel, at(ESCAPE + 2), value);
}

/** One of those. */
export function decideEscape<Way>(channel: Channel, predicted: i32, value: i32): i32 {
  return decide<Way>(channel, at(ESCAPE + predicted), value);
}
