/** Whole pictures out of fields (motion-adaptive), and a look whether a picture's two fields are of one moment. */

/** Weights of the vertical-temporal filter by M. Weston, BBC R&D (UK patent 2191060), in 2^-13: from the field's own lines alone, */
const NEAR: i32 = 5077;
const FAR: i32 = -981;
/** and in 2^-15 from these and from the lines of the fields before and behind, which lie between. */
const MIXED_NEAR: i32 = 17236;
const MIXED_FAR: i32 = -852;
const OTHER_SAME: i32 = 5570;
const OTHER_NEAR: i32 = -3801;
const OTHER_FAR: i32 = 1016;
/** An edge leans where three samples are so much more alike along it than straight down. */
const CLEAR_EDGE: i32 = 150;
/** Samples beside one that are looked at for it. */
const EDGE_REACH: i32 = 3;

/** Rows that a missing row is made of: of the field itself at -3, -1, 1 and 3; of the other parity at -4 to 4, before and behind. */
let far: usize = 0;
let above: usize = 0;
let below: usize = 0;
let farBelow: usize = 0;
let earlier: usize = 0;
let later: usize = 0;
/** From `earlier` and `later` to their rows at -4, -2, 2 and 4, in bytes. */
let back4: isize = 0;
let back2: isize = 0;
let next2: isize = 0;
let next4: isize = 0;
/** The field's own rows at -1 and 1 in the frames before and behind. */
let aboveBefore: usize = 0;
let belowBefore: usize = 0;
let aboveAfter: usize = 0;
let belowAfter: usize = 0;

/** A row within the picture: over its edges it is seen mirrored, which keeps the parity. */
function rowWithin(y: i32, height: i32): i32 {
  const row = y < 0 ? -y : y < height ? y : 2 * (height - 1) - y;
  return row >= 0 && row < height ? row : y & 1;
}

function placeRows(
  before: usize,
  current: usize,
  after: usize,
  stride: i32,
  height: i32,
  y: i32,
  isSecond: bool,
): void {
  const upper = rowWithin(y - 1, height) * stride;
  const lower = rowWithin(y + 1, height) * stride;
  far = current + rowWithin(y - 3, height) * stride;
  above = current + upper;
  below = current + lower;
  farBelow = current + rowWithin(y + 3, height) * stride;
  earlier = (isSecond ? current : before) + y * stride;
  later = (isSecond ? after : current) + y * stride;
  back4 = (rowWithin(y - 4, height) - y) * stride;
  back2 = (rowWithin(y - 2, height) - y) * stride;
  next2 = (rowWithin(y + 2, height) - y) * stride;
  next4 = (rowWithin(y + 4, height) - y) * stride;
  aboveBefore = before + upper;
  belowBefore = before + lower;
  aboveAfter = after + upper;
  belowAfter = after + lower;
}

function at(row: usize, x: i32): i32 {
  return <i32>load<u8>(row + x);
}

/** Earlier and later sample of a row of the other parity, added. */
function bothAt(offset: isize, x: i32): i32 {
  return at(earlier + offset, x) + at(later + offset, x);
}

/** Unlikeness of the rows above and below along a line that leans: so many samples to the right above, as many to the left below. */
function leaningScore(x: i32, lean: i32): i32 {
  return (
    abs<i32>(at(above, x - 1 + lean) - at(below, x - 1 - lean)) +
    abs<i32>(at(above, x + lean) - at(below, x - lean)) +
    abs<i32>(at(above, x + 1 + lean) - at(below, x + 1 - lean))
  );
}

/** The lean of an edge, -2 to 2; 0 where none is clear. */
function leanAt(x: i32): i32 {
  const straight = leaningScore(x, 0);
  let best = straight - 1;
  let lean = 0;
  for (let side = -1; side <= 1; side += 2) {
    for (let step = 1; step <= 2; step++) {
      const score = leaningScore(x, side * step);
      if (score >= best) break;
      best = score;
      lean = side * step;
    }
  }
  return straight - best > CLEAR_EDGE ? lean : 0;
}

