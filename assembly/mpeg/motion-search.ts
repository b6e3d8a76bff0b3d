/**
 * Finds the motion vector of one macroblock: the neighbours' vectors as starting points, a shrinking diamond in whole samples, then
 * the half-sample places around. (Cmix patent, Fig. 6, ST106 and ST115.)
 */
import { sumAbsolute16, sumAbsoluteSparse16, sumSquared16 } from "../kernels/difference";
import { sumAbsoluteHalf16, sumAbsoluteSides16 } from "../kernels/half-difference";

/** Furthest vector in whole samples: forward_f_code 4 carries -64..63.5. */
const RANGE: i32 = 60;
/** Times the weight of vector bits: costs of 256 samples below this are not refined. At scale 4 that is 0.9 a sample. */
const STILL_MATCH: i32 = 45;
/** Costs, of 256 samples, above which the search begins with steps of 2 and of 8 samples: 2 a sample is noise. */
const FAIR_MATCH: i32 = 512;
const POOR_MATCH: i32 = 1536;
/**
 * Squared error of 256 samples, 10 a sample, above which all places within WIDE_RANGE are tried: between sharp edges a small diamond
 * gets stuck. Drawings get a quarter smaller by it; of camera pictures it concerns few macroblocks.
 */
const WIDE_ERROR: i32 = 100 * 256;
const WIDE_RANGE: i32 = 8;
/** A place is left out where this times the sum of four of its 16 rows exceeds the best. */
const SPARSE_WEIGHT: i32 = 3;

/** Results of the last search: the vector in half samples, its cost, and its sum of absolute differences alone. */
export let foundX: i32 = 0;
export let foundY: i32 = 0;
export let foundCost: i32 = 0;
export let foundSum: i32 = 0;

const sides: usize = memory.data(16, 4);
let current: usize = 0;
let reference: usize = 0;
let stride: i32 = 0;
let lowX: i32 = 0;
let highX: i32 = 0;
let lowY: i32 = 0;
let highY: i32 = 0;
let predictedX: i32 = 0;
let predictedY: i32 = 0;
let lambda: i32 = 0;
let bestX: i32 = 0;
let bestY: i32 = 0;
let bestCost: i32 = 0;

/** About the bits that a vector component's difference costs. */
export function vectorBits(difference: i32): i32 {
  return 1 + 2 * (32 - clz<i32>(abs<i32>(difference)));
}

function vectorCost(x: i32, y: i32): i32 {
  return lambda * (vectorBits(x - predictedX) + vectorBits(y - predictedY));
}

function tryWhole(x: i32, y: i32): bool {
  if (x < lowX || x > highX || y < lowY || y > highY) return false;
  const cost = sumAbsolute16(current, reference + y * stride + x, <usize>stride) + vectorCost(x << 1, y << 1);
  if (cost >= bestCost) return false;
  bestCost = cost;
  bestX = x;
  bestY = y;
  return true;
}

/** Starts the search of a macroblock whose upper left sample is at (`left`, `top`) of a plane of `width` x `height` samples. */
export function searchBegin(
  block: usize,
  referencePlane: usize,
  planeStride: i32,
  left: i32,
  top: i32,
  width: i32,
  height: i32,
  vectorX: i32,
  vectorY: i32,
  weight: i32,
): void {
  current = block;
  stride = planeStride;
  reference = referencePlane + <usize>(top * planeStride + left);
  lowX = max<i32>(-RANGE, -left);
  highX = min<i32>(RANGE, width - 16 - left);
  lowY = max<i32>(-RANGE, -top);
  highY = min<i32>(RANGE, height - 16 - top);
  predictedX = vectorX;
  predictedY = vectorY;
  lambda = weight;
  bestX = 0;
  bestY = 0;
  bestCost = sumAbsolute16(current, reference, <usize>stride) + stillCost();
}

/** Staying in place is preferred: it costs fewest bits, and none where nothing is coded. */
function stillCost(): i32 {
  return min<i32>(vectorCost(0, 0), lambda) - 2 * lambda;
}

