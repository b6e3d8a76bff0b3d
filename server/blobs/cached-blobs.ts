/** Blobs that are read again and again, kept in memory by blocks: a blob never changes. */
import { type ByteSource, concatBytes } from "../../codec/index.ts";
import { Recent } from "../recent.ts";
import type { BlobKind, Blobs } from "./store.ts";

const BLOCK_BYTES = 128 << 10;
const KEPT_BLOCKS = 1024; // 128 MiB
const KEPT_SOURCES = 256;
/** Mains are read once by each viewer, as long files. */
const KINDS: ReadonlySet<BlobKind> = new Set(["slaves", "cms"]);

export function withCache(blobs: Blobs): Blobs {
  const blocks = new Recent<Promise<Uint8Array>>(KEPT_BLOCKS);
  const sources = new Recent<Promise<ByteSource>>(KEPT_SOURCES);
  return {
    ...blobs,
    source: (kind, id) => {
      if (!KINDS.has(kind)) return blobs.source(kind, id);
      const key = `${kind}/${id}`;
      return sources.get(key, async () => cached(await blobs.source(kind, id), key, blocks));
    },
    remove: async (kind, id) => {
      sources.forget(`${kind}/${id}`);
      await blobs.remove(kind, id);
    },
  };
}

function cached(source: ByteSource, key: string, blocks: Recent<Promise<Uint8Array>>): ByteSource {
  const block = (number: number): Promise<Uint8Array> =>
    blocks.get(`${key}/${number}`, () => {
      const start = number * BLOCK_BYTES;
      return source.read(start, Math.min(BLOCK_BYTES, source.size - start));
    });
  return {
    size: source.size,
    read: async (offset, length) => {
      const [first, last] = [Math.floor(offset / BLOCK_BYTES), Math.floor((offset + length - 1) / BLOCK_BYTES)];
      // A long read is no block's business; one outside of the file is the source's to refuse.
      if (length <= 0 || last - first > 1 || offset < 0 || offset + length > source.size)
        return source.read(offset, length);
      const start = offset - first * BLOCK_BYTES;
      if (first === last) return (await block(first)).subarray(start, start + length);
      const [head, tail] = await Promise.all([block(first), block(last)]);
      return concatBytes(head.subarray(start), tail.subarray(0, length - (head.length - start)));
    },
  };
}
