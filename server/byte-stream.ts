/** Bytes as they come, in pieces of any length. */
export type ByteStream = AsyncIterable<Uint8Array>;
