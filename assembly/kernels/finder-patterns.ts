/**
 * Where a picture may hold a QR code: places that look like its finder patterns, squares that any line through their middle crosses as
 * dark, light, dark, light, dark in the proportion 1:1:3:1:1 (ISO/IEC 18004 6.3.3). Quick and not sure: a reader has the last word.
 */

/** Samples of a row that share a threshold. */
const BLOCK: i32 = 16;
/** The threshold is half way between the darkest and the brightest sample of so many blocks to each side. */
const BLOCKS_AROUND: i32 = 2;
/** With less between them there is nothing to see. */
const CONTRAST: i32 = 40;
const PATTERN_MODULES: i32 = 7;

/** A row's blocks (darkest, brightest, threshold: u8 each) and its bits, u16 a block, the leftmost sample lowest: 1 is dark. */
let darkest: usize = 0;
let brightest: usize = 0;
let thresholds: usize = 0;
let bits: usize = 0;

function blocksOf(width: i32): i32 {
  return (width + BLOCK - 1) / BLOCK;
}

function limitsOfBlock(row: usize, block: i32, width: i32): void {
  let low: i32 = 255;
  let high: i32 = 0;
  for (let x = block * BLOCK; x < min<i32>((block + 1) * BLOCK, width); x++) {
    const sample = <i32>load<u8>(row + x);
    low = min<i32>(low, sample);
    high = max<i32>(high, sample);
  }
  store<u8>(darkest + block, <u8>low);
  store<u8>(brightest + block, <u8>high);
}

function chooseThresholds(blocks: i32): void {
  for (let block = 0; block < blocks; block++) {
    let low: i32 = 255;
    let high: i32 = 0;
    const last = min<i32>(block + BLOCKS_AROUND, blocks - 1);
    for (let near = max<i32>(0, block - BLOCKS_AROUND); near <= last; near++) {
      low = min<i32>(low, <i32>load<u8>(darkest + near));
      high = max<i32>(high, <i32>load<u8>(brightest + near));
    }
    // Nothing is darker than 0.
    store<u8>(thresholds + block, <u8>(high - low < CONTRAST ? 0 : (low + high + 1) >> 1));
  }
}

function bitsOfBlock(row: usize, block: i32, width: i32): void {
  const threshold = load<u8>(thresholds + block);
  let dark: u32 = 0;
  for (let i = 0; i < BLOCK && block * BLOCK + i < width; i++) {
    if (load<u8>(row + block * BLOCK + i) < threshold) dark |= 1 << i;
  }
  store<u16>(bits + ((<usize>block) << 1), <u16>dark);
}

function readRow(row: usize, width: i32): void {
  const blocks = blocksOf(width);
  for (let block = 0; block < blocks; block++) limitsOfBlock(row, block, width);
  chooseThresholds(blocks);
  for (let block = 0; block < blocks; block++) bitsOfBlock(row, block, width);
}

