import { type ByteSource, concatBytes } from "./bytes.ts";

/** One read of a browser's `Blob` costs 2 ms whatever its length: 30 MB/s at 64 KiB, 1 GB/s and more at this. */
const BLOCK_BYTES = 4 << 20;
/** Two readers go through a file at once, the index a little before the segments; and one block is on its way. */
const BLOCKS_KEPT = 4;

/**
 * A source whose reads cost much each, read in large blocks: the block behind the newest one is fetched before it is asked for.
 *
 * @returns a source whose `read` may give views of what it keeps
 */
export function readAhead(source: ByteSource, blockBytes = BLOCK_BYTES): ByteSource {
  /** The newest use comes last. */
  const blocks = new Map<number, Promise<Uint8Array>>();

  function block(number: number): Promise<Uint8Array> {
    const start = number * blockBytes;
    const kept = blocks.get(number) ?? source.read(start, Math.min(blockBytes, source.size - start));
    kept.catch(() => blocks.delete(number));
    blocks.delete(number);
    blocks.set(number, kept);
    for (const oldest of blocks.keys()) if (blocks.size > BLOCKS_KEPT) blocks.delete(oldest);
    return kept;
  }

  return {
    size: source.size,
    async read(offset, length) {
      const first = Math.floor(offset / blockBytes);
      const end = offset + length;
      if (length === 0 || end > (first + BLOCKS_KEPT - 1) * blockBytes) return source.read(offset, length);
      const parts: Promise<Uint8Array>[] = [];
      for (let start = first * blockBytes; start < end; start += blockBytes) {
        const number = start / blockBytes;
        const isNew = !blocks.has(number);
        parts.push(block(number).then((bytes) => bytes.subarray(Math.max(0, offset - start), end - start)));
        if (isNew && start + blockBytes < source.size) block(number + 1).catch(() => {}); // thrown where it is wanted
      }
      const [only, ...more] = await Promise.all(parts);
      return only !== undefined && more.length === 0 ? only : concatBytes(...(await Promise.all(parts)));
    },
  };
}
