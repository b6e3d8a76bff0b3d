/** Uploads in one request of the tus protocol (server/API.md). */

import { toHex } from "../../codec/bytes/bytes.ts";
import { sha256 } from "../../codec/crypto/primitives.ts";

export const OCTETS = { "Content-Type": "application/offset+octet-stream" };

/** What begins an upload. */
export function uploadHeaders(about: Record<string, string>, length: number): Record<string, string> {
  const metadata = Object.entries(about).map(([name, value]) => `${name} ${Buffer.from(value).toString("base64")}`);
  return { "Tus-Resumable": "1.0.0", "Upload-Length": String(length), "Upload-Metadata": metadata.join(",") };
}

/**
 * A slave alone is for who has its address, as with its main in hand; with its main a video is public.
 *
 * @param headers of an account that may upload
 */
export async function sendFile(
  url: string,
  kind: "slave" | "main",
  id: string,
  bytes: Uint8Array,
  headers: Record<string, string>,
): Promise<Response> {
  const about = { kind, id, sha256: toHex(await sha256(bytes)), state: kind === "slave" ? "unlisted" : "public" };
  return fetch(`${url}/api/uploads`, {
    method: "POST",
    headers: { ...uploadHeaders(about, bytes.length), ...OCTETS, ...headers },
    body: bytes as BodyInit,
  });
}
