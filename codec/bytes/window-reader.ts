import type { ByteSource } from "./bytes.ts";

/** Reads small pieces near each other without a request for each. */
export class WindowReader {
  private start = 0;
  private held: Uint8Array = new Uint8Array();

  constructor(
    private readonly source: ByteSource,
    private readonly windowBytes: number = 64 << 10,
  ) {}

  get size(): number {
    return this.source.size;
  }

  /** Another window on the same source. */
  beside(): WindowReader {
    return new WindowReader(this.source, this.windowBytes);
  }

  /** Up to `length` bytes; fewer at the file's end. A view that the next call may replace, not change. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.source.size);
    if (end <= offset) return new Uint8Array();
    if (offset < this.start || end > this.start + this.held.length) {
      const wanted = Math.min(Math.max(length, this.windowBytes), this.source.size - offset);
      this.held = await this.source.read(offset, wanted);
      this.start = offset;
    }
    return this.held.subarray(offset - this.start, end - this.start);
  }
}
