import { beforeAll, expect, it } from "vitest";
import { below, createRandom } from "../support/fills.ts";
import { type CheckKernels, expectSameBytes, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const PLAIN = 3;
const COUNTS = [1, 2, 3, 7, 8, 9, 31, 32, 33, 64, 1000, 2047, 2048, 2049, 20_000];
/** Each element: its kind (contexts 0 to 2, or plain) and its answer. */
const FILLS: Record<string, (random: () => number, i: number) => number> = {
  "all ones": () => 1,
  "all zeros": () => 0,
  "all plain": (random) => (PLAIN << 1) | below(random, 2),
  "plain ones": () => (PLAIN << 1) | 1,
  "plain zeros": () => PLAIN << 1,
  "a surprise after long certainty": (_, i) => (i % 997 === 996 ? 1 : 0),
  noise: (random) => below(random, 8),
  biased: (random) => (below(random, 4) << 1) | (below(random, 16) === 0 ? 1 : 0),
};

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

function pack(elements: Uint8Array, capacity: number, label: string): Uint8Array | number {
  const input = new GuardedBuffer(kernels.memory, elements);
  const out = new GuardedBuffer(kernels.memory, capacity);
  const plain = new GuardedBuffer(kernels.memory, capacity);
  const length = kernels.call("checkPack", out.pointer, capacity, plain.pointer, input.pointer, elements.length);
  plain.read(label);
  const bytes = out.read(label);
  for (const buffer of [input, out, plain]) buffer.release();
  return length < 0 ? length : bytes.subarray(0, length);
}

function unpack(string: Uint8Array, kinds: Uint8Array, label: string): Uint8Array {
  const input = new GuardedBuffer(kernels.memory, string);
  const elements = new GuardedBuffer(kernels.memory, kinds);
  kernels.call("checkUnpack", input.pointer, string.length, elements.pointer, kinds.length);
  const unpacked = elements.read(label);
  for (const buffer of [input, elements]) buffer.release();
  return unpacked;
}

for (const [name, fill] of Object.entries(FILLS))
  it(`decisions and plain bits come back: ${name}`, () => {
    for (const count of COUNTS) {
      const random = createRandom(count);
      const elements = Uint8Array.from({ length: count }, (_, i) => fill(random, i));
      const label = `${name}, count=${count}`;
      const string = pack(elements, count + 16, label);
      if (typeof string === "number") throw new Error(`${label}: ${string}`);
      const kinds = elements.map((element) => element & ~1);
      expectSameBytes(unpack(string, kinds, label), elements, label);
    }
  });

it("plain bits cost a bit each, certain decisions nearly nothing", () => {
  const plain = pack(new Uint8Array(8000).fill((PLAIN << 1) | 1), 9000, "plain") as Uint8Array;
  expect(plain.length).toBeLessThanOrEqual(1002);
  expect((pack(new Uint8Array(8000), 9000, "certain") as Uint8Array).length).toBeLessThan(60);
});

it("nothing is an empty string, and what does not fit is told", () => {
  expect(pack(new Uint8Array(), 16, "empty")).toHaveLength(0);
  const random = createRandom(1);
  const noise = Uint8Array.from({ length: 4000 }, () => below(random, 8));
  expect(pack(noise, 100, "too small")).toBe(-1);
});
