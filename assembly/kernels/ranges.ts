import { ERROR_ARGUMENT, ERROR_TRUNCATED } from "../common/status";

/**
 * Cuts ranges out of bytes: what lies in a range goes to `cutOut`, what lies between and behind goes to `openOut`, both without gaps.
 * The copies are `memory.copy`, for which no quicker form exists, so there is no second form of this kernel.
 * Source: design of the method `samples`; bytes in FORMAT.md 10.
 * @param openOut  u8[length - result], written; overlaps no input; bounds are the caller's duty
 * @param cutOut   u8[result], written; overlaps no input; bounds are the caller's duty
 * @param bytes    u8[length]
 * @param length   >= 0
 * @param table    i32[2 * count]: bytes since the end of the range before, bytes of the range; both >= 0
 * @param count    ranges, >= 0
 * @returns bytes written to cutOut; ERROR_ARGUMENT for a negative number; ERROR_TRUNCATED for a range beyond `length`; nothing is written then
 */
export function cutRanges(openOut: usize, cutOut: usize, bytes: usize, length: i32, table: usize, count: i32): i32 {
  const cut = rangesLength(length, table, count);
  if (cut < 0) return cut;
  const end = bytes + <usize>length;
  for (let i = 0; i < count; i++) {
    const row = table + ((<usize>i) << 3);
    const gap = <usize>load<i32>(row);
    const size = <usize>load<i32>(row, 4);
    memory.copy(openOut, bytes, gap);
    memory.copy(cutOut, bytes + gap, size);
    openOut += gap;
    cutOut += size;
    bytes += gap + size;
  }
  memory.copy(openOut, bytes, end - bytes);
  return cut;
}

/**
 * Undoes {@link cutRanges} with the same table.
 * @param bytes   u8[length], written; overlaps no input; bounds are the caller's duty
 * @param length  >= 0
 * @param openIn  u8[length - result]
 * @param cutIn   u8[result]
 * @returns as cutRanges; nothing is written at an error
 */
export function mergeRanges(bytes: usize, length: i32, openIn: usize, cutIn: usize, table: usize, count: i32): i32 {
  const cut = rangesLength(length, table, count);
  if (cut < 0) return cut;
  const end = bytes + <usize>length;
  for (let i = 0; i < count; i++) {
    const row = table + ((<usize>i) << 3);
    const gap = <usize>load<i32>(row);
    const size = <usize>load<i32>(row, 4);
    memory.copy(bytes, openIn, gap);
    memory.copy(bytes + gap, cutIn, size);
    openIn += gap;
    cutIn += size;
    bytes += gap + size;
  }
  memory.copy(bytes, openIn, end - bytes);
  return cut;
}

/** Sum of the ranges' sizes, once all of them are known to lie inside `length`. */
function rangesLength(length: i32, table: usize, count: i32): i32 {
  if (length < 0 || count < 0) return ERROR_ARGUMENT;
  let covered: i64 = 0;
  let cut: i32 = 0;
  for (let i = 0; i < count; i++) {
    const row = table + ((<usize>i) << 3);
    const gap = load<i32>(row);
    const size = load<i32>(row, 4);
    if (gap < 0 || size < 0) return ERROR_ARGUMENT;
    covered += <i64>gap + <i64>size;
    if (covered > <i64>length) return ERROR_TRUNCATED;
    cut += size;
  }
  return cut;
}
