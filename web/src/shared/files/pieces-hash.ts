/** The hash by which a browser and the service compare files of any length (server/API.md, "Uploads"). */

import { concatBytes, sha256, toHex } from "../../../../codec/page.ts";

/** WebCrypto hashes what is in memory; so the hash is one of the pieces' hashes. */
const PIECE_BYTES = 4 << 20;

/**
 * Reads a file, a piece at a time.
 *
 * @param onProgress bytes read so far
 * @returns SHA-256 of the SHA-256 hashes of its pieces of 4 MiB, hexadecimal; rejects with AbortError on `signal`
 */
export async function hashPieces(
  file: Blob,
  signal?: AbortSignal,
  onProgress: (bytes: number) => void = () => {},
): Promise<string> {
  const hashes: Uint8Array[] = [];
  for (let offset = 0; offset < file.size; offset += PIECE_BYTES) {
    if (signal?.aborted) throw new DOMException("cancelled", "AbortError");
    hashes.push(await sha256(new Uint8Array(await file.slice(offset, offset + PIECE_BYTES).arrayBuffer())));
    onProgress(Math.min(offset + PIECE_BYTES, file.size));
  }
  return toHex(await sha256(concatBytes(...hashes)));
}
