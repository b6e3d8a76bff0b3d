/**
 * Finds the motion vector of one macroblock: the neighbours' vectors as starting points, a shrinking diamond in whole samples, then
 * the eight half-sample places around. (Cmix patent, Fig. 6, ST106 and ST115.)
 */
import { sumAbsolute16 } from "../kernels/difference";
import { sumAbsoluteHalf16 } from "../kernels/half-difference";

/** Furthest vector in whole samples: forward_f_code 4 carries -64..63.5. */
const RANGE: i32 = 60;
/** Times the weight of vector bits: costs of 256 samples below this are not refined. At scale 4 that is half a level a sample. */
const STILL_MATCH: i32 = 25;
/** Costs, of 256 samples, above which the search begins with steps of 2 and of 8 samples: 2 a sample is noise. */
const FAIR_MATCH: i32 = 512;
const POOR_MATCH: i32 = 1536;

/** Results of the last search: the vector in half samples and its sum of absolute differences. */
export let foundX: i32 = 0;
export let foundY: i32 = 0;
export let foundSum: i32 = 0;

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
function vectorBits(difference: i32): i32 {
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
  // Staying in place is preferred: it costs fewest bits, and none where nothing is coded.
  bestCost = sumAbsolute16(current, reference, <usize>stride) + min<i32>(vectorCost(0, 0), lambda) - 2 * lambda;
}

/** Tries a vector, in half samples, as a starting point. */
export function searchFrom(x: i32, y: i32): void {
  const wholeX = max<i32>(lowX, min<i32>(highX, (x + 1) >> 1));
  const wholeY = max<i32>(lowY, min<i32>(highY, (y + 1) >> 1));
  if (wholeX != bestX || wholeY != bestY) tryWhole(wholeX, wholeY);
}

/** Cost of a vector in half samples, or one that never wins where it leads out of the picture. */
function halfCost(x: i32, y: i32): i32 {
  if (x < lowX << 1 || x > highX << 1 || y < lowY << 1 || y > highY << 1) return i32.MAX_VALUE;
  const at = reference + (y >> 1) * stride + (x >> 1);
  return sumAbsoluteHalf16(current, at, <usize>stride, x & 1, y & 1) + vectorCost(x, y);
}

/** Refines the best starting point; results in `foundX`, `foundY`, `foundSum`. */
export function searchEnd(): void {
  if (bestCost < STILL_MATCH * lambda) {
    foundX = bestX << 1;
    foundY = bestY << 1;
    foundSum = bestCost;
    return;
  }
  // A good match needs no wide search.
  for (let step = bestCost > POOR_MATCH ? 8 : bestCost > FAIR_MATCH ? 2 : 1; step > 0; step >>= 1) {
    for (let turn = 0; turn < 16; turn++) {
      const x = bestX;
      const y = bestY;
      let better = tryWhole(x - step, y);
      better = tryWhole(x + step, y) || better;
      better = tryWhole(x, y - step) || better;
      better = tryWhole(x, y + step) || better;
      if (!better) break;
    }
  }
  // Half samples: the four sides, then the corner between the better two.
  const centreX = bestX << 1;
  const centreY = bestY << 1;
  foundX = centreX;
  foundY = centreY;
  const left = halfCost(centreX - 1, centreY);
  const right = halfCost(centreX + 1, centreY);
  const up = halfCost(centreX, centreY - 1);
  const down = halfCost(centreX, centreY + 1);
  const sideX = left < right ? centreX - 1 : centreX + 1;
  const sideY = up < down ? centreY - 1 : centreY + 1;
  takeBetter(min<i32>(left, right), sideX, centreY);
  takeBetter(min<i32>(up, down), centreX, sideY);
  takeBetter(halfCost(sideX, sideY), sideX, sideY);
  foundSum = bestCost;
}

function takeBetter(cost: i32, x: i32, y: i32): void {
  if (cost >= bestCost) return;
  bestCost = cost;
  foundX = x;
  foundY = y;
}
