/**
 * What readers of codes ask of a bit string, most significant bit first: {@link BitReader} and {@link BitCursor} are
 * such. Functions take it as a type parameter, so that each is compiled for its reader and calls it directly.
 */
export interface BitSource {
  /** The next 32 bits without taking them. */
  peek32(): u32;
  /** The next `count` bits without taking them, 1 <= count <= 32. */
  peek(count: i32): u32;
  /** Drops `count` bits that a peek has shown. */
  skip(count: i32): void;
  /** Takes the next `count` bits, 1 <= count <= 32. */
  get(count: i32): u32;
  /** True once bits behind the end were taken. */
  overrun(): bool;
}
