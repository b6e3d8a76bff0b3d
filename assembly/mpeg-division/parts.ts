/** Byte strings of a segment that grow while it is divided, and are read while it is combined. */

export class ByteWriter {
  pointer: usize = 0;
  length: i32 = 0;
  private capacity: i32 = 0;
  overflow: bool = false;

  /** Gives up what it held. */
  open(capacity: i32): void {
    this.close();
    this.pointer = heap.alloc(<usize>capacity);
    this.capacity = capacity;
  }

  close(): void {
    if (this.pointer != 0) heap.free(this.pointer);
    this.pointer = 0;
    this.length = 0;
    this.capacity = 0;
    this.overflow = false;
  }

  /** Where the next byte goes. */
  end(): usize {
    return this.pointer + <usize>this.length;
  }

  room(): i32 {
    return this.capacity - this.length;
  }

  put(bytes: usize, count: i32): void {
    if (count > this.room()) {
      this.overflow = true;
      return;
    }
    memory.copy(this.end(), bytes, count);
    this.length += count;
  }

  /** Takes in bytes that stand at `end()` already; fewer than none: they did not fit. */
  grow(count: i32): void {
    if (count < 0) this.overflow = true;
    else this.length += count;
  }

  /** 7 bits a byte, low bits first. */
  putVarint(value: u32): void {
    if (this.room() < 5) {
      this.overflow = true;
      return;
    }
    while (value >= 128) {
      store<u8>(this.end(), <u8>(value | 128));
      this.length += 1;
      value >>>= 7;
    }
    store<u8>(this.end(), <u8>value);
    this.length += 1;
  }

  /** A signed number, small ones short. */
  putDelta(value: i32): void {
    this.putVarint(((<u32>value) << 1) ^ <u32>(value >> 31));
  }
}

export class ByteReader {
  private pointer: usize = 0;
  private end: usize = 0;
  /** More was asked for than there is. */
  overrun: bool = false;

  open(pointer: usize, length: i32): void {
    this.pointer = pointer;
    this.end = pointer + <usize>length;
    this.overrun = false;
  }

  left(): i32 {
    return <i32>(this.end - this.pointer);
  }

  /** Where the next `count` bytes stand; they are passed. 0 where there are fewer. */
  take(count: i32): usize {
    if (count < 0 || count > this.left()) {
      this.overrun = true;
      return 0;
    }
    const at = this.pointer;
    this.pointer += <usize>count;
    return at;
  }

  takeVarint(): u32 {
    let value: u32 = 0;
    for (let shift: u32 = 0; shift < 35; shift += 7) {
      if (this.pointer >= this.end) break;
      const byte = <u32>load<u8>(this.pointer);
      this.pointer += 1;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    this.overrun = true;
    return 0;
  }

  takeDelta(): i32 {
    const value = this.takeVarint();
    return <i32>(value >>> 1) ^ -(<i32>(value & 1));
  }
}

export function isZeros(bytes: usize, length: i32): bool {
  while (length > 0 && load<u8>(bytes + <usize>length - 1) == 0) length -= 1;
  return length == 0;
}
