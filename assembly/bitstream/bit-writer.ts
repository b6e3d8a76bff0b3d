/**
 * Most significant bit first writer into a caller's buffer. Writing past the end sets `overflow` and drops the bits, so a caller
 * checks once, at the end.
 */
export class BitWriter {
  private start: usize = 0;
  private pointer: usize = 0;
  private end: usize = 0;
  private accumulator: u64 = 0;
  private filled: i32 = 0;
  overflow: bool = false;
  private keptPointer: usize = 0;
  private keptAccumulator: u64 = 0;
  private keptFilled: i32 = 0;

  /** Starts at `pointer`, which holds `capacity` bytes. */
  open(pointer: usize, capacity: i32): void {
    this.start = pointer;
    this.pointer = pointer;
    this.end = pointer + <usize>capacity;
    this.accumulator = 0;
    this.filled = 0;
    this.overflow = false;
  }

  /** Appends the low `count` bits of `value`, 0 <= count <= 32; higher bits of `value` must be zero. */
  put(value: u32, count: i32): void {
    this.accumulator = (this.accumulator << (<u64>count)) | <u64>value;
    this.filled += count;
    if (this.filled >= 32) {
      this.filled -= 32;
      if (this.pointer + 4 > this.end) {
        this.overflow = true;
        return;
      }
      store<u32>(this.pointer, bswap<u32>(<u32>(this.accumulator >> <u64>this.filled)));
      this.pointer += 4;
    }
  }

  /** Appends `count` bits from bit `at` of `bytes` on; 7 bytes behind them must be readable. */
  putRun(bytes: usize, at: u32, count: u32): void {
    let pointer = this.pointer;
    let accumulator = this.accumulator;
    const filled = <u64>this.filled;
    for (; count >= 32; count -= 32) {
      if (pointer + 4 > this.end) {
        this.overflow = true;
        return;
      }
      accumulator = (accumulator << 32) | bitsAt(bytes, at);
      store<u32>(pointer, bswap<u32>(<u32>(accumulator >> filled)));
      pointer += 4;
      at += 32;
    }
    this.pointer = pointer;
    this.accumulator = accumulator;
    if (count > 0) this.put(<u32>(bitsAt(bytes, at) >> <u64>(32 - count)), count);
  }

  /** Appends `count` codes, u64 each: the length in bits, at most 32, in the upper half, the bits in the lower. */
  putAll(codes: usize, count: i32): void {
    let pointer = this.pointer;
    let accumulator = this.accumulator;
    let filled = this.filled;
    if (pointer + <usize>(count << 2) + 4 > this.end) {
      for (let i = 0; i < count; i++)
        this.put(load<u32>(codes + ((<usize>i) << 3)), load<i32>(codes + ((<usize>i) << 3), 4));
      return;
    }
    for (const end = codes + ((<usize>count) << 3); codes < end; codes += 8) {
      const length = load<u32>(codes, 4);
      accumulator = (accumulator << (<u64>length)) | <u64>load<u32>(codes);
      filled += length;
      if (filled < 32) continue;
      filled -= 32;
      store<u32>(pointer, bswap<u32>(<u32>(accumulator >> <u64>filled)));
      pointer += 4;
    }
    this.pointer = pointer;
    this.accumulator = accumulator;
    this.filled = filled;
  }

  /** Fills the last byte with zero bits and writes everything out. */
  align(): void {
    const padding = (8 - (this.filled & 7)) & 7;
    this.put(0, padding);
    while (this.filled >= 8) {
      this.filled -= 8;
      if (this.pointer >= this.end) {
        this.overflow = true;
        return;
      }
      store<u8>(this.pointer, <u8>(this.accumulator >> <u64>this.filled));
      this.pointer += 1;
    }
  }

  /** Drops everything since `open` and writes `first` and `length` bytes instead. */
  replace(first: i32, bytes: usize, length: i32): void {
    this.accumulator = 0;
    this.filled = 0;
    this.pointer = this.start + <usize>(length + 1);
    this.overflow = this.pointer > this.end;
    if (this.overflow) return;
    store<u8>(this.start, <u8>first);
    memory.copy(this.start + 1, bytes, <usize>length);
  }

  /** Remembers this place for `rewind`. */
  mark(): void {
    this.keptPointer = this.pointer;
    this.keptAccumulator = this.accumulator;
    this.keptFilled = this.filled;
  }

  /** Takes back what was written since `mark`; an overflow stays. */
  rewind(): void {
    this.pointer = this.keptPointer;
    this.accumulator = this.keptAccumulator;
    this.filled = this.keptFilled;
  }

  /** Bits written since `open`. */
  bitLength(): i32 {
    return ((<i32>(this.pointer - this.start)) << 3) + this.filled;
  }

  /** Whole bytes written since `open`; call `align` first. */
  byteLength(): i32 {
    return <i32>(this.pointer - this.start);
  }
}

/** 32 bits from bit `at` on. */
function bitsAt(bytes: usize, at: u32): u64 {
  const passed = <u64>(at & 7);
  const next = bswap<u64>(load<u64>(bytes + (at >>> 3)));
  return (next << passed) >> 32;
}
