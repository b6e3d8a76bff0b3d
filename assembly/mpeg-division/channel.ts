/**
 * The two strings that the public part of a video's slices goes to, and the ways in which the walk over the syntax
 * (slice.ts) runs: it takes each element from variable-length codes or from the coder, and puts it to the other or to the same.
 */
import { CONTEXT_BYTES } from "../bitstream/arithmetic";
import { BitCursor } from "../bitstream/bit-cursor";
import { BitWriter } from "../bitstream/bit-writer";
import { Packer, Unpacker } from "./coder";

/**
 * Ways of the walk, as type parameters so that each is compiled on its own: `i8` only finds out whether a slice parses; `u8` copies the codes' bits; `u16` packs
 * codes by the range coder; `u32` unpacks them.
 */
export function readsCodes<Way>(): bool {
  return !unpacks<Way>();
}
export function writesCodes<Way>(): bool {
  return unpacks<Way>();
}
export function copies<Way>(): bool {
  return sizeof<Way>() == 1 && !isSigned<Way>();
}
export function packs<Way>(): bool {
  return sizeof<Way>() == 2;
}
export function unpacks<Way>(): bool {
  return sizeof<Way>() == 4;
}
export function usesCoder<Way>(): bool {
  return sizeof<Way>() != 1;
}

export class Channel {
  source: BitCursor;
  target: BitWriter;
  packer: Packer = new Packer();
  unpacker: Unpacker = new Unpacker();

  constructor(source: BitCursor, target: BitWriter) {
    this.source = source;
    this.target = target;
  }
}

/** One decision: put where codes are packed, otherwise taken. */
export function decide<Way>(channel: Channel, context: usize, bit: i32): i32 {
  if (packs<Way>()) {
    channel.packer.put(context, bit);
    return bit;
  }
  return channel.unpacker.get(context);
}

/** `count` bits that no context foresees, 0 to 32; higher bits of `value` must be zero. */
export function decidePlain<Way>(channel: Channel, value: u32, count: i32): u32 {
  if (packs<Way>()) {
    channel.packer.putPlain(value, count);
    return value;
  }
  return channel.unpacker.getPlain(count);
}

/** A number of `bits` bits, each decision in the context of those before it: 2^bits contexts. */
export function decideTree<Way>(channel: Channel, contexts: usize, value: i32, bits: i32): i32 {
  let node = 1;
  for (let i = bits - 1; i >= 0; i--)
    node = (node << 1) | decide<Way>(channel, contexts + <usize>(node * CONTEXT_BYTES), (value >> i) & 1);
  return node - (1 << bits);
}

/** Contexts that {@link decideNumber} takes. */
export const NUMBER_CONTEXTS: i32 = 32;
const BITS_MAX: i32 = 15;

/** A number from 0 to 65534: the length of number + 1 in unary, its second bit in a context, the others plain. */
export function decideNumber<Way>(channel: Channel, contexts: usize, value: i32): i32 {
  const coded = value + 1;
  const bits = packs<Way>() ? 31 - clz<i32>(coded) : 0;
  let length = 0;
  while (length < BITS_MAX && decide<Way>(channel, contexts + <usize>(length * CONTEXT_BYTES), length < bits ? 1 : 0))
    length += 1;
  if (length == 0) return 0;
  const second = decide<Way>(channel, contexts + <usize>((16 + length) * CONTEXT_BYTES), (coded >> (length - 1)) & 1);
  const rest = <i32>decidePlain<Way>(channel, coded & ((1 << (length - 1)) - 1), length - 1);
  return ((1 << length) | (second << (length - 1)) | rest) - 1;
}
