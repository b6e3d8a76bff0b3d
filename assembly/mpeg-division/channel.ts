/**
 * The two strings that the public part of a video's slices goes to, and the three ways in which the one walk over the syntax
 * (slice.ts) runs: it takes each element from variable-length codes or from the range coder, and puts it to the other or to the same.
 */
import { ArithmeticDecoder, ArithmeticEncoder, CONTEXT_BYTES } from "../bitstream/arithmetic";
import { BitWriter } from "../bitstream/bit-writer";
import { BitCursor } from "./bit-cursor";

/**
 * Ways of the walk, as type parameters so that each is compiled on its own: `u8` copies the codes' bits; `i8` writes the codes anew from what was
 * understood; `u16` packs codes by the range coder; `u32` unpacks them.
 */
export function readsCodes<Way>(): bool {
  return sizeof<Way>() != 4;
}
export function writesCodes<Way>(): bool {
  return sizeof<Way>() == 4 || isSigned<Way>();
}
export function copies<Way>(): bool {
  return sizeof<Way>() == 1 && !isSigned<Way>();
}
export function usesCoder<Way>(): bool {
  return sizeof<Way>() != 1;
}

export class Channel {
  source: BitCursor;
  target: BitWriter;
  encoder: ArithmeticEncoder = new ArithmeticEncoder();
  decoder: ArithmeticDecoder = new ArithmeticDecoder();

  constructor(source: BitCursor, target: BitWriter) {
    this.source = source;
    this.target = target;
  }
}

/** One decision: put where codes are packed, otherwise taken. */
export function decide<Way>(channel: Channel, context: usize, bit: i32): i32 {
  if (sizeof<Way>() == 2) {
    channel.encoder.put(context, bit);
    return bit;
  }
  return channel.decoder.get(context);
}

/** `count` decisions that are as likely as not. */
export function decideEven<Way>(channel: Channel, value: i32, count: i32): i32 {
  if (sizeof<Way>() == 2) {
    for (let i = count - 1; i >= 0; i--) channel.encoder.putEven((value >> i) & 1);
    return value;
  }
  let taken = 0;
  for (let i = 0; i < count; i++) taken = (taken << 1) | channel.decoder.getEven();
  return taken;
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

/** A number from 0 to 65534: the length of number + 1 in unary, its second bit in a context, the others even. */
export function decideNumber<Way>(channel: Channel, contexts: usize, value: i32): i32 {
  const coded = value + 1;
  const bits = sizeof<Way>() == 2 ? 31 - clz<i32>(coded) : 0;
  let length = 0;
  while (length < BITS_MAX && decide<Way>(channel, contexts + <usize>(length * CONTEXT_BYTES), length < bits ? 1 : 0))
    length += 1;
  if (length == 0) return 0;
  const second = decide<Way>(channel, contexts + <usize>((16 + length) * CONTEXT_BYTES), (coded >> (length - 1)) & 1);
  const rest = decideEven<Way>(channel, coded & ((1 << (length - 1)) - 1), length - 1);
  return ((1 << length) | (second << (length - 1)) | rest) - 1;
}
