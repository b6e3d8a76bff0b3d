/** A divided file as if it were whole: ranges on demand, for players. */

import { type ByteSource, viewOf } from "../../bytes/bytes.ts";
import { FormatError } from "../../errors.ts";
import type { MainTrailer } from "../../format/header.ts";

/** A few segments of the largest usual size. */
const CACHE_BYTES = 16 << 20;

/**
 * The source file of a division as ranges, opened segment by segment when they are read; the newest stay in memory.
 */
export class CombinedSource implements ByteSource {
  readonly size: number;
  /** Where each segment begins in the source, and, as last entry, where it ends. */
  private readonly starts: Float64Array;
  /** Newest last. */
  private readonly cache = new Map<number, Promise<Uint8Array>>();

  /**
   * @param openSegment gives the source bytes of a segment, once both its parts are there
   * @throws {@link FormatError} the main was not divided by method `samples`, or is cut
   */
  constructor(
    trailer: Pick<MainTrailer, "sourceLengths" | "sourceBytes"> | undefined,
    private readonly openSegment: (number: number) => Promise<Uint8Array>,
    private readonly cacheBytes: number = CACHE_BYTES,
  ) {
    const lengths = trailer?.sourceLengths;
    if (lengths === undefined || trailer?.sourceBytes === undefined)
      throw new FormatError(
        "main file has no list of source ranges: it is cut, or not of method samples; fetch it again",
      );
    const segments = Math.floor(lengths.length / 4);
    const view = viewOf(lengths);
    this.starts = new Float64Array(segments + 1);
    for (let number = 0; number < segments; number++)
      this.starts[number + 1] = (this.starts[number] ?? 0) + view.getUint32(number * 4);
    this.size = this.starts[segments] ?? 0;
    if (this.size !== trailer.sourceBytes)
      throw new FormatError(
        `source ranges of ${this.size} bytes, ${trailer.sourceBytes} expected: the main file is damaged`,
      );
  }

  /** What the base layer gives alone: the source itself where nothing is hidden. As the constructor. */
  static ofBase(
    trailer: Pick<MainTrailer, "sourceLengths" | "sourceBytes" | "baseLengths"> | undefined,
    openSegment: (number: number) => Promise<Uint8Array>,
  ): CombinedSource {
    const lengths = trailer?.baseLengths;
    if (lengths === undefined) return new CombinedSource(trailer, openSegment);
    const view = viewOf(lengths);
    let bytes = 0;
    for (let at = 0; at + 4 <= lengths.length; at += 4) bytes += view.getUint32(at);
    return new CombinedSource({ sourceLengths: lengths, sourceBytes: bytes }, openSegment);
  }

  /** The segment that holds a source byte. */
  segmentAt(offset: number): number {
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle + 1] ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Source range of a segment. */
  rangeOf(number: number): { start: number; end: number } {
    return { start: this.starts[number] ?? this.size, end: this.starts[number + 1] ?? this.size };
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset < 0 || length < 0 || offset + length > this.size)
      throw new RangeError(`bytes ${offset} to ${offset + length}: the source has ${this.size}`);
    if (length === 0) return new Uint8Array();
    const first = this.segmentAt(offset);
    const last = this.segmentAt(offset + length - 1);
    if (first === last) {
      const bytes = await this.segment(first);
      const from = offset - this.rangeOf(first).start;
      return bytes.slice(from, from + length);
    }
    const out = new Uint8Array(length);
    for (let number = first; number <= last; number++) {
      const { start, end } = this.rangeOf(number);
      if (start === end) continue; // of the other rendition
      const [from, to] = [Math.max(start, offset), Math.min(end, offset + length)];
      out.set((await this.segment(number)).subarray(from - start, to - start), from - offset);
    }
    return out;
  }

  private segment(number: number): Promise<Uint8Array> {
    let bytes = this.cache.get(number);
    this.cache.delete(number);
    if (bytes === undefined) {
      bytes = this.checked(number);
      bytes.catch(() => this.cache.delete(number)); // a failure is not kept: the slave's part may come later
    }
    this.cache.set(number, bytes);
    this.trim();
    return bytes;
  }

  private async checked(number: number): Promise<Uint8Array> {
    const bytes = await this.openSegment(number);
    const { start, end } = this.rangeOf(number);
    if (bytes.length !== end - start)
      throw new FormatError(
        `segment ${number} holds ${bytes.length} source bytes, ${end - start} expected: the main file is damaged`,
        {
          segment: number,
        },
      );
    return bytes;
  }

  private trim(): void {
    const sizeOf = (number: number): number => this.rangeOf(number).end - this.rangeOf(number).start;
    let total = [...this.cache.keys()].reduce((sum, number) => sum + sizeOf(number), 0);
    for (const number of [...this.cache.keys()]) {
      if (total <= this.cacheBytes || this.cache.size === 1) return;
      this.cache.delete(number);
      total -= sizeOf(number);
    }
  }
}
