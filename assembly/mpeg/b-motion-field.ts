/** How each macroblock of a B-picture is predicted: forward, backward, by the mean of both, or not (Cmix patent, Fig. 6, ST106 and ST115). */
import { spread16, sumAbsolute16, sumSquared16 } from "../kernels/difference";
import { predict, predictMean } from "../kernels/motion";
import { MB_BACKWARD, MB_FORWARD } from "../mpeg-syntax/macroblock-types";
import { state } from "./encoder-state";
import {
  ALONE_BIAS,
  ERROR_FLOOR,
  isSame,
  packMacroblock,
  packVector,
  rangeCodeOf,
  reachOf,
  vectorOf,
  vectorX,
  vectorY,
} from "./motion-field";
import { foundSum, foundX, foundY, searchBegin, searchEnd, searchFrom, vectorBits } from "./motion-search";
import { PictureBuffer } from "./picture-buffer";

const BOTH: i32 = MB_FORWARD | MB_BACKWARD;
/** Beside the direction: the luminance is as good as its prediction. */
const FLAG_SAME: i32 = 1;
/** About the bits of a macroblock's type and pattern, less those of one that is skipped. */
const TYPE_BITS_FORWARD: i32 = 4;
const TYPE_BITS_BACKWARD: i32 = 3;
const TYPE_BITS_BOTH: i32 = 2;

/** Current macroblock's luminance, and what is predicted of it, rows tight. */
const packed: usize = memory.data(256, 16);
const matched: usize = memory.data(256, 16);

/** An i32 a macroblock as in motion-field.ts, found in each direction, used or not; and one byte a macroblock, its directions and flags. */
let forwardVectors: usize = 0;
let backwardVectors: usize = 0;
let modes: usize = 0;

/** Vectors that the next macroblock's are coded against (ISO/IEC 11172-2 2.4.4.3), and the directions of the one before. */
let lastForward: i32 = 0;
let lastBackward: i32 = 0;
let lastDirection: i32 = 0;

/** The best way so far for the macroblock in work. */
let bestCost: i32 = 0;
let bestSum: i32 = 0;
let bestDirection: i32 = 0;
let bestForward: i32 = 0;
let bestBackward: i32 = 0;

let column: i32 = 0;
let row: i32 = 0;
let lambda: i32 = 0;

export function openBMotionField(macroblocks: i32): void {
  forwardVectors = heap.alloc(<usize>(macroblocks << 2));
  backwardVectors = heap.alloc(<usize>(macroblocks << 2));
  modes = heap.alloc(<usize>macroblocks);
}

export function closeBMotionField(): void {
  if (modes == 0) return;
  heap.free(forwardVectors);
  heap.free(backwardVectors);
  heap.free(modes);
  modes = 0;
}

/** MB_FORWARD, MB_BACKWARD, both, or 0: better coded alone. */
export function directionOf(index: i32): i32 {
  return load<u8>(modes + index) & BOTH;
}

export function isLumaSame(index: i32): bool {
  return (load<u8>(modes + index) & FLAG_SAME) != 0;
}

export function forwardOf(index: i32): i32 {
  return load<i32>(forwardVectors + (index << 2));
}

export function backwardOf(index: i32): i32 {
  return load<i32>(backwardVectors + (index << 2));
}

/**
 * Finds every macroblock's vectors and directions.
 * @param position of the picture behind the past reference, in pictures; the future one is at `distance`, which was coded last
 */
export function findDirections(quality: i32, position: i32, distance: i32): void {
  const past = state.older!;
  const future = state.reference!;
  lambda = quality + 1;
  for (row = 0; row < state.macroblocksHigh; row++) {
    lastForward = 0;
    lastBackward = 0;
    lastDirection = 0;
    for (column = 0; column < state.macroblocksWide; column++) {
      const index = row * state.macroblocksWide + column;
      packMacroblock(packed, column, row);
      const over = vectorOf(index);
      bestCost = i32.MAX_VALUE;
      const forward = search(past, forwardVectors, index, lastForward, over, position, distance);
      const forwardCost = foundSum + lambda * (TYPE_BITS_FORWARD + bitsOf(forward, lastForward));
      take(forwardCost, foundSum, MB_FORWARD, forward, 0);
      const backward = search(future, backwardVectors, index, lastBackward, over, position - distance, distance);
      const backwardCost = foundSum + lambda * (TYPE_BITS_BACKWARD + bitsOf(backward, lastBackward));
      take(backwardCost, foundSum, MB_BACKWARD, 0, backward);
      tryBoth(forward, backward);
      if (isRepeatable()) tryRepeat(quality);
      decide(index, quality);
    }
  }
}

