/**
 * Adaptive binary range coder: a 32-bit range is cut at each decision by the probability that the decision's context has learnt.
 * A context is 4 bytes: u16 probability of a 1 in 2^-15, u8 the shift by which it learns, u8 the largest such shift.
 */

export const CONTEXT_BYTES: i32 = 4;
const PROBABILITY_BITS: i32 = 15;
/** Of a context that has learnt nothing. */
export const EVEN: i32 = 1 << 14;
/** A context first moves by a half of what it is wrong, in the end by 2^-5 or what it was reset to. */
const FASTEST: i32 = 1;
const SLOWEST: i32 = 5;
/** The range is renormalised, byte by byte, to at least this. */
export const RANGE_LEAST: u32 = 1 << 24;

/** Sets a context to a probability of `ones` in 2^-15, 1..32767, and to learning fast. */
export function resetContext(context: usize, ones: i32, slowest: i32 = SLOWEST): void {
  store<u16>(context, <u16>ones);
  store<u8>(context, FASTEST, 2);
  store<u8>(context, <u8>slowest, 3);
}

/** Lets a context, which holds `state`, learn what was decided. */
export function learn(context: usize, state: u32, bit: i32): void {
  const ones = <i32>(state & 0xffff);
  const rate = <i32>((state >>> 16) & 0xff);
  const whole = 1 << PROBABILITY_BITS;
  // Decisions are hard to foresee, for a processor too: no branch hangs on them.
  const moved = select<i32>(ones + ((whole - ones) >> rate), ones - (ones >> rate), bit != 0);
  // Neither answer may become impossible.
  const held = min<i32>(whole - 32, max<i32>(32, moved));
  const next = rate < <i32>(state >>> 24) ? rate + 1 : rate;
  store<u32>(context, (state & 0xff000000) | (next << 16) | held);
}

/** What of a range stands for a 1. @param state what the context holds */
export function onesOf(range: u32, state: u32): u32 {
  return (range >> PROBABILITY_BITS) * (state & 0xffff);
}

function mixedOnesOf(range: u32, first: usize, second: usize): u32 {
  const a = <i32>load<u16>(first);
  const b = <i32>load<u16>(second);
  const surer = abs<i32>(a - EVEN) > abs<i32>(b - EVEN) ? a : b;
  return (range >> PROBABILITY_BITS) * <u32>((a + b + 2 * surer) >> 2);
}

export class ArithmeticEncoder {
  private start: usize = 0;
  private pointer: usize = 0;
  private end: usize = 0;
  private low: u64 = 0;
  private range: u32 = 0;
  overflow: bool = false;

  open(pointer: usize, capacity: i32): void {
    this.start = pointer;
    this.pointer = pointer;
    this.end = pointer + <usize>capacity;
    this.low = 0;
    this.range = 0xffffffff;
    this.overflow = false;
  }

  /** Codes one decision and lets its context learn. */
  put(context: usize, bit: i32): void {
    const state = load<u32>(context);
    this.decide(onesOf(this.range, state), bit);
    learn(context, state, bit);
  }

  /** The same by what two contexts expect, of which the surer one counts three times. */
  putMixed(first: usize, second: usize, bit: i32): void {
    this.decide(mixedOnesOf(this.range, first, second), bit);
    learn(first, load<u32>(first), bit);
    learn(second, load<u32>(second), bit);
  }

  private decide(ones: u32, bit: i32): void {
    let range = select<u32>(ones, this.range - ones, bit != 0);
    this.low += <u64>select<u32>(0, ones, bit != 0);
    while (range < RANGE_LEAST) {
      range <<= 8;
      this.shift();
    }
    this.range = range;
  }

  /** Codes `count` decisions, u32 each: the address of a context, which is a multiple of 4, plus the answer. */
  putAll(decisions: usize, count: i32): void {
    // A decision takes two bytes at most.
    if (<usize>count * 2 > this.end - this.pointer) {
      for (let i = 0; i < count; i++) {
        const decision = load<u32>(decisions + ((<usize>i) << 2));
        this.put(<usize>(decision & ~3), decision & 1);
      }
      return;
    }
    let low = this.low;
    let range = this.range;
    let pointer = this.pointer;
    for (const end = decisions + ((<usize>count) << 2); decisions < end; decisions += 4) {
      const decision = load<u32>(decisions);
      const context = <usize>(decision & ~3);
      const bit = decision & 1;
      const state = load<u32>(context);
      const ones = onesOf(range, state);
      range = select<u32>(ones, range - ones, bit != 0);
      low += <u64>select<u32>(0, ones, bit != 0);
      learn(context, state, <i32>bit);
      while (range < RANGE_LEAST) {
        range <<= 8;
        if (low >> 32 != 0) carry(pointer);
        store<u8>(pointer, <u8>(low >> 24));
        pointer += 1;
        low = (low & 0xffffff) << 8;
      }
    }
    this.low = low;
    this.range = range;
    this.pointer = pointer;
  }

