/** Random access to a file on a server, by HTTP ranges. */

import { type ByteSource, concatBytes, DeliveryError, InputError, sourceFromBlob } from "../../../../codec/page.ts";
import { bytesOf } from "./answer-body.ts";
import { connection } from "./connection.ts";
import { request } from "./request.ts";

/** Small reads (heads, headers) fetch this much, so that their neighbours need no request; a header mostly fits. */
const BLOCK_BYTES = 32 << 10;
/** Reads in the last bytes of a file fetch all of them: a trailer is read from its end. */
const TAIL_BYTES = 16 << 10;

const rangeOf = (offset: number, length: number) => ({ range: `bytes=${offset}-${offset + length - 1}` });

/**
 * Reads of the source go on over a lost connection.
 *
 * @param reading gives what ends the reads of now; they reject with AbortError then
 * @throws {@link DeliveryError} not reachable or refused
 */
export async function sourceFromUrl(
  url: string,
  reading: () => AbortSignal = () => new AbortController().signal,
): Promise<ByteSource> {
  return connection.attempt(async (signal, heard) => openUrl(url, reading, signal, heard), reading());
}

async function openUrl(
  url: string,
  reading: () => AbortSignal,
  signal: AbortSignal,
  heard: () => void,
): Promise<ByteSource> {
  const head = await request(url, { headers: rangeOf(0, BLOCK_BYTES), signal });
  // A server without ranges sends everything; the browser keeps large blobs on disk.
  if (head.status !== 206) return sourceFromBlob(await heardThrough(head, heard).blob());
  const size = totalOf(head);
  let block = { offset: 0, bytes: await bytesOf(head, heard) };

  /** @returns the first of the range, at least one byte */
  async function fetchSome(offset: number, length: number): Promise<Uint8Array> {
    const bytes = await connection.persist(async (signal, heard) => {
      const response = await request(url, { headers: rangeOf(offset, length), signal });
      if (response.status !== 206 || totalOf(response) !== size)
        throw new InputError(`${url} changed while it was read: open it again`, { reason: "mainChanged" });
      return bytesOf(response, heard);
    }, reading());
    if (bytes.length === 0 || bytes.length > length)
      throw new InputError(`${url}: ${length} bytes wanted at byte ${offset}, ${bytes.length} came`, {
        offsetBytes: offset,
      });
    return bytes;
  }

  /** A browser's cache may answer with less, without an error: what it kept of a read that a seek broke off. The rest is asked for. */
  async function fetchRange(offset: number, length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let came = 0; came < length; ) {
      const part = await fetchSome(offset + came, length - came);
      parts.push(part);
      came += part.length;
    }
    return concatBytes(...parts);
  }

  return {
    size,
    async read(offset, length) {
      if (length === 0) return new Uint8Array(0);
      const inside = offset - block.offset;
      if (inside >= 0 && inside + length <= block.bytes.length) return block.bytes.slice(inside, inside + length);
      if (length >= BLOCK_BYTES) return fetchRange(offset, length);
      const start = offset > size - TAIL_BYTES ? Math.max(0, size - TAIL_BYTES) : offset;
      const fetched = { offset: start, bytes: await fetchRange(start, Math.min(BLOCK_BYTES, size - start)) };
      block = fetched;
      return fetched.bytes.slice(offset - start, offset - start + length);
    },
  };
}

/** The same answer, whose chunks are heard as they pass. */
function heardThrough({ body }: Response, heard: () => void): Response {
  const listen = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (chunk, controller) => {
      heard();
      controller.enqueue(chunk);
    },
  });
  return new Response(body?.pipeThrough(listen));
}

/** Of the whole file, by the answer to a range request. @throws {@link DeliveryError} it does not tell */
export function totalOf(response: Response): number {
  const total = Number(/\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(total))
    throw new DeliveryError("the service does not say how long the file is", {
      status: response.status,
      retryable: false,
    });
  return total;
}
