import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { KernelMemory } from "../../codec/wasm/kernel-memory.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";

const GUARD_BYTES = 64;
const GUARD_VALUE = 0xa5;

/** The bytes of a target in dist/wasm. */
export function readWasm(name: "check" | "kernels"): Uint8Array<ArrayBuffer> {
  const path = fileURLToPath(new URL(`../../dist/wasm/${name}.wasm`, import.meta.url));
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build:wasm first`);
  return new Uint8Array(readFileSync(path));
}

export interface CheckKernels extends Kernels {
  /** Calls any raw export of assembly/check.ts by its name. */
  call(name: string, ...values: number[]): number;
}

export async function loadCheckKernels(): Promise<CheckKernels> {
  const kernels = await loadKernels(readWasm("check"));
  const exports = kernels.raw as unknown as Record<string, ((...values: number[]) => number) | undefined>;
  return {
    ...kernels,
    call: (name, ...values) => {
      const kernel = exports[name];
      if (!kernel) throw new Error(`assembly/check.ts exports no ${name}`);
      return kernel(...values);
    },
  };
}

/** Kernel memory between guard bytes, to see writes out of bounds. The content begins 16-byte aligned, moved by `misalign`. */
export class GuardedBuffer {
  readonly pointer: number;
  readonly length: number;
  readonly #memory: KernelMemory;
  readonly #base: number;

  constructor(memory: KernelMemory, content: number | Uint8Array, misalign = 0) {
    this.#memory = memory;
    this.length = typeof content === "number" ? content : content.length;
    this.#base = memory.allocate(this.length + 2 * GUARD_BYTES + misalign);
    memory.bytes(this.#base, this.length + 2 * GUARD_BYTES + misalign).fill(GUARD_VALUE);
    this.pointer = this.#base + GUARD_BYTES + misalign;
    if (typeof content !== "number") memory.bytes(this.pointer, this.length).set(content);
  }

  /** The content, copied out. Fails when a byte beside it has changed. */
  read(label: string): Uint8Array<ArrayBuffer> {
    for (const start of [this.pointer - GUARD_BYTES, this.pointer + this.length]) {
      const guard = this.#memory.bytes(start, GUARD_BYTES);
      expect(
        guard.every((byte) => byte === GUARD_VALUE),
        `guard bytes ${label}`,
      ).toBe(true);
    }
    return this.#memory.copy(this.pointer, this.length);
  }

  release(): void {
    this.#memory.release(this.#base);
  }
}

/** Fails on the first byte that differs, naming it; quicker and shorter than a diff of two arrays. */
export function expectSameBytes(actual: Uint8Array, expected: Uint8Array, label: string): void {
  expect(actual.length, `length ${label}`).toBe(expected.length);
  const index = actual.findIndex((byte, i) => byte !== expected[i]);
  if (index >= 0) expect.fail(`byte ${index} is ${actual[index]}, expected ${expected[index]}: ${label}`);
}
