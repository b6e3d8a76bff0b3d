import { beforeAll, expect, it } from "vitest";
import { createRandom } from "../support/fills.ts";
import { type CheckKernels, GuardedBuffer, loadCheckKernels } from "../support/kernels.ts";

const SEED = 43;

let kernels: CheckKernels;
beforeAll(async () => {
  kernels = await loadCheckKernels();
});

function run(kernel: string, values: Int16Array, last = 0): Int16Array {
  const block = new GuardedBuffer(kernels.memory, new Uint8Array(values.buffer));
  kernels.call(kernel, block.pointer, last);
  const result = new Int16Array(block.read(kernel).buffer);
  block.release();
  return result;
}

/** Places horizontal frequency * 8 + vertical frequency, both below 4. */
const LOW = Array.from({ length: 32 }, (_, place) => place).filter((place) => place % 8 < 4);

it("gives what the full inverse transform gives where no other coefficient is there, noise and limits", () => {
  for (const name of ["inverseTransformLow"]) {
    for (let turn = 0; turn < 3000; turn++) {
      const random = createRandom(SEED + turn);
      const range = [2, 300, 2047][turn % 3] ?? 0;
      const block = new Int16Array(64);
      for (const place of LOW) {
        const isLimit = turn % 4 === 3;
        if (isLimit) block[place] = [0, 2047, -2048][random() % 3] ?? 0;
        else block[place] = (random() % (2 * range + 1)) - range;
      }
      const last = (turn >> 2) & 1;
      const full = run("inverseTransformScalar", Int16Array.of(...block.subarray(0, 63), last));
      for (const form of ["Scalar", "Simd"])
        expect(run(`${name}${form}`, block, last), `${name}${form} seed=${SEED + turn}`).toEqual(full);
    }
  }
});
