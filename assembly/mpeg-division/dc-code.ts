/** DC coefficients of intra blocks in the slave: predicted from their neighbours, coded by the range coder. FORMAT.md 11.4. */
import { CONTEXT_BYTES, resetContext } from "../bitstream/arithmetic";
import { BitWriter } from "../bitstream/bit-writer";
import { BitCursor } from "./bit-cursor";
import { Channel, decide, decideNumber, NUMBER_CONTEXTS } from "./channel";
import { dcPrecision } from "./headers";
import { dcAt, NO_DC, putDc } from "./neighbours";

/** The slave's string. */
export const dcChannel = new Channel(new BitCursor(), new BitWriter());

const ACTIVITIES: i32 = 8;
const GROUP: i32 = 4 + NUMBER_CONTEXTS;
const contexts: usize = memory.data(2 * 8 * (4 + 32) * 4);

export function resetDcContexts(): void {
  for (let i = 0; i < 2 * ACTIVITIES * GROUP; i++) resetContext(contexts + <usize>(i * CONTEXT_BYTES), 1 << 14, 6);
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
  const left = dcAt(component, row, column - 1);
  const above = dcAt(component, row - 1, column);
  const corner = dcAt(component, row - 1, column - 1);
  let prediction = fallback;
  let activity = ACTIVITIES - 1;
  if (left != NO_DC && above != NO_DC && corner != NO_DC) {
    prediction = median(left, above, left + above - corner);
    const rough = (abs<i32>(left - corner) + abs<i32>(above - corner)) >> dcPrecision;
    activity = min<i32>(5, 32 - clz<i32>(rough));
  } else if (left != NO_DC) {
    prediction = left;
    activity = ACTIVITIES - 2;
  } else if (above != NO_DC) {
    prediction = above;
    activity = ACTIVITIES - 2;
  }
  const group = contexts + <usize>(((component != 0 ? 1 : 0) * ACTIVITIES + activity) * GROUP * CONTEXT_BYTES);
  let error = dc - prediction;
  if (decide<Way>(dcChannel, group, error == 0 ? 0 : 1) == 0) {
    error = 0;
  } else {
    const negative = decide<Way>(dcChannel, group + CONTEXT_BYTES, error < 0 ? 1 : 0);
    const size = decideNumber<Way>(dcChannel, group + 4 * CONTEXT_BYTES, abs<i32>(error) - 1) + 1;
    error = negative ? -size : size;
  }
  const value = prediction + error;
  putDc(component, row, column, value);
  return value;
}