/** @param width of the whole row, beside whose ends no lean is looked for */
function fillRow(dst: usize, from: i32, to: i32, width: i32): void {
  for (let x = from; x < to; x++) {
    const up = at(above, x);
    const down = at(below, x);
    const same = bothAt(0, x);
    const upper = bothAt(back2, x);
    const lower = bothAt(next2, x);
    const woven = same >> 1;
    const change = abs<i32>(at(earlier, x) - at(later, x));
    const changeBefore = (abs<i32>(at(aboveBefore, x) - up) + abs<i32>(at(belowBefore, x) - down)) >> 1;
    const changeAfter = (abs<i32>(at(aboveAfter, x) - up) + abs<i32>(at(belowAfter, x) - down)) >> 1;
    // Rows of the other fields that all stand out of this field's the same way are a comb, whatever moved there and back.
    const overUp = (upper >> 1) - up;
    const overDown = (lower >> 1) - down;
    const fromUp = woven - up;
    const fromDown = woven - down;
    const peak = max<i32>(max<i32>(fromUp, fromDown), min<i32>(overUp, overDown));
    const dip = min<i32>(min<i32>(fromUp, fromDown), max<i32>(overUp, overDown));
    const room = max<i32>(max<i32>(change >> 1, max<i32>(changeBefore, changeAfter)), max<i32>(dip, -peak));
    const outer = at(far, x) + at(farBelow, x);
    const lean = x >= EDGE_REACH && x < width - EDGE_REACH ? leanAt(x) : 0;
    let value: i32;
    if (lean != 0) value = (at(above, x + lean) + at(below, x - lean)) >> 1;
    else if (abs<i32>(up - down) > change)
      value =
        (OTHER_SAME * same +
          OTHER_NEAR * (upper + lower) +
          OTHER_FAR * (bothAt(back4, x) + bothAt(next4, x)) +
          MIXED_NEAR * (up + down) +
          MIXED_FAR * outer +
          (1 << 14)) >>
        15;
    else value = (NEAR * (up + down) + FAR * outer + (1 << 12)) >> 13;
    value = min<i32>(woven + room, max<i32>(woven - room, value));
    store<u8>(dst + x, <u8>min<i32>(255, max<i32>(0, value)));
  }
}

/** The field's own rows go over as they are. */
function keepRows(dst: usize, current: usize, stride: i32, width: i32, height: i32, parity: i32): void {
  for (let y = parity; y < height; y += 2) memory.copy(dst + y * stride, current + y * stride, width);
}

/**
 * Makes a whole picture of one field of a frame: its rows are copied, the missing ones are made of rows near them in this field, where
 * nothing moves of the fields before and behind. This definition is the reference.
 * @param dst      u8, height rows of width samples, stride bytes apart, written; may not overlap the others
 * @param before   the frame before, as dst; `current` where there is none, as for `after`
 * @param stride   bytes, >= width, of all four
 * @param height   rows, >= 2
 * @param parity   rows that are kept: 0 even, 1 odd
 * @param isSecond 1: the field is the later one of its frame
 */
export function deinterlacePlaneScalar(
  dst: usize,
  before: usize,
  current: usize,
  after: usize,
  stride: i32,
  width: i32,
  height: i32,
  parity: i32,
  isSecond: i32,
): void {
  keepRows(dst, current, stride, width, height, parity);
  for (let y = 1 - parity; y < height; y += 2) {
    placeRows(before, current, after, stride, height, y, isSecond != 0);
    fillRow(dst + y * stride, 0, width, width);
  }
}

/** Eight samples, 16 bits each. */
function eight(row: usize, x: i32): v128 {
  return v128.load8x8_u(row + x);
}

function eightOfBoth(offset: isize, x: i32): v128 {
  return i16x8.add(eight(earlier + offset, x), eight(later + offset, x));
}

function difference(a: v128, b: v128): v128 {
  return i16x8.abs(i16x8.sub(a, b));
}

/** Two weights, by turns. */
function weights(first: i32, second: i32): v128 {
  return i32x4.splat((second << 16) | (first & 0xffff));
}

