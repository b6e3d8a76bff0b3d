/** Bodies that are read whole. */
import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import { Refusal, tooLarge } from "../refusal.ts";

/**
 * Reads the body for `c.req.json()` and `c.req.text()`, from node:http itself: a Request with its streams would cost more than all else of a
 * short answer.
 *
 * @throws Refusal too_large: it is longer than `maxBytes`, or announced so; bad_request: it broke off
 */
export async function readSmallBody(c: Context, maxBytes: number): Promise<void> {
  const announced = Number(c.req.header("Content-Length") ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes);
  if (announced === 0 && c.req.header("Transfer-Encoding") === undefined) return;
  const { incoming } = c.env as { incoming?: IncomingMessage };
  const bytes = incoming === undefined ? await c.req.raw.arrayBuffer() : await readAll(incoming, maxBytes);
  if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes);
  const text = Promise.resolve(new TextDecoder().decode(bytes));
  // Hono keeps what was read here, as the promise of it, whatever its type says.
  Object.assign(c.req.bodyCache, { text });
}

/** The rest of a body that is too long is left to come and go: the answer goes out beside it. */
function readAll(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    incoming.on("data", (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= maxBytes) pieces.push(piece);
      else reject(tooLarge(maxBytes));
    });
    incoming.on("end", () => resolve(Buffer.concat(pieces)));
    incoming.on("error", (cause) => reject(new Refusal("bad_request", `the request broke off: ${cause.message}`)));
  });
}
