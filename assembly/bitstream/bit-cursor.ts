/**
 * Most significant bit first reader for the walk over slices: a place in memory and a count of bits, without a check at
 * the end. 64 bytes behind the data must be readable; where they are zeros, as the callers see to, no variable-length
 * code goes on there, so that a walk ends within them. Who reads compares `position` with the length in bits
 * afterwards.
 */
import { BitSource } from "./bit-source";
import { BitWriter } from "./bit-writer";

export class BitCursor implements BitSource {
  base: usize = 0;
  /** Bits taken since `open`. */
  position: u32 = 0;
  /** Bits that there are. */
  length: u32 = 0;

  open(pointer: usize, bytes: i32): void {
    this.base = pointer;
    this.position = 0;
    this.length = (<u32>bytes) << 3;
  }

  /** The next 32 bits. */
  peek32(): u32 {
    return this.bitsAt(this.position);
  }

  /** The 32 bits from bit `at` on. */
  bitsAt(at: u32): u32 {
    const next = bswap<u64>(load<u64>(this.base + (at >>> 3)));
    const taken = <u64>(at & 7);
    return <u32>((next << taken) >> 32);
  }

  /** The next `count` bits, 1 <= count <= 32. */
  peek(count: i32): u32 {
    return this.peek32() >>> (32 - count);
  }

  skip(count: i32): void {
    this.position += count;
  }

  get(count: i32): u32 {
    const value = this.peek32() >>> (32 - count);
    this.position += count;
    return value;
  }

  overrun(): bool {
    return this.position > this.length;
  }

  /** Appends the bits from `from` to the present position. */
  copySince(from: u32, target: BitWriter): void {
    target.putRun(this.base, from, this.position - from);
  }
}
