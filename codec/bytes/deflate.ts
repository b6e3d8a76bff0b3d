/** DEFLATE without a frame (RFC 1951), by the engine's own streams unless the host brings something quicker. */
import { FormatError } from "../errors.ts";
import { concatBytes } from "./bytes.ts";

/** Below this nothing is won by packing. */
const PACK_MIN_BYTES = 48;
/** Packing is tried on this much first: pictures that no index knows, and encrypted data, do not shrink. */
const PROBE_BYTES = 64 << 10;
const PROBE_GAIN = 0.97;

async function through(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
  limit: number,
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  // Failures come out at the reader too.
  const written = writer.write(bytes as BufferSource).then(() => writer.close());
  written.catch(() => {});
  const reader = stream.readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
    if (length > limit) {
      await reader.cancel().catch(() => {});
      throw new FormatError(`packed bytes grow beyond ${limit}: the file is damaged; fetch it again`);
    }
  }
  return concatBytes(...parts);
}

/** Packs and unpacks. Lists are short: opening a stream for each takes five times as long as packing it. */
export interface Packing {
  deflate(bytes: Uint8Array): Promise<Uint8Array>;
  /** @throws no DEFLATE, or more than `limit` bytes come out */
  inflate(bytes: Uint8Array, limit: number): Promise<Uint8Array>;
}

let packing: Packing = {
  deflate: (bytes) => through(bytes, new CompressionStream("deflate-raw"), Number.POSITIVE_INFINITY),
  inflate: (bytes, limit) => through(bytes, new DecompressionStream("deflate-raw"), limit),
};

/** Takes the host's own from now on. */
export function installPacking(own: Packing): void {
  packing = own;
}

export const deflate = (bytes: Uint8Array): Promise<Uint8Array> => packing.deflate(bytes);

/** @throws {@link FormatError} no DEFLATE, or more than `limit` bytes come out */
export async function inflate(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  try {
    return await packing.inflate(bytes, limit);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(
      `packed bytes do not unpack (${(error as Error).message}): the file is damaged; fetch it again`,
    );
  }
}

/** A list of a segment by DEFLATE; undefined where packing does not pay. */
export async function pack(block: Uint8Array): Promise<Uint8Array | undefined> {
  if (block.length < PACK_MIN_BYTES) return undefined;
  if (block.length > 2 * PROBE_BYTES) {
    const probe = block.subarray(0, PROBE_BYTES);
    if ((await deflate(probe)).length > probe.length * PROBE_GAIN) return undefined;
  }
  const packed = await deflate(block);
  return packed.length < block.length ? packed : undefined;
}
