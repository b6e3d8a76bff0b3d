/** Sets of whole numbers as runs: start, end, start, end ..., rising, each end outside of its run. */
export type Ranges = readonly number[];

export function hasNumber(ranges: Ranges, number: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (number < (ranges[i] as number)) return false;
    if (number < (ranges[i + 1] as number)) return true;
  }
  return false;
}

/** The set with `start` to `end` - 1 in it as well. */
export function withRun(ranges: Ranges, start: number, end: number): Ranges {
  if (start >= end) return ranges;
  const before: number[] = [];
  const after: number[] = [];
  let [from, to] = [start, end];
  for (let i = 0; i < ranges.length; i += 2) {
    const [runStart, runEnd] = [ranges[i] as number, ranges[i + 1] as number];
    if (runEnd < from) before.push(runStart, runEnd);
    else if (runStart > to) after.push(runStart, runEnd);
    else [from, to] = [Math.min(from, runStart), Math.max(to, runEnd)];
  }
  return [...before, from, to, ...after];
}

/** Whether 0 to `end` - 1 are all in it. */
export function coversFromZero(ranges: Ranges, end: number): boolean {
  return end === 0 || (ranges[0] === 0 && (ranges[1] as number) >= end);
}
