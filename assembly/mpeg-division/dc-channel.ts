/** DC coefficients of intra blocks in the slave: predicted from their neighbours, coded by the range coder. FORMAT.md 11.4. */
import { CONTEXT_BYTES, resetContext } from "../bitstream/arithmetic";
import { BitCursor } from "../bitstream/bit-cursor";
import { BitWriter } from "../bitstream/bit-writer";
import { Channel, decide, decideNumber, decidePlain, NUMBER_CONTEXTS } from "./channel";
import { dcAbove, dcCorner, dcLeft, findDcs, NO_DC, putDc } from "./neighbours";
import { findPast, forgetPast, past, pastAbove, pastLeft, putPast } from "./past";
import { segmentHeaders } from "./segment-state";

/** The slave's string. */
export const dcChannel = new Channel(new BitCursor(), new BitWriter());

/** Classes of contexts: 0 to 5 by the neighbours, 6 and 7 where those are missing, from 8 on by the picture before. */
const CLASSES: i32 = 14;
const ROUGHEST: i32 = 5;
const SOME_MISSING: i32 = 6;
const ALL_MISSING: i32 = 7;
const FROM_PAST: i32 = 8;
const GROUP: i32 = 4 + NUMBER_CONTEXTS;
const contexts: usize = memory.data(2 * 14 * (4 + 32) * 4);
/** A coefficient's largest magnitude. */
const DC_MAX: i32 = 0x4000;

/** Sums of how wrong both predictions were of late, where both could be made. */
const ERROR_SHIFT: i32 = 4;
let pastError: i32 = 0;
let nearError: i32 = 0;

export function resetDcChannel(): void {
  for (let i = 0; i < 2 * CLASSES * GROUP; i++) resetContext(contexts + <usize>(i * CONTEXT_BYTES), 1 << 14, 5);
  pastError = 0;
  nearError = 0;
  forgetPast();
}

/** Class of a sum of two differences. */
function roughness(sum: i32): i32 {
  return min<i32>(ROUGHEST, 32 - clz<i32>(sum >> segmentHeaders.dcPrecision));
}

function median(a: i32, b: i32, c: i32): i32 {
  return max<i32>(min<i32>(a, b), min<i32>(max<i32>(a, b), c));
}

/**
 * One DC: put, or taken.
 * @param component 0 Y, 1 Cb, 2 Cr
 * @param fallback  the standard's own prediction, where neighbours are missing
 * @returns the DC
 */
export function decideDc<Way>(component: i32, row: i32, column: i32, fallback: i32, dc: i32): i32 {
  findDcs(component, row, column);
  const left = dcLeft;
  const above = dcAbove;
  let near = fallback;
  let group = ALL_MISSING;
  const whole = left != NO_DC && above != NO_DC && dcCorner != NO_DC;
  if (whole) {
    near = median(left, above, left + above - dcCorner);
    group = roughness(abs<i32>(left - dcCorner) + abs<i32>(above - dcCorner));
  } else if (left != NO_DC || above != NO_DC) {
    near = left != NO_DC ? left : above;
    group = SOME_MISSING;
  }
  let prediction = near;
  let fromPast = NO_DC;
  findPast(component, row, column);
  const byLeft = left != NO_DC && pastLeft != NO_DC;
  const byAbove = above != NO_DC && pastAbove != NO_DC;
  if (past != NO_DC && (byLeft || byAbove)) {
    // As far from what stood here as the neighbours are from what stood there.
    const ofAbove = byAbove ? above - pastAbove : left - pastLeft;
    const ofLeft = byLeft ? left - pastLeft : ofAbove;
    fromPast = max<i32>(-DC_MAX, min<i32>(DC_MAX, past + ((ofLeft + ofAbove) >> 1)));
    if (pastError < nearError) {
      prediction = fromPast;
      group = FROM_PAST + roughness(abs<i32>(ofLeft) + abs<i32>(ofAbove));
    }
  }
  const first = contexts + <usize>(((component != 0 ? 1 : 0) * CLASSES + group) * GROUP * CONTEXT_BYTES);
  let error = dc - prediction;
  if (decide<Way>(dcChannel, first, error == 0 ? 0 : 1) == 0) {
    error = 0;
  } else {
    const negative = decidePlain<Way>(dcChannel, error < 0 ? 1 : 0, 1);
    const size = decideNumber<Way>(dcChannel, first + 4 * CONTEXT_BYTES, abs<i32>(error) - 1) + 1;
    error = negative ? -size : size;
  }
  const value = prediction + error;
  if (whole && fromPast != NO_DC) {
    pastError += abs<i32>(value - fromPast) - (pastError >> ERROR_SHIFT);
    nearError += abs<i32>(value - near) - (nearError >> ERROR_SHIFT);
  }
  putDc(value);
  putPast(value);
  return value;
}
