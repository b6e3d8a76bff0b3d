import { BitSource } from "./bit-source";

/**
 * Most significant bit first reader. Past the end it gives zero bits and `overrun()` becomes true, so a caller checks
 * once per picture instead of once per code. `open` needs no padding behind the data.
 */
export class BitReader implements BitSource {
  private pointer: usize = 0;
  private start: usize = 0;
  private end: usize = 0;
  /** The next `filled` bits, lowest last; above them bits that are taken already. */
  accumulator: u64 = 0;
  filled: i32 = 0;
  /** Zero bits invented behind the end. */
  private invented: i32 = 0;

  open(pointer: usize, length: i32): void {
    this.pointer = pointer;
    this.start = pointer;
    this.end = pointer + <usize>length;
    this.accumulator = 0;
    this.filled = 0;
    this.invented = 0;
  }

  /** Tops the accumulator up to at least 32 bits. */
  refill(): void {
    if (this.pointer + 4 <= this.end) {
      this.accumulator = (this.accumulator << 32) | <u64>bswap<u32>(load<u32>(this.pointer));
      this.pointer += 4;
      this.filled += 32;
      return;
    }
    while (this.filled <= 32) {
      let byte: u64 = 0;
      if (this.pointer < this.end) {
        byte = <u64>load<u8>(this.pointer);
        this.pointer += 1;
      } else {
        this.invented += 8;
      }
      this.accumulator = (this.accumulator << 8) | byte;
      this.filled += 8;
    }
  }

  /** The next `count` bits without taking them, 1 <= count <= 32. */
  peek(count: i32): u32 {
    if (this.filled < count) this.refill();
    return <u32>((this.accumulator >> <u64>(this.filled - count)) & (((<u64>1) << (<u64>count)) - 1));
  }

  peek32(): u32 {
    if (this.filled < 32) this.refill();
    return <u32>(this.accumulator >> <u64>(this.filled - 32));
  }

  /** Drops `count` bits that `peek` has shown. */
  skip(count: i32): void {
    this.filled -= count;
  }

  /** Takes the next `count` bits, 1 <= count <= 32. */
  get(count: i32): u32 {
    const value = this.peek(count);
    this.filled -= count;
    return value;
  }

  /** Bits taken since `open`. */
  bitPosition(): i32 {
    return ((<i32>(this.pointer - this.start)) << 3) + this.invented - this.filled;
  }

  /** Drops bits up to the next byte boundary. */
  align(): void {
    const rest = this.bitPosition() & 7;
    if (rest != 0) this.get(8 - rest);
  }

  /** True once bits behind the end were taken. */
  overrun(): bool {
    return this.filled < this.invented;
  }
}
