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
