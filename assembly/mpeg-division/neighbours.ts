/**
 * What blocks to the left and above held, for contexts and predictions. Only blocks of the same picture count; what is missing says so.
 * Both directions of a division see the same: values are put down in coding order.
 */
import { segmentHeaders } from "./segment-state";

/** Blocks a row at most: 1024 macroblocks of two, and one column before the first. */
const STRIDE: i32 = 2052;
const COLUMN_MASK: i32 = 0x7ff;
const ROWS: i32 = 4;
const PLANE_BYTES: i32 = ROWS * STRIDE * 4;
/** Cells `row + 1 << 16 | value`, a ring of rows for each component. */
const dcCells: usize = memory.data(3 * PLANE_BYTES);
const countCells: usize = memory.data(3 * PLANE_BYTES);
/** Where there is no DC. */
export const NO_DC: i32 = -0x8000;

/** Forgets everything: a picture begins. */
export function clearNeighbours(): void {
  const bytes = min<i32>(STRIDE, segmentHeaders.macroblocksWide * 2 + 4) * 4;
  for (let row = 0; row < 3 * ROWS; row++) {
    memory.fill(dcCells + <usize>(row * STRIDE * 4), 0, bytes);
    memory.fill(countCells + <usize>(row * STRIDE * 4), 0, bytes);
  }
}

/** @param column below 2048 for a damaged file, too; -1 is the one before the first, of which nothing is ever known */
function cell(cells: usize, component: i32, row: i32, column: i32): usize {
  return cells + <usize>(component * PLANE_BYTES + ((row & (ROWS - 1)) * STRIDE + column + 1) * 4);
}

/** Not 0, which empty cells have, for the row above the first. */
function tagOf(row: i32): u32 {
  return <u32>(row + 2) & 0xffff;
}

function dcIn(cell: usize, tag: u32): i32 {
  const value = load<u32>(cell);
  return select<i32>(<i32>(<i16>(value & 0xffff)), NO_DC, value >>> 16 == tag);
}

export let dcLeft: i32 = 0;
export let dcAbove: i32 = 0;
export let dcCorner: i32 = 0;
let dcCell: usize = 0;
let dcTag: u32 = 0;

/** Sets the three above, and the place for {@link putDc}. */
export function findDcs(component: i32, row: i32, column: i32): void {
  dcCell = cell(dcCells, component, row, column & COLUMN_MASK);
  dcTag = tagOf(row);
  const above = cell(dcCells, component, row - 1, column & COLUMN_MASK);
  const tagAbove = tagOf(row - 1);
  dcLeft = dcIn(dcCell - 4, dcTag);
  dcAbove = dcIn(above, tagAbove);
  dcCorner = dcIn(above - 4, tagAbove);
}

export function putDc(dc: i32): void {
  store<u32>(dcCell, (dcTag << 16) | (<u32>dc & 0xffff));
}

function countIn(cell: usize, tag: u32): i32 {
  const value = load<u32>(cell);
  return select<i32>(<i32>(value & 0xffff), 0, value >>> 16 == tag);
}

/** Coefficients of the block to the left, 0 where there was none. */
export function countLeft(component: i32, row: i32, column: i32): i32 {
  return countIn(cell(countCells, component, row, column & COLUMN_MASK) - 4, tagOf(row));
}

export function countAbove(component: i32, row: i32, column: i32): i32 {
  return countIn(cell(countCells, component, row - 1, column & COLUMN_MASK), tagOf(row - 1));
}

export function putCount(component: i32, row: i32, column: i32, count: i32): void {
  store<u32>(cell(countCells, component, row, column & COLUMN_MASK), (tagOf(row) << 16) | <u32>count);
}
