/** Errors as HTTP answers: `{"error":{"code","message","details"}}`, the status from the one table below. */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { CmixError, type ErrorDetails } from "../../codec/index.ts";
import type { Log } from "../log.ts";
import { Refusal, type RefusalCode } from "../refusal.ts";
import { StorageError, type StorageTrouble } from "../storage-error.ts";

type ErrorCode = RefusalCode | CmixError["code"];

const STATUS = {
  // codec/errors.ts
  input: 400,
  format: 422,
  pairing: 422,
  unsupported: 422,
  kernel: 500,
  delivery: 500,
  // refusal.ts
  bad_request: 400,
  signed_out: 401,
  credentials: 401,
  forbidden: 403,
  not_found: 404,
  withdrawn: 410,
  conflict: 409,
  email_taken: 409,
  too_few_points: 409,
  in_cm: 409,
  cm_elsewhere: 409,
  cm_changed: 409,
  cm_unsent: 409,
  seek_first: 409,
  ticket_used: 409,
  ticket_misplaced: 409,
  ticket_expired: 410,
  ticket_forged: 403,
  ticket_foreign: 403,
  foreign_session: 403,
  not_yet: 403,
  no_longer: 403,
  plays_used_up: 403,
  viewer_plays_used_up: 403,
  guest_plays_used_up: 403,
  play_over: 410,
  too_large: 413,
  media_type: 415,
  too_slow: 408,
  range: 416,
  too_early: 425,
  too_many: 429,
  internal: 500,
  unavailable: 503,
  storage_full: 507,
} as const satisfies Record<ErrorCode, ContentfulStatusCode>;

/** Codes for what Hono itself refuses: an unreadable body, a wrong media type, a body over its limit. */
const CODE_OF_STATUS: Record<number, RefusalCode> = { 400: "bad_request", 413: "too_large", 415: "media_type" };

interface Told {
  code: ErrorCode;
  message: string;
  details: ErrorDetails;
}

/** Troubles of a store, by kind; what is not here is the server's own mistake. */
const STORAGE_TROUBLES: Partial<Record<StorageTrouble, Told>> = {
  full: {
    code: "storage_full",
    message: "the server's disk is full: try again later; its administrator must make room",
    details: {},
  },
  busy: {
    code: "unavailable",
    message: "the server's database is busy: try again",
    details: { retryAfterSeconds: 2 },
  },
};

function describe(error: Error): Told | undefined {
  if (error instanceof Refusal || error instanceof CmixError) return error;
  if (error instanceof StorageError) return STORAGE_TROUBLES[error.kind];
  if (error instanceof HTTPException) {
    const code = CODE_OF_STATUS[error.status];
    if (code !== undefined) return { code, message: error.message, details: {} };
  }
  return undefined;
}

/** What is answered to any error. What the server did not mean to say is logged and answered without its words. */
export function refusalOf(error: Error, log: Log) {
  const known = describe(error);
  const status = known === undefined ? 500 : STATUS[known.code];
  if (status >= 500) log("error", { name: error.name, message: error.message, stack: error.stack ?? "" });
  const { code, message, details }: Told =
    known !== undefined && (status < 500 || status === 503 || status === 507)
      ? known
      : { code: "internal", message: "the server could not do this; its log says why", details: {} };
  const wait = details.retryAfterSeconds;
  const retryAfter = typeof wait === "number" ? String(Math.ceil(wait)) : undefined;
  return { status, retryAfter, body: { error: { code, message, details } } };
}

export function answerError(c: Context, error: Error, log: Log): Response {
  const { status, retryAfter, body } = refusalOf(error, log);
  if (retryAfter !== undefined) c.header("Retry-After", retryAfter);
  // The rest of a body that nobody wants ends with its connection; without the word for it, a client would use it once more.
  if (status === 413 || ["PUT", "PATCH"].includes(c.req.method)) c.header("Connection", "close");
  return c.json(body, status);
}

/** A field that its schema refuses. */
export function notUnderstood(target: string, issue: { path: PropertyKey[]; message: string } | undefined): Refusal {
  const place = [target, ...(issue?.path ?? [])].map(String).join(".");
  return new Refusal("bad_request", `${place}: ${issue?.message ?? "not understood"}`, { place });
}
