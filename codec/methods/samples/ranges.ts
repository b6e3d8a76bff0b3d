/** Ranges of a segment's source bytes. */

export interface Range {
  offset: number;
  size: number;
}

/** Bytes around samples, which pack well. */
export interface StructurePart extends Range {
  /** A number in it that tells how many bytes follow: see length-field.ts. */
  lengthField: number;
}

export const endOf = (range: Range | undefined): number => (range === undefined ? 0 : range.offset + range.size);
export const sizesOf = (ranges: Range[]): number[] => ranges.map(({ size }) => size);
export const sizeOf = (ranges: Range[]): number => ranges.reduce((total, { size }) => total + size, 0);

/** Ranges as they lie once the withheld ones are gone. */
export function afterCuts<R extends Range>(ranges: R[], withheld: Range[]): R[] {
  let next = 0;
  let gone = 0;
  const goneUntil = (end: number): number => {
    for (let cut = withheld[next]; cut !== undefined && cut.offset < end; cut = withheld[++next]) gone += cut.size;
    return gone;
  };
  return ranges.map((range) => {
    const offset = range.offset - goneUntil(range.offset);
    const end = range.offset + range.size;
    return { ...range, offset, size: end - goneUntil(end) - offset };
  });
}