function lowPairs(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

function highPairs(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

function leaningScores(x: i32, lean: i32): v128 {
  return i16x8.add(
    i16x8.add(
      difference(eight(above, x - 1 + lean), eight(below, x - 1 - lean)),
      difference(eight(above, x + lean), eight(below, x - lean)),
    ),
    difference(eight(above, x + 1 + lean), eight(below, x + 1 - lean)),
  );
}

/** Values along the edges that lean clearly, `value` elsewhere: leanAt for eight samples. */
function alongEdges(x: i32, straight: v128, clear: v128, value: v128): v128 {
  let best = i16x8.sub(straight, i16x8.splat(1));
  let along = value;
  for (let side = -1; side <= 1; side += 2) {
    let better = i16x8.splat(-1);
    for (let step = 1; step <= 2; step++) {
      const lean = side * step;
      const scores = leaningScores(x, lean);
      better = v128.and(better, i16x8.lt_s(scores, best));
      best = v128.bitselect(scores, best, better);
      const mean = i16x8.shr_u(i16x8.add(eight(above, x + lean), eight(below, x - lean)), 1);
      along = v128.bitselect(mean, along, better);
    }
  }
  return v128.bitselect(along, value, i16x8.gt_s(i16x8.sub(straight, best), clear));
}

function fillRowSimd(dst: usize, width: i32): void {
  const nearFar = weights(NEAR, FAR);
  const mixed = weights(MIXED_NEAR, MIXED_FAR);
  const other = weights(OTHER_SAME, OTHER_NEAR);
  // The second of these pairs is 1 << 13, which makes half of 2^-15 out of 2.
  const otherFar = weights(OTHER_FAR, 2);
  const half = i16x8.splat(1 << 13);
  const clear = i16x8.splat(<i16>CLEAR_EDGE);
  const smallHalf = i32x4.splat(1 << 12);
  let x = min<i32>(8, width);
  fillRow(dst, 0, x, width);
  for (; x + 8 + EDGE_REACH <= width; x += 8) {
    const up = eight(above, x);
    const down = eight(below, x);
    const sides = i16x8.add(up, down);
    const outer = i16x8.add(eight(far, x), eight(farBelow, x));
    const before = eight(earlier, x);
    const after = eight(later, x);
    const same = i16x8.add(before, after);
    const upper = eightOfBoth(back2, x);
    const lower = eightOfBoth(next2, x);
    const woven = i16x8.shr_u(same, 1);
    const change = difference(before, after);
    const changeBefore = i16x8.shr_u(
      i16x8.add(difference(eight(aboveBefore, x), up), difference(eight(belowBefore, x), down)),
      1,
    );
    const changeAfter = i16x8.shr_u(
      i16x8.add(difference(eight(aboveAfter, x), up), difference(eight(belowAfter, x), down)),
      1,
    );
    const overUp = i16x8.sub(i16x8.shr_u(upper, 1), up);
    const overDown = i16x8.sub(i16x8.shr_u(lower, 1), down);
    const fromUp = i16x8.sub(woven, up);
    const fromDown = i16x8.sub(woven, down);
    const peak = i16x8.max_s(i16x8.max_s(fromUp, fromDown), i16x8.min_s(overUp, overDown));
    const dip = i16x8.min_s(i16x8.min_s(fromUp, fromDown), i16x8.max_s(overUp, overDown));
    const moved = i16x8.max_s(i16x8.shr_u(change, 1), i16x8.max_s(changeBefore, changeAfter));
    const room = i16x8.max_s(moved, i16x8.max_s(dip, i16x8.neg(peak)));
    const alone = i16x8.narrow_i32x4_s(
      i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(lowPairs(sides, outer), nearFar), smallHalf), 13),
      i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(highPairs(sides, outer), nearFar), smallHalf), 13),
    );
    const neighbours = i16x8.add(upper, lower);
    const others = i16x8.add(eightOfBoth(back4, x), eightOfBoth(next4, x));
    const low = i32x4.add(
      i32x4.add(i32x4.dot_i16x8_s(lowPairs(sides, outer), mixed), i32x4.dot_i16x8_s(lowPairs(same, neighbours), other)),
      i32x4.dot_i16x8_s(lowPairs(others, half), otherFar),
    );
    const high = i32x4.add(
      i32x4.add(
        i32x4.dot_i16x8_s(highPairs(sides, outer), mixed),
        i32x4.dot_i16x8_s(highPairs(same, neighbours), other),
      ),
      i32x4.dot_i16x8_s(highPairs(others, half), otherFar),
    );
    const together = i16x8.narrow_i32x4_s(i32x4.shr_s(low, 15), i32x4.shr_s(high, 15));
    let value = v128.bitselect(together, alone, i16x8.gt_s(difference(up, down), change));
    const straight = leaningScores(x, 0);
    if (v128.any_true(i16x8.gt_s(straight, clear))) value = alongEdges(x, straight, clear, value);
    value = i16x8.min_s(i16x8.add(woven, room), i16x8.max_s(i16x8.sub(woven, room), value));
    v128.store64_lane(dst + x, i8x16.narrow_i16x8_u(value, value), 0);
  }
  fillRow(dst, x, width, width);
}

