/**
 * A string of range coded decisions from its start, and of plain bits, which no context foresees, from its end backwards. FORMAT.md 11.5.
 * Decisions wait in a queue and are coded many at once, so that the coder's state stays in registers.
 */
import { ArithmeticDecoder, ArithmeticEncoder } from "../bitstream/arithmetic";
import { BitWriter } from "../bitstream/bit-writer";

/** Decisions that may wait: more than this after an element, and they are coded. */
const QUEUE: i32 = 2048;
/** A macroblock up to its first block, or a block: 64 pairs of at most 47 decisions, and some hundreds before the first. */
const ELEMENT: i32 = 4096;

export class Packer {
  private encoder: ArithmeticEncoder = new ArithmeticEncoder();
  private plain: BitWriter = new BitWriter();
  private plainBytes: usize = 0;
  private queue: usize = 0;
  /** Where the next decision is put: a context's address, with the answer in its lowest bit. */
  next: usize = 0;
  private start: usize = 0;
  private capacity: i32 = 0;
  private coded: bool = false;

  /** @param plainBytes room of `capacity` bytes for the plain bits until `finish` */
  open(pointer: usize, plainBytes: usize, capacity: i32): void {
    if (this.queue == 0) this.queue = heap.alloc(<usize>((QUEUE + ELEMENT) << 2));
    this.next = this.queue;
    this.coded = false;
    this.start = pointer;
    this.capacity = capacity;
    this.plainBytes = plainBytes;
    this.encoder.open(pointer, capacity);
    this.plain.open(plainBytes, capacity);
  }

  put(context: usize, bit: i32): void {
    store<u32>(this.next, <u32>context | <u32>bit);
    this.next += 4;
  }

  /** The low `count` bits of `value`, 0 <= count <= 32; higher bits must be zero. */
  putPlain(value: u32, count: i32): void {
    this.plain.put(value, count);
  }

  /** After each element: makes room for the next. */
  settle(): void {
    if (this.next - this.queue > <usize>(QUEUE << 2)) this.code();
  }

  private code(): void {
    this.coded = true;
    this.encoder.putAll(this.queue, <i32>((this.next - this.queue) >>> 2));
    this.next = this.queue;
  }

  /** Ends the string; its bytes, 0 where nothing was put, or -1 where they do not fit. */
  finish(): i32 {
    if (!this.coded && this.next == this.queue && this.plain.bitLength() == 0) return 0;
    this.code();
    const front = this.encoder.finishBeforeBytes();
    this.plain.align();
    const back = this.plain.byteLength();
    if (this.encoder.overflow || this.plain.overflow || front + back > this.capacity) return -1;
    const end = this.start + <usize>(front + back);
    for (let i: usize = 0; i < <usize>back; i++) store<u8>(end - 1 - i, load<u8>(this.plainBytes + i));
    return front + back;
  }
}

export class Unpacker {
  readonly decoder: ArithmeticDecoder = new ArithmeticDecoder();
  private end: usize = 0;
  /** Plain bits taken, and those that there can be. */
  private taken: u32 = 0;
  private bits: u32 = 0;

  /** 8 bytes before the string must be readable. */
  open(pointer: usize, length: i32): void {
    this.decoder.open(pointer, length);
    this.end = pointer + <usize>length;
    this.taken = 0;
    this.bits = (<u32>length) << 3;
  }

  get(context: usize): i32 {
    return this.decoder.get(context);
  }

  /** The next `count` plain bits, 0 <= count <= 32; past the end anything. */
  getPlain(count: i32): u32 {
    if (count == 0) return 0;
    const unused = <u64>(64 - count);
    const value = <u32>(this.peekPlain() >> unused);
    this.skipPlain(count);
    return value;
  }

  /** The next 57 plain bits or more, from the highest bit on; past the end anything. */
  peekPlain(): u64 {
    const passed = <u64>(this.taken & 7);
    return load<u64>(this.end - <usize>(this.taken >>> 3) - 8) << passed;
  }

  skipPlain(count: i32): void {
    this.taken = min<u32>(this.taken + <u32>count, this.bits);
  }
}
