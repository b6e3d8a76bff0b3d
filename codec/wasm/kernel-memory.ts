import { KernelError } from "../errors.ts";
import type { RawKernels } from "./raw-kernels.ts";

/** The heap takes no block above this. */
export const ALLOCATION_MAX_BYTES = (1 << 30) - 64;

/** What {@link KernelMemory.withAllocations} hands to its work: allocations that end with it. */
export interface AllocationScope {
  allocate(bytes: number): number;
  put(bytes: Uint8Array): number;
}

/** Linear memory of one kernel instance. Pointers are byte offsets. */
export class KernelMemory {
  readonly #raw: RawKernels;

  constructor(raw: RawKernels) {
    this.#raw = raw;
  }

  /**
   * Allocates zeroed memory, 16-byte aligned. Earlier views may be detached by it.
   * @throws RangeError for anything but a whole number in 0..ALLOCATION_MAX_BYTES
   * @throws {@link KernelError} the memory cannot grow
   */
  allocate(bytes: number): number {
    if (!Number.isInteger(bytes) || bytes < 0 || bytes > ALLOCATION_MAX_BYTES) {
      throw new RangeError(`bytes must be a whole number in 0..${ALLOCATION_MAX_BYTES}, not ${bytes}`);
    }
    try {
      return this.#raw.allocate(bytes) >>> 0;
    } catch (error) {
      // AssemblyScript's heap traps when memory.grow is refused.
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      throw new KernelError(
        `no memory for ${bytes} bytes, ${this.#raw.memory.buffer.byteLength} in use; close other videos`,
        {
          kernel: "allocate",
          bytes,
        },
      );
    }
  }

  /** Gives back what `allocate` or `put` gave. */
  release(pointer: number): void {
    this.#raw.release(pointer);
  }

  /** A view, made anew at each call; good until the next allocation, which may grow the memory. */
  bytes(pointer: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#raw.memory.buffer, pointer, length);
  }

  /** Allocates and copies in; the caller releases. */
  put(bytes: Uint8Array): number {
    // A view into this memory would be detached by growth.
    const source = bytes.buffer === this.#raw.memory.buffer ? bytes.slice() : bytes;
    const pointer = this.allocate(source.byteLength);
    this.bytes(pointer, source.byteLength).set(source);
    return pointer;
  }

  /** Copies out. */
  copy(pointer: number, length: number): Uint8Array<ArrayBuffer> {
    return this.bytes(pointer, length).slice();
  }

  /**
   * Runs `work` and releases everything it allocated through the scope, also when it throws. `work` is synchronous and copies out what it
   * wants to keep.
   */
  withAllocations<Result>(work: (scope: AllocationScope) => Result): Result {
    const pointers: number[] = [];
    const keep = (pointer: number): number => {
      pointers.push(pointer);
      return pointer;
    };
    try {
      return work({
        allocate: (bytes) => keep(this.allocate(bytes)),
        put: (bytes) => keep(this.put(bytes)),
      });
    } finally {
      for (const pointer of pointers) this.release(pointer);
    }
  }
}