/** Same contract, eight samples a step; the scalar finishes the rest. */
export function deinterlacePlaneSimd(
  dst: usize,
  before: usize,
  current: usize,
  after: usize,
  stride: i32,
  width: i32,
  height: i32,
  parity: i32,
  isSecond: i32,
): void {
  keepRows(dst, current, stride, width, height, parity);
  for (let y = 1 - parity; y < height; y += 2) {
    placeRows(before, current, after, stride, height, y, isSecond != 0);
    fillRowSimd(dst + y * stride, width);
  }
}

/** {@link deinterlacePlaneScalar}'s contract with the quickest code of this build. */
export function deinterlacePlane(
  dst: usize,
  before: usize,
  current: usize,
  after: usize,
  stride: i32,
  width: i32,
  height: i32,
  parity: i32,
  isSecond: i32,
): void {
  if (ASC_FEATURE_SIMD) deinterlacePlaneSimd(dst, before, current, after, stride, width, height, parity, isSecond);
  else deinterlacePlaneScalar(dst, before, current, after, stride, width, height, parity, isSecond);
}

/** A sample so much above or below both its neighbours, which are alike, is combed. */
const COMB_DEPTH: i32 = 12;

function combedInRow(row: usize, stride: i32, from: i32, width: i32): i32 {
  let count = 0;
  for (let x = from; x < width; x++) {
    const up = at(row - stride, x);
    const down = at(row + stride, x);
    const middle = at(row, x);
    const over = min<i32>(middle - up, middle - down);
    const under = min<i32>(up - middle, down - middle);
    const far = at(row - 2 * stride, x);
    // A line that is one row high has the picture behind it on both sides; a comb goes on.
    if (max<i32>(over, under) > COMB_DEPTH && abs<i32>(up - down) < COMB_DEPTH && abs<i32>(far - middle) < COMB_DEPTH)
      count += 1;
  }
  return count;
}

/**
 * Counts samples in which a frame's two fields stand out of each other, as they do where something moved between them. This definition is
 * the reference.
 * @param plane  u8, height rows of width samples, stride bytes apart
 * @returns 0 to width * (height - 3)
 */
export function combedSamplesScalar(plane: usize, stride: i32, width: i32, height: i32): i32 {
  let count = 0;
  for (let y = 2; y < height - 1; y++) count += combedInRow(plane + y * stride, stride, 0, width);
  return count;
}

/** Same contract, sixteen samples a step; the scalar finishes the rest. */
export function combedSamplesSimd(plane: usize, stride: i32, width: i32, height: i32): i32 {
  const depth = i8x16.splat(<i8>COMB_DEPTH);
  const near = i8x16.splat(<i8>(COMB_DEPTH - 1));
  const zero = i64x2.splat(0);
  let count = 0;
  for (let y = 2; y < height - 1; y++) {
    const row = plane + y * stride;
    let x = 0;
    for (; x + 16 <= width; x += 16) {
      const up = v128.load(row - stride + x);
      const down = v128.load(row + stride + x);
      const middle = v128.load(row + x);
      const far = v128.load(row - 2 * stride + x);
      const over = i8x16.min_u(i8x16.sub_sat_u(middle, up), i8x16.sub_sat_u(middle, down));
      const under = i8x16.min_u(i8x16.sub_sat_u(up, middle), i8x16.sub_sat_u(down, middle));
      const deep = i8x16.sub_sat_u(i8x16.max_u(over, under), depth);
      const apart = v128.or(
        i8x16.sub_sat_u(v128.or(i8x16.sub_sat_u(up, down), i8x16.sub_sat_u(down, up)), near),
        i8x16.sub_sat_u(v128.or(i8x16.sub_sat_u(far, middle), i8x16.sub_sat_u(middle, far)), near),
      );
      const combed = v128.andnot(i8x16.eq(apart, zero), i8x16.eq(deep, zero));
      count += popcnt<i32>(i8x16.bitmask(combed));
    }
    count += combedInRow(row, stride, x, width);
  }
  return count;
}

/** {@link combedSamplesScalar}'s contract with the quickest code of this build. */
export function combedSamples(plane: usize, stride: i32, width: i32, height: i32): i32 {
  if (ASC_FEATURE_SIMD) return combedSamplesSimd(plane, stride, width, height);
  return combedSamplesScalar(plane, stride, width, height);
}
