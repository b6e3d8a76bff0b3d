/** The answer to `GET /api/plays/{id}/units`: `u32be number, u32be length, bytes`, one unit behind another. */

import { SLAVE_HEAD_BYTES, SLAVE_SEGMENT_MAX_BYTES } from "../../../../../codec/index.ts";
import { FormatError } from "../../../../../codec/page.ts";

const FRAME_HEAD_BYTES = 8;

export interface Unit {
  number: number;
  /** As sent: encrypted. */
  bytes: Uint8Array;
}

/** Cuts a stream of chunks, however they fall, into units. */
export class UnitParser {
  private chunks: Uint8Array[] = [];
  private buffered = 0;

  /**
   * @returns the units that `chunk` completes; they share no memory with it
   * @throws {@link FormatError} a length above what a slave segment may have
   */
  push(chunk: Uint8Array): Unit[] {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    const units: Unit[] = [];
    while (this.buffered >= FRAME_HEAD_BYTES) {
      const head = this.peek(FRAME_HEAD_BYTES);
      const view = new DataView(head.buffer, head.byteOffset, FRAME_HEAD_BYTES);
      const length = view.getUint32(4);
      if (length > SLAVE_SEGMENT_MAX_BYTES + SLAVE_HEAD_BYTES) {
        throw new FormatError(
          `the service sent a unit of ${length} bytes, more than a slave segment can have: try again`,
          { length },
        );
      }
      if (this.buffered < FRAME_HEAD_BYTES + length) break;
      const whole = this.take(FRAME_HEAD_BYTES + length);
      units.push({ number: view.getUint32(0), bytes: whole.subarray(FRAME_HEAD_BYTES) });
    }
    return units;
  }

  /** @throws {@link FormatError} the stream ended inside a unit */
  finish(): void {
    if (this.buffered > 0)
      throw new FormatError(`the service's answer ends ${this.buffered} bytes into a unit: try again`, {
        retryable: true,
      });
  }

  private peek(length: number): Uint8Array {
    const [first] = this.chunks;
    if (first !== undefined && first.length >= length) return first.slice(0, length);
    const bytes = this.take(length);
    this.chunks.unshift(bytes);
    this.buffered += length;
    return bytes.slice();
  }

  private take(length: number): Uint8Array {
    const taken = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const chunk = this.chunks[0];
      if (chunk === undefined) throw new RangeError(`take(${length}): ${filled} bytes buffered`);
      const part = chunk.subarray(0, length - filled);
      taken.set(part, filled);
      filled += part.length;
      if (part.length === chunk.length) this.chunks.shift();
      else this.chunks[0] = chunk.subarray(part.length);
    }
    this.buffered -= length;
    return taken;
  }
}

/** @throws {@link FormatError} from {@link UnitParser} */
export async function* readUnits(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Unit> {
  const parser = new UnitParser();
  for await (const chunk of chunks) yield* parser.push(chunk);
  parser.finish();
}