/** Tries a vector, in half samples, as a starting point. */
export function searchFrom(x: i32, y: i32): void {
  const wholeX = max<i32>(lowX, min<i32>(highX, (x + 1) >> 1));
  const wholeY = max<i32>(lowY, min<i32>(highY, (y + 1) >> 1));
  if (wholeX != bestX || wholeY != bestY) tryWhole(wholeX, wholeY);
}

/** Refines the best starting point; results in the variables above. */
export function searchEnd(): void {
  if (bestCost < STILL_MATCH * lambda) {
    foundX = bestX << 1;
    foundY = bestY << 1;
    finish();
    return;
  }
  // A good match needs no wide steps.
  for (let step = bestCost > POOR_MATCH ? 8 : bestCost > FAIR_MATCH ? 2 : 1; step > 0; step >>= 1) descend(step);
  const place = reference + bestY * stride + bestX;
  if (bestCost > FAIR_MATCH && sumSquared16(current, place, <usize>stride) > WIDE_ERROR) searchAll();
  searchHalves();
  finish();
}

function finish(): void {
  foundCost = bestCost;
  foundSum = bestCost - ((foundX | foundY) == 0 ? stillCost() : vectorCost(foundX, foundY));
}

/** Goes down by steps of one size: sides 0 left, 1 right, 2 above, 3 below. */
function descend(step: i32): void {
  let cameFrom = -1;
  for (let turn = 0; turn < 16; turn++) {
    const x = bestX;
    const y = bestY;
    let moved = -1;
    if (cameFrom != 0 && tryWhole(x - step, y)) moved = 0;
    if (cameFrom != 1 && tryWhole(x + step, y)) moved = 1;
    if (cameFrom != 2 && tryWhole(x, y - step)) moved = 2;
    if (cameFrom != 3 && tryWhole(x, y + step)) moved = 3;
    if (moved < 0) return;
    cameFrom = moved ^ 1;
  }
}

function searchAll(): void {
  const endX = min<i32>(highX, WIDE_RANGE);
  const endY = min<i32>(highY, WIDE_RANGE);
  for (let y = max<i32>(lowY, -WIDE_RANGE); y <= endY; y++) {
    for (let x = max<i32>(lowX, -WIDE_RANGE); x <= endX; x++) {
      const sparse = sumAbsoluteSparse16(current, reference + y * stride + x, <usize>stride);
      if (sparse * SPARSE_WEIGHT < bestCost) tryWhole(x, y);
    }
  }
}

/** Half samples: the four sides, then the corner between the better two. */
function searchHalves(): void {
  const centreX = bestX << 1;
  const centreY = bestY << 1;
  foundX = centreX;
  foundY = centreY;
  sumAbsoluteSides16(sides, current, reference + bestY * stride + bestX, <usize>stride);
  const left = sideCost(0, centreX - 1, centreY);
  const right = sideCost(4, centreX + 1, centreY);
  const above = sideCost(8, centreX, centreY - 1);
  const below = sideCost(12, centreX, centreY + 1);
  const sideX = left < right ? centreX - 1 : centreX + 1;
  const sideY = above < below ? centreY - 1 : centreY + 1;
  takeBetter(min<i32>(left, right), sideX, centreY);
  takeBetter(min<i32>(above, below), centreX, sideY);
  if (isInside(sideX, sideY)) {
    const corner = reference + (sideY >> 1) * stride + (sideX >> 1);
    takeBetter(sumAbsoluteHalf16(current, corner, <usize>stride, 1, 1) + vectorCost(sideX, sideY), sideX, sideY);
  }
}

function isInside(x: i32, y: i32): bool {
  return x >= lowX << 1 && x <= highX << 1 && y >= lowY << 1 && y <= highY << 1;
}

/** Cost of one of the sides just measured, or one that never wins where it leads out of the picture. */
function sideCost(side: usize, x: i32, y: i32): i32 {
  return isInside(x, y) ? load<i32>(sides + side) + vectorCost(x, y) : i32.MAX_VALUE;
}

function takeBetter(cost: i32, x: i32, y: i32): void {
  if (cost >= bestCost) return;
  bestCost = cost;
  foundX = x;
  foundY = y;
}