/** @returns the vector found from `reference`, kept in `vectors` */
function search(
  reference: PictureBuffer,
  vectors: usize,
  index: i32,
  last: i32,
  over: i32,
  numerator: i32,
  denominator: i32,
): i32 {
  const wide = state.macroblocksWide;
  const high = state.macroblocksHigh;
  searchBegin(
    packed,
    reference.luma,
    reference.stride,
    column << 4,
    row << 4,
    wide << 4,
    high << 4,
    vectorX(last),
    vectorY(last),
    lambda,
  );
  if (column > 0) searchFromVector(load<i32>(vectors + ((index - 1) << 2)));
  if (row > 0) searchFromVector(load<i32>(vectors + ((index - wide) << 2)));
  if (row > 0 && column + 1 < wide) searchFromVector(load<i32>(vectors + ((index - wide + 1) << 2)));
  // Where the vector between both references passes.
  searchFrom((vectorX(over) * numerator) / denominator, (vectorY(over) * numerator) / denominator);
  searchEnd();
  const found = packVector(foundX, foundY);
  store<i32>(vectors + (index << 2), found);
  return found;
}

function searchFromVector(vector: i32): void {
  searchFrom(vectorX(vector), vectorY(vector));
}

function bitsOf(vector: i32, last: i32): i32 {
  return vectorBits(vectorX(vector) - vectorX(last)) + vectorBits(vectorY(vector) - vectorY(last));
}

function take(cost: i32, sum: i32, direction: i32, forward: i32, backward: i32): void {
  if (cost >= bestCost) return;
  bestCost = cost;
  bestSum = sum;
  bestDirection = direction;
  bestForward = forward;
  bestBackward = backward;
}

function tryBoth(forward: i32, backward: i32): void {
  const sum = sumOf(BOTH, forward, backward);
  const bits = TYPE_BITS_BOTH + bitsOf(forward, lastForward) + bitsOf(backward, lastBackward);
  take(sum + lambda * bits, sum, BOTH, forward, backward);
}

/** Do the vectors of the macroblock before stay within the picture here? */
function isRepeatable(): bool {
  return (
    lastDirection != 0 &&
    ((lastDirection & MB_FORWARD) == 0 || isInside(lastForward)) &&
    ((lastDirection & MB_BACKWARD) == 0 || isInside(lastBackward))
  );
}

function isInside(vector: i32): bool {
  const x = (column << 5) + vectorX(vector);
  const y = (row << 5) + vectorY(vector);
  return x >= 0 && y >= 0 && x <= (state.macroblocksWide - 1) << 5 && y <= (state.macroblocksHigh - 1) << 5;
}

/** As the macroblock before: where nothing is coded of it, it is skipped. */
function tryRepeat(quality: i32): void {
  const sum = sumOf(lastDirection, lastForward, lastBackward);
  const bits =
    (lastDirection == BOTH ? TYPE_BITS_BOTH : lastDirection == MB_FORWARD ? TYPE_BITS_FORWARD : TYPE_BITS_BACKWARD) +
    (lastDirection == BOTH ? 4 : 2);
  take(sum + (isSame(sum, quality) ? -lambda : lambda * bits), sum, lastDirection, lastForward, lastBackward);
}

/** Sum of absolute differences of a prediction, which is left in `matched`. */
function sumOf(direction: i32, forward: i32, backward: i32): i32 {
  if (direction & MB_FORWARD) predictInto(state.older!, forward, false);
  if (direction & MB_BACKWARD) predictInto(state.reference!, backward, direction == BOTH);
  return sumAbsolute16(packed, matched, 16);
}

function predictInto(reference: PictureBuffer, vector: i32, mean: bool): void {
  const x = vectorX(vector);
  const y = vectorY(vector);
  const stride = <usize>reference.stride;
  const at = reference.luma + <usize>(((row << 4) + (y >> 1)) * reference.stride + (column << 4) + (x >> 1));
  if (mean) predictMean(matched, 16, at, stride, 16, 16, x & 1, y & 1);
  else predict(matched, 16, at, stride, 16, 16, x & 1, y & 1);
}

/** Notes the best way, or that the macroblock is better coded alone. */
function decide(index: i32, quality: i32): void {
  // 512: two a sample; below that no macroblock is better coded alone.
  if (bestCost > 512) {
    sumOf(bestDirection, bestForward, bestBackward);
    const error = sumSquared16(packed, matched, 16);
    if (error > ERROR_FLOOR && error > spread16(packed) + ALONE_BIAS * quality) {
      store<u8>(modes + index, 0);
      lastForward = 0;
      lastBackward = 0;
      lastDirection = 0;
      return;
    }
  }
  lastDirection = bestDirection;
  if (bestDirection & MB_FORWARD) {
    lastForward = bestForward;
    store<i32>(forwardVectors + (index << 2), bestForward);
  }
  if (bestDirection & MB_BACKWARD) {
    lastBackward = bestBackward;
    store<i32>(backwardVectors + (index << 2), bestBackward);
  }
  store<u8>(modes + index, <u8>(bestDirection | (isSame(bestSum, quality) ? FLAG_SAME : 0)));
}

/** The smallest f_code that carries every vector used in a direction. */
export function directionRangeCode(direction: i32): i32 {
  const vectors = direction == MB_FORWARD ? forwardVectors : backwardVectors;
  let furthest = 0;
  for (let i = 0; i < state.macroblocksWide * state.macroblocksHigh; i++)
    if (load<u8>(modes + i) & direction) furthest = max<i32>(furthest, reachOf(load<i32>(vectors + (i << 2))));
  return rangeCodeOf(furthest);
}
