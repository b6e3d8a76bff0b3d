/**
 * What blocks to the left and above held, for contexts and predictions. Only blocks of the same picture count; what is missing says so.
 * Both directions of a division see the same: values are put down in coding order.
 */
import { mbWidth } from "./headers";

/** Blocks a row at most: 1024 macroblocks of two, and one column before the first. */
const STRIDE: i32 = 2052;
const ROWS: i32 = 4;
const PLANE_BYTES: i32 = ROWS * STRIDE * 4;
/** Cells `row + 1 << 16 | value`, a ring of rows for each component. */
const dcCells: usize = memory.data(3 * PLANE_BYTES);
const countCells: usize = memory.data(3 * PLANE_BYTES);
/** What {@link dcAt} gives where there is no DC. */
export const NO_DC: i32 = -0x8000;

/** Forgets everything: a picture begins. */
export function clearNeighbours(): void {
  const bytes = min<i32>(STRIDE, mbWidth * 2 + 4) * 4;
  for (let row = 0; row < 3 * ROWS; row++) {
    memory.fill(dcCells + <usize>(row * STRIDE * 4), 0, bytes);
    memory.fill(countCells + <usize>(row * STRIDE * 4), 0, bytes);
  }
}

function cell(cells: usize, component: i32, row: i32, column: i32): usize {
  return cells + <usize>(component * PLANE_BYTES + ((row & (ROWS - 1)) * STRIDE + (column & 0x7ff) + 1) * 4);
}

function tagOf(row: i32): u32 {
  return <u32>(row + 1) & 0xffff;
}

/** @param row, column -1 is the one before the first */
export function dcAt(component: i32, row: i32, column: i32): i32 {
  if ((row | column) < 0) return NO_DC;
  const value = load<u32>(cell(dcCells, component, row, column));
  return value >>> 16 == tagOf(row) ? <i32>(<i16>(value & 0xffff)) : NO_DC;
}

export function putDc(component: i32, row: i32, column: i32, dc: i32): void {
  store<u32>(cell(dcCells, component, row, column), (tagOf(row) << 16) | (<u32>dc & 0xffff));
}

/** Coefficients of a block, 0 where there was none. */
export function countAt(component: i32, row: i32, column: i32): i32 {
  if ((row | column) < 0) return 0;
  const value = load<u32>(cell(countCells, component, row, column));
  return value >>> 16 == tagOf(row) ? <i32>(value & 0xffff) : 0;
}

export function putCount(component: i32, row: i32, column: i32, count: i32): void {
  store<u32>(cell(countCells, component, row, column), (tagOf(row) << 16) | <u32>count);
}