/** The least, or with a complement before and behind it the greatest, of sixteen samples. */
function leastOf(samples: v128): u8 {
  let least = i8x16.min_u(
    samples,
    i8x16.shuffle(samples, samples, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7),
  );
  least = i8x16.min_u(least, i8x16.shuffle(least, least, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
  least = i8x16.min_u(least, i8x16.shuffle(least, least, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
  return <u8>min<u32>(i8x16.extract_lane_u(least, 0), i8x16.extract_lane_u(least, 1));
}

function readRowSimd(row: usize, width: i32): void {
  const blocks = blocksOf(width);
  const whole = width / BLOCK;
  for (let block = 0; block < whole; block++) {
    const samples = v128.load(row + block * BLOCK);
    store<u8>(darkest + block, leastOf(samples));
    store<u8>(brightest + block, ~leastOf(v128.not(samples)));
  }
  if (whole < blocks) limitsOfBlock(row, whole, width);
  chooseThresholds(blocks);
  for (let block = 0; block < whole; block++) {
    const threshold = i8x16.splat(load<i8>(thresholds + block));
    const dark = i8x16.lt_u(v128.load(row + block * BLOCK), threshold);
    store<u16>(bits + ((<usize>block) << 1), <u16>i8x16.bitmask(dark));
  }
  if (whole < blocks) bitsOfBlock(row, whole, width);
}

/** Whether five runs are in proportion, within half a module and a little for what lies between two samples. */
function isPattern(a: i32, b: i32, middle: i32, d: i32, e: i32): bool {
  const total = a + b + middle + d + e;
  if (total < PATTERN_MODULES) return false;
  if (abs<i32>(7 * middle - 3 * total) >= total + 4) return false;
  return isModule(a, total) && isModule(b, total) && isModule(d, total) && isModule(e, total);
}

function isModule(run: i32, total: i32): bool {
  return 2 * abs<i32>(7 * run - total) < total + 8;
}

let plane: usize = 0;
let planeStride: i32 = 0;
let planeHeight: i32 = 0;

/** Samples from y on, `by` rows a step, that are on the dark or the light side of the threshold; at most `most`. */
function runDown(x: i32, y: i32, by: i32, isDark: bool, threshold: i32, most: i32): i32 {
  let run = 0;
  while (run < most && y >= 0 && y < planeHeight) {
    if (<i32>load<u8>(plane + y * planeStride + x) < threshold != isDark) break;
    run += 1;
    y += by;
  }
  return run;
}

let found: usize = 0;
let foundMax: i32 = 0;
let foundCount: i32 = 0;

/** Looks at a pattern of a row from above to below, and writes it down if it is new. @param twiceX its middle, times two */
function considerPattern(twiceX: i32, y: i32, total: i32): void {
  const x = twiceX >> 1;
  const threshold = <i32>load<u8>(thresholds + x / BLOCK);
  const most = 2 * total;
  const up = runDown(x, y, -1, true, threshold, most);
  const lightUp = runDown(x, y - up, -1, false, threshold, most);
  const darkUp = runDown(x, y - up - lightUp, -1, true, threshold, most);
  const down = runDown(x, y + 1, 1, true, threshold, most);
  const lightDown = runDown(x, y + 1 + down, 1, false, threshold, most);
  const darkDown = runDown(x, y + 1 + down + lightDown, 1, true, threshold, most);
  if (!isPattern(darkUp, lightUp, up + down, lightDown, darkDown)) return;
  const high = darkUp + lightUp + up + down + lightDown + darkDown;
  if (high > 2 * total || total > 2 * high) return;
  const twiceY = 2 * y - up + down + 2;
  for (let at = found; at < found + 12 * foundCount; at += 12) {
    if (abs<i32>(load<i32>(at) - twiceX) <= total && abs<i32>(load<i32>(at, 4) - twiceY) <= total) return;
  }
  const at = found + 12 * foundCount;
  store<i32>(at, twiceX);
  store<i32>(at, twiceY, 4);
  store<i32>(at, total, 8);
  foundCount += 1;
}

/** Goes over a row's bits from change to change. */
function walkRow(y: i32, width: i32): void {
  let p0 = 0;
  let p1 = 0;
  let p2 = 0;
  let p3 = 0;
  let p4 = 0;
  let changes = 0;
  let carry: u32 = 0;
  const blocks = blocksOf(width);
  // Behind the row's end it is light.
  for (let block = 0; block <= blocks; block++) {
    const dark: u32 = block < blocks ? <u32>load<u16>(bits + ((<usize>block) << 1)) : 0;
    let turns = (dark ^ ((dark << 1) | carry)) & 0xffff;
    carry = dark >> (BLOCK - 1);
    while (turns != 0) {
      const i = ctz<u32>(turns);
      turns &= turns - 1;
      const x = min<i32>(block * BLOCK + i, width);
      changes += 1;
      if (((dark >> i) & 1) == 0 && changes >= 6 && isPattern(p1 - p0, p2 - p1, p3 - p2, p4 - p3, x - p4)) {
        considerPattern(p2 + p3, y, x - p0);
        if (foundCount == foundMax) return;
      }
      p0 = p1;
      p1 = p2;
      p2 = p3;
      p3 = p4;
      p4 = x;
    }
  }
}

function findPatterns(
  out: usize,
  capacity: i32,
  samples: usize,
  stride: i32,
  width: i32,
  height: i32,
  step: i32,
  isSimd: bool,
): i32 {
  const blocks = <usize>blocksOf(width);
  const scratch = heap.alloc(5 * blocks);
  bits = scratch;
  darkest = scratch + 2 * blocks;
  brightest = scratch + 3 * blocks;
  thresholds = scratch + 4 * blocks;
  plane = samples;
  planeStride = stride;
  planeHeight = height;
  found = out;
  foundMax = capacity;
  foundCount = 0;
  for (let y = step >> 1; y < height && foundCount < capacity; y += step) {
    const row = samples + y * stride;
    if (isSimd) readRowSimd(row, width);
    else readRow(row, width);
    walkRow(y, width);
  }
  heap.free(scratch);
  return foundCount;
}

/**
 * Looks for finder patterns of 1 to 10 samples a module in every `step`th row. This definition is the reference.
 * @param out      i32[3 * capacity], written: twice the middle's column and row, and the width of the pattern in samples (7 modules)
 * @param capacity patterns at most, >= 1; the first ones from above
 * @param plane    u8, height rows of width samples, stride bytes apart
 * @param width    1..16384, as height
 * @param step     1..3 for a module of one sample: the pattern's middle is three modules high
 * @returns patterns found
 */
export function findFindersScalar(
  out: usize,
  capacity: i32,
  plane: usize,
  stride: i32,
  width: i32,
  height: i32,
  step: i32,
): i32 {
  return findPatterns(out, capacity, plane, stride, width, height, step, false);
}

/** Same contract, sixteen samples a step. */
export function findFindersSimd(
  out: usize,
  capacity: i32,
  plane: usize,
  stride: i32,
  width: i32,
  height: i32,
  step: i32,
): i32 {
  return findPatterns(out, capacity, plane, stride, width, height, step, true);
}

/** {@link findFindersScalar}'s contract with the quickest code of this build. */
export function findFinders(
  out: usize,
  capacity: i32,
  plane: usize,
  stride: i32,
  width: i32,
  height: i32,
  step: i32,
): i32 {
  return findPatterns(out, capacity, plane, stride, width, height, step, ASC_FEATURE_SIMD);
}
