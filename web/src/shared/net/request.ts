/** A request to the service; every failure is a {@link DeliveryError}. */
import { DeliveryError, type ErrorDetails } from "../../../../codec/page.ts";

/** HTTP statuses after which the same request can succeed later. */
const RETRYABLE = new Set([408, 425, 429, 500, 502, 503, 504]);

/** @throws {@link DeliveryError} `details.status` 0: not reachable; otherwise what the service said, with `details.retryAfterSeconds` where given */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (cause) {
    if (init.signal?.aborted) throw new DOMException("cancelled", "AbortError");
    throw new DeliveryError(
      `the service does not answer (${(cause as Error).message}): check the connection and try again`,
      {
        status: 0,
        retryable: true,
      },
    );
  }
  if (!response.ok) throw await failureOf(response.status, await response.text(), response.headers.get("retry-after"));
  return response;
}

/** What an answer that is not 2xx means. */
export function failureOf(status: number, body: string, retryAfter: string | null): DeliveryError {
  let error: { code?: unknown; message?: unknown; details?: Record<string, unknown> } = {};
  try {
    error = (JSON.parse(body) as { error?: typeof error }).error ?? {};
  } catch {
    // A proxy's page, not the service's answer: the status says enough.
  }
  const details: ErrorDetails = { ...plain(error.details), status, retryable: RETRYABLE.has(status) };
  if (typeof error.code === "string") details.serviceCode = error.code;
  const seconds = Number(error.details?.retryAfterSeconds ?? retryAfter ?? Number.NaN);
  if (Number.isFinite(seconds)) details.retryAfterSeconds = seconds;
  const message = typeof error.message === "string" ? error.message : `the service answered with status ${status}`;
  return new DeliveryError(message, details);
}

/** The values of details that are no lists. */
function plain(details: Record<string, unknown> = {}): ErrorDetails {
  const isPlain = ([, value]: [string, unknown]) => value === null || typeof value !== "object";
  return Object.fromEntries(Object.entries(details).filter(isPlain)) as ErrorDetails;
}

/** How long the service asks to wait, or `otherwise`. */
export function retryAfterSeconds(error: DeliveryError, otherwise: number): number {
  const seconds = error.details.retryAfterSeconds;
  return typeof seconds === "number" ? Math.max(0, seconds) : otherwise;
}
