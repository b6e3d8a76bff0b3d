/** Parts of a structure that look alike, put in columns: the bytes of one place lie together, each less the one of the part before. */

export const ALIGNMENTS = ["none", "start", "end"] as const;
/** Which end of the parts is alike: their heads, or what stands before a sample. */
export type Alignment = (typeof ALIGNMENTS)[number];

/** Block heads and packet heads have fewer. */
const COLUMNS = 12;

/** @param sizes bytes of each part; together those of `bytes` */
export function toColumns(bytes: Uint8Array, sizes: readonly number[], alignment: Alignment): Uint8Array {
  if (alignment === "none") return bytes;
  const out = new Uint8Array(bytes.length);
  let at = 0;
  walk(sizes, alignment, (place, before) => {
    out[at++] = (bytes[place] ?? 0) - (before < 0 ? 0 : (bytes[before] ?? 0));
  });
  rests(sizes, alignment, (from, to) => {
    out.set(bytes.subarray(from, to), at);
    at += to - from;
  });
  return out;
}

/** Undoes {@link toColumns}. */
export function fromColumns(columns: Uint8Array, sizes: readonly number[], alignment: Alignment): Uint8Array {
  if (alignment === "none") return columns;
  const bytes = new Uint8Array(columns.length);
  let at = 0;
  walk(sizes, alignment, (place, before) => {
    bytes[place] = (columns[at++] ?? 0) + (before < 0 ? 0 : (bytes[before] ?? 0));
  });
  rests(sizes, alignment, (from, to) => {
    bytes.set(columns.subarray(at, at + to - from), from);
    at += to - from;
  });
  return bytes;
}

/** Column by column, and part by part in each. @param visit gets the byte's place, and that of the part before that has one, or -1 */
function walk(sizes: readonly number[], alignment: Alignment, visit: (place: number, before: number) => void): void {
  for (let column = 0; column < COLUMNS; column++) {
    let start = 0;
    let before = -1;
    for (const size of sizes) {
      if (size > column) {
        const place = alignment === "start" ? start + column : start + size - 1 - column;
        visit(place, before);
        before = place;
      }
      start += size;
    }
  }
}

/** What is longer than the columns. */
function rests(sizes: readonly number[], alignment: Alignment, visit: (from: number, to: number) => void): void {
  let start = 0;
  for (const size of sizes) {
    if (size > COLUMNS) {
      if (alignment === "start") visit(start + COLUMNS, start + size);
      else visit(start, start + size - COLUMNS);
    }
    start += size;
  }
}
