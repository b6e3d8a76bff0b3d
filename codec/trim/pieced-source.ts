/** A file that is made of parts of another and of bytes of its own. */
import type { ByteSource } from "../bytes/bytes.ts";

/** Bytes of its own, or those from `start` to `end` of the other file. */
export type Piece = Uint8Array | { start: number; end: number };

const lengthOf = (piece: Piece): number => (piece instanceof Uint8Array ? piece.length : piece.end - piece.start);

export class PiecedSource implements ByteSource {
  readonly size: number;
  private readonly pieces: { piece: Piece; at: number }[] = [];

  constructor(
    private readonly source: ByteSource,
    pieces: readonly Piece[],
  ) {
    let at = 0;
    for (const piece of pieces) {
      if (lengthOf(piece) <= 0) continue;
      this.pieces.push({ piece, at });
      at += lengthOf(piece);
    }
    this.size = at;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (const { piece, at } of this.pieces) {
      const from = Math.max(offset, at);
      const to = Math.min(offset + length, at + lengthOf(piece));
      if (from >= to) continue;
      const part =
        piece instanceof Uint8Array
          ? piece.subarray(from - at, to - at)
          : await this.source.read(piece.start + from - at, to - from);
      bytes.set(part, from - offset);
    }
    return bytes;
  }
}

/** Other bytes in the place of some. */
export interface Change {
  offset: number;
  bytes: Uint8Array;
  /** How many go; as many as come where it is not said. */
  length?: number;
}

/** A range in which some bytes are others. @param changes apart from each other; those behind its end are left out */
export function changedRange({ start, end }: { start: number; end: number }, changes: readonly Change[]): Piece[] {
  const pieces: Piece[] = [];
  let at = start;
  for (const { offset, bytes, length = bytes.length } of [...changes].sort((a, b) => a.offset - b.offset)) {
    if (offset + length > end) break;
    pieces.push({ start: at, end: offset }, bytes);
    at = offset + length;
  }
  return [...pieces, { start: at, end }];
}
