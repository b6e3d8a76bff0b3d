/**
 * Finds the motion vector of one macroblock: the neighbours' vectors as starting points, a shrinking diamond in whole samples, then
 * the eight half-sample places around. (Cmix patent, Fig. 6, ST106 and ST115.)
 */
import { sumAbsolute16 } from "../kernels/difference";
import { predict } from "../kernels/motion";

/** Furthest vector in whole samples: forward_f_code 4 carries -64..63.5. */
const RANGE: i32 = 60;

const candidate: usize = memory.data(256, 16);

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

/** Refines the best starting point; results in `foundX`, `foundY`, `foundSum`. */
export function searchEnd(): void {
  // A good match needs no wide search: 2 a sample is noise.
  for (let step = bestCost > 512 ? 8 : 1; step > 0; step >>= 1) {
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
  let x2 = bestX << 1;
  let y2 = bestY << 1;
  const centreX = x2;
  const centreY = y2;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      if (dx == 0 && dy == 0) continue;
      const x = centreX + dx;
      const y = centreY + dy;
      if (x < lowX << 1 || x > highX << 1 || y < lowY << 1 || y > highY << 1) continue;
      predict(candidate, 16, reference + (y >> 1) * stride + (x >> 1), <usize>stride, 16, 16, x & 1, y & 1);
      const cost = sumAbsolute16(current, candidate, 16) + vectorCost(x, y);
      if (cost < bestCost) {
        bestCost = cost;
        x2 = x;
        y2 = y;
      }
    }
  }
  foundX = x2;
  foundY = y2;
  foundSum = bestCost;
}
