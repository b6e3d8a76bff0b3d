import type { IncomingHttpHeaders } from "node:http";
import { InputError } from "../../codec/index.ts";
import type { ByteStream } from "../byte-stream.ts";
import { Refusal, tooLarge } from "../refusal.ts";
import { guardedFetch, type OutboundRules } from "./guarded-fetch.ts";

export interface FileRequest {
  headers?: Record<string, string>;
  maxBytes: number;
  /** Until the answer's head is there, and at most between two of its pieces. */
  idleSeconds: number;
  mostSeconds: number;
}

export interface FileAnswer {
  /** The file has the entity tag that was asked for in `If-None-Match`; there is no body. */
  isUnchanged: boolean;
  headers: IncomingHttpHeaders;
  /** Where the last redirect led. */
  url: URL;
  body: ByteStream;
}

/**
 * Fetches a file from an address that an account gave. The body ends with `use`.
 *
 * @throws InputError the address is not allowed or does not answer, or the file broke off
 * @throws Refusal bad_request: another status, told in `details.status`; too_large: it is announced longer than `maxBytes`
 */
export async function fetchFile<T>(
  address: string,
  { headers = {}, maxBytes, idleSeconds, mostSeconds }: FileRequest,
  rules: OutboundRules,
  use: (answer: FileAnswer) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(mostSeconds * 1000);
  const answer = await guardedFetch(address, { method: "GET", headers, idleSeconds, signal }, rules);
  const { status, url, body } = answer;
  try {
    const isUnchanged = status === 304 && headers["If-None-Match"] !== undefined;
    if (status !== 200 && !isUnchanged)
      throw new Refusal("bad_request", `${address} answers with status ${status}: it must give the file`, { status });
    if (Number(answer.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    return await use({ isUnchanged, headers: answer.headers, url, body: untilItBreaks(body) });
  } finally {
    body.destroy();
  }
}

async function* untilItBreaks(body: ByteStream): ByteStream {
  try {
    yield* body;
  } catch (cause) {
    throw new InputError(`the file broke off: ${(cause as Error).message}; try again`);
  }
}
