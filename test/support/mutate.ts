/** Damage to bytes, from a seed. */
import { below } from "./fills.ts";

type Mutation = (bytes: Uint8Array, random: () => number) => Uint8Array;

const at = (bytes: Uint8Array, random: () => number): number => below(random, Math.max(1, bytes.length));
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Each keeps the given bytes as they are and gives damaged ones. */
const MUTATIONS: readonly Mutation[] = [
  function flipBits(bytes, random) {
    const out = bytes.slice();
    for (let i = 1 + below(random, 4); i > 0; i--) {
      const place = at(bytes, random);
      out[place] = (out[place] ?? 0) ^ (1 << below(random, 8));
    }
    return out;
  },
  function overwrite(bytes, random) {
    const out = bytes.slice();
    const from = at(bytes, random);
    for (let i = from; i < from + 1 + below(random, 8) && i < out.length; i++) out[i] = random();
    return out;
  },
  function extremes(bytes, random) {
    const out = bytes.slice();
    const from = at(bytes, random);
    out.fill(random() & 1 ? 255 : 0, from, from + 1 + below(random, 8));
    return out;
  },
  (bytes, random) => bytes.slice(0, at(bytes, random)),
  (bytes, random) => bytes.slice(at(bytes, random)),
  function insert(bytes, random) {
    const place = at(bytes, random);
    return joined(
      bytes.subarray(0, place),
      Uint8Array.from({ length: 1 + below(random, 16) }, random),
      bytes.subarray(place),
    );
  },
  function remove(bytes, random) {
    const place = at(bytes, random);
    return joined(bytes.subarray(0, place), bytes.subarray(place + 1 + below(random, 16)));
  },
  function repeat(bytes, random) {
    const [from, to] = [at(bytes, random), at(bytes, random)].sort((a, b) => a - b) as [number, number];
    return joined(bytes.subarray(0, to), bytes.subarray(from));
  },
  function swap(bytes, random) {
    const [first, second] = [at(bytes, random), at(bytes, random)];
    const length = Math.min(1 + below(random, 32), bytes.length - Math.max(first, second));
    const out = bytes.slice();
    out.set(bytes.subarray(first, first + length), second);
    out.set(bytes.subarray(second, second + length), first);
    return out;
  },
];

/** One to three of them, one after another. */
export function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  let out = bytes;
  for (let i = 1 + below(random, 3); i > 0; i--)
    out = (MUTATIONS[below(random, MUTATIONS.length)] as Mutation)(out, random);
  return out;
}