  /** Ends the code, with the number in the range that has the most zeros at its end, and drops those; bytes since `open`. */
  finish(): i32 {
    this.low = (this.low + 0xffffff) & ~0xffffff;
    for (let i = 0; i < 4; i++) this.shift();
    for (let i = 0; i < 4 && this.pointer > this.start && load<u8>(this.pointer - 1) == 0; i++) this.pointer -= 1;
    return <i32>(this.pointer - this.start);
  }

  /** Ends the code with as few bytes as it can be read by whatever bytes follow; bytes since `open`. */
  finishBeforeBytes(): i32 {
    const last = this.low + <u64>this.range - 1;
    const one = (this.low + 0xffffff) & ~0xffffff;
    const fits = one + 0xffffff <= last;
    this.low = fits ? one : (this.low + 0xffff) & ~0xffff;
    for (let i = fits ? 1 : 0; i < 2; i++) this.shift();
    return <i32>(this.pointer - this.start);
  }

  private shift(): void {
    if (this.pointer >= this.end) {
      this.overflow = true;
      return;
    }
    if (this.low >> 32 != 0) carry(this.pointer);
    store<u8>(this.pointer, <u8>(this.low >> 24));
    this.pointer += 1;
    this.low = (this.low & 0xffffff) << 8;
  }
}

/** Adds one to the number that ends before `pointer`: never more than its bytes hold, since the code is below 1. */
function carry(pointer: usize): void {
  let byte: u8 = 0;
  do {
    pointer -= 1;
    byte = load<u8>(pointer) + 1;
    store<u8>(pointer, byte);
  } while (byte == 0);
}

export class ArithmeticDecoder {
  private pointer: usize = 0;
  private end: usize = 0;
  /** A decision taken outside: `code` below onesOf(range) is a 1, of which range stays that much; otherwise both lose it. Then comes `refill`. */
  range: u32 = 0;
  code: u32 = 0;
  /** Zero bytes invented behind the end. */
  private invented: i32 = 0;

  open(pointer: usize, length: i32): void {
    this.pointer = pointer;
    this.end = pointer + <usize>length;
    this.range = 0xffffffff;
    this.code = 0;
    this.invented = 0;
    for (let i = 0; i < 4; i++) this.code = (this.code << 8) | this.byte();
  }

  /** The next decision; past the end any answer. */
  get(context: usize): i32 {
    const state = load<u32>(context);
    const bit = this.decide(onesOf(this.range, state));
    learn(context, state, bit);
    return bit;
  }

  /** The same by what two contexts expect, of which the surer one counts three times. */
  getMixed(first: usize, second: usize): i32 {
    const bit = this.decide(mixedOnesOf(this.range, first, second));
    learn(first, load<u32>(first), bit);
    learn(second, load<u32>(second), bit);
    return bit;
  }

  private decide(ones: u32): i32 {
    const isOne = this.code < ones;
    const code = this.code - select<u32>(0, ones, isOne);
    const range = select<u32>(ones, this.range - ones, isOne);
    if (range < RANGE_LEAST) {
      this.code = this.refill(code, range);
    } else {
      this.code = code;
      this.range = range;
    }
    return isOne ? 1 : 0;
  }

  /** To be called when a decision left a range below RANGE_LEAST: sets `range` and returns what `code` becomes. */
  refill(code: u32, range: u32): u32 {
    let bits = clz<u32>(range) & 24;
    this.range = range << bits;
    if (this.pointer + 4 <= this.end) {
      const next = bswap<u32>(load<u32>(this.pointer));
      this.pointer += <usize>(bits >>> 3);
      return (code << bits) | (next >>> (32 - bits));
    }
    for (; bits > 0; bits -= 8) code = (code << 8) | this.byte();
    return code;
  }

  /** True once more was read than an encoder writes. */
  overrun(): bool {
    return this.invented > 4;
  }

  private byte(): u32 {
    if (this.pointer < this.end) {
      const byte = <u32>load<u8>(this.pointer);
      this.pointer += 1;
      return byte;
    }
    this.invented += 1;
    return 0;
  }
}
