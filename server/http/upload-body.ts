import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import type { ByteStream } from "../byte-stream.ts";
import { Refusal, tooLarge } from "../refusal.ts";

const longUploads = new WeakSet<IncomingMessage>();

/** From now on this request may take as long as its bytes come: whoever sends them may upload. */
export function allowLongUpload(c: Context): void {
  const incoming = (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
  if (incoming !== undefined) longUploads.add(incoming);
}

export const isLongUpload = (request: IncomingMessage): boolean => longUploads.has(request);

/**
 * The body of an upload, to be streamed.
 *
 * @throws Refusal it is announced longer than `maxBytes`, is no bytes, or is not there
 */
export function uploadBody(c: Context, maxBytes: number): ByteStream {
  const type = c.req.header("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/octet-stream")
    throw new Refusal("media_type", "send the file's bytes as application/octet-stream");
  if (Number(c.req.header("Content-Length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const body = c.req.raw.body;
  if (body === null) throw new Refusal("bad_request", "the file's bytes are missing");
  allowLongUpload(c);
  return untilItBreaks(body);
}

/** A sender that goes away is its own fault, not this server's. */
async function* untilItBreaks(body: ByteStream): ByteStream {
  try {
    yield* body;
  } catch (cause) {
    throw new Refusal("bad_request", `the upload broke off: ${(cause as Error).message}`);
  }
}
