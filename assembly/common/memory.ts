/** Allocates `bytes` of linear memory, 16-byte aligned, zeroed. Views on the memory must be made anew afterwards. */
export function allocate(bytes: i32): usize {
  const pointer = heap.alloc(<usize>bytes);
  memory.fill(pointer, 0, <usize>bytes);
  return pointer;
}

/** Gives back what {@link allocate} gave. */
export function release(pointer: usize): void {
  heap.free(pointer);
}

/** Sets the 128 bytes of a block of coefficients to zero; `memory.fill` is a call out of the module. */
export function clearBlock(block: usize): void {
  for (let at = block; at < block + 128; at += 32) {
    store<u64>(at, 0);
    store<u64>(at, 0, 8);
    store<u64>(at, 0, 16);
    store<u64>(at, 0, 24);
  }
}
