import { deflateRawSync, inflateRawSync } from "node:zlib";
import { installPacking } from "../../bytes/deflate.ts";

/** From now on the library packs by node:zlib, on the thread that calls and at once: for workers. The bytes are those of the streams. */
export const installNodePacking = (): void =>
  installPacking({
    deflate: async (bytes) => deflateRawSync(bytes),
    inflate: async (bytes, limit) => inflateRawSync(bytes, { maxOutputLength: limit }),
  });
