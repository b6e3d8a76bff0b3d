/** Buffers of uncompressed pictures, used again and again: left to the collector, a gigabyte a second would wait for it. */
export class PictureBuffers {
  private readonly free: ArrayBuffer[] = [];

  /** A buffer of exactly `bytes`; what is in it is of no meaning. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const buffer = this.free.pop();
    if (buffer?.byteLength === bytes) return new Uint8Array(buffer);
    this.free.length = 0; // the size has changed
    return new Uint8Array(bytes);
  }

  /** Takes a buffer back that nobody reads any more. */
  give(buffer: ArrayBuffer): void {
    this.free.push(buffer);
  }
}
