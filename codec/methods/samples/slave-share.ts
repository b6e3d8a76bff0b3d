import type { DivisionDescription } from "../../division/new-headers.ts";
import { SLAVE_HEAD_BYTES } from "../../format/layout.ts";

/** Of main + slave, everything in the slave file counted; below 1 %, since packing makes main + slave smaller than the source. */
const SHARE = 0.0094;
/** Slave's header and trailer without the texts, and a segment's head and index entry. */
const FILE_BYTES = 500;
const SEGMENT_BYTES = SLAVE_HEAD_BYTES + 4;
/** From this bit rate on the share binds. */
const SHARE_BITS_PER_SECOND = 500_000;

/** Keeps the slave within its share of the file, spread evenly over it. */
export class SlaveShare {
  /** The bit rate is so low that the least of every slice goes before the share. */
  readonly generous: boolean;
  /** Slave's own bytes, spread over the source. */
  private readonly fixedPerByte: number;
  private coded = 0;
  private spent = 0;
  /** Allowed, but not yet known to be spent. */
  private readonly pending: number[] = [];

  constructor(
    sourceBytes: number,
    durationMicroseconds: number,
    texts: Pick<DivisionDescription, "title" | "mainName">,
  ) {
    const bitsPerSecond =
      durationMicroseconds > 0 ? (sourceBytes * 8e6) / durationMicroseconds : Number.POSITIVE_INFINITY;
    this.generous = bitsPerSecond < SHARE_BITS_PER_SECOND;
    const encoder = new TextEncoder();
    const fixed = FILE_BYTES + encoder.encode(texts.title + texts.mainName).length;
    this.fixedPerByte = fixed / Math.max(1, sourceBytes);
  }

  /**
   * Bytes that may be withheld of the next segment.
   *
   * @param coded bytes of samples in it; what lies around them packs away and does not count
   */
  allow(sourceEnd: number, coded: number): number {
    this.coded += coded;
    const pending = this.pending.reduce((sum, allowed) => sum + allowed + SEGMENT_BYTES, 0);
    const fixed = sourceEnd * this.fixedPerByte + SEGMENT_BYTES;
    const allowed = Math.max(0, Math.floor(this.coded * SHARE - fixed - this.spent - pending));
    this.pending.push(allowed);
    return allowed;
  }

  /** What the oldest segment under way took. */
  spend(withheldBytes: number): void {
    this.pending.shift();
    this.spent += withheldBytes + SEGMENT_BYTES;
  }
}
