/** The last two DCs that stood in each place of a segment's pictures. */
import { NO_DC } from "./neighbours";

/** Places beyond are not remembered. */
const ROWS: i32 = 512;
const COLUMNS: i32 = 512;
const CELL_BYTES: i32 = 4;
/** A row and a column before the first. */
const STRIDE: i32 = (COLUMNS + 1) * CELL_BYTES;
const PLANE_BYTES: i32 = (ROWS + 1) * STRIDE;
/** u16 last and u16 the one before, each plus 0x8000, 0 where there was none, as NO_DC has it. */
const cells: usize = memory.data(3 * 513 * 513 * 4);
/** Rows that hold something, the one before the first among them. */
let used: i32 = ROWS + 1;

let cell: usize = 0;
/** What stood here last. */
export let past: i32 = 0;
/** What stood to the left and above before what stands there now. */
export let pastLeft: i32 = 0;
export let pastAbove: i32 = 0;

export function forgetPast(): void {
  for (let component = 0; component < 3; component++) memory.fill(cells + component * PLANE_BYTES, 0, used * STRIDE);
  used = 0;
}

/** Sets the three above, and the place for {@link putPast}. */
export function findPast(component: i32, row: i32, column: i32): void {
  past = NO_DC;
  cell = 0;
  if (row >= ROWS || column >= COLUMNS) return;
  cell = cells + <usize>(component * PLANE_BYTES + (row + 1) * STRIDE + (column + 1) * CELL_BYTES);
  past = <i32>load<u16>(cell) + NO_DC;
  pastLeft = <i32>load<u16>(cell - CELL_BYTES, 2) + NO_DC;
  pastAbove = <i32>load<u16>(cell - STRIDE, 2) + NO_DC;
  used = max<i32>(used, row + 2);
}

export function putPast(dc: i32): void {
  if (cell != 0) store<u32>(cell, (load<u32>(cell) << 16) | ((dc - NO_DC) & 0xffff));
}
