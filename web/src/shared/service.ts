/** The service's HTTP interface (server/API.md), for pages and workers alike. Every failure is a {@link DeliveryError}. */
import { DeliveryError, type ErrorDetails } from "../../../codec/errors.ts";

export interface LibraryVideo {
  mainId: string;
  slaveId: string;
  title: string;
  copyright: string;
  genre: string;
  durationSeconds: number;
  slaveBytes: number;
  createdAt: string;
  mainUrl: string | null;
  mainBytes: number | null;
  posterUrl: string | null;
}

export interface CmOffer {
  id: string;
  title: string;
  sponsor: string;
  link: string;
  type: string;
  durationSeconds: number;
  bytes: number;
  sha256: string;
  url: string;
}

export interface PlayOffer {
  playId: string;
  slaveId: string;
  segments: number;
  durationSeconds: number;
  cm: CmOffer;
}

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
  const details: ErrorDetails = { status, retryable: RETRYABLE.has(status) };
  if (typeof error.code === "string") details.serviceCode = error.code;
  const seconds = Number(error.details?.retryAfterSeconds ?? retryAfter ?? Number.NaN);
  if (Number.isFinite(seconds)) details.retryAfterSeconds = seconds;
  const message = typeof error.message === "string" ? error.message : `the service answered with status ${status}`;
  return new DeliveryError(message, details);
}

/** How long the service asks to wait, or `otherwise`. */
export function retryAfterSeconds(error: DeliveryError, otherwise: number): number {
  const seconds = error.details.retryAfterSeconds;
  return typeof seconds === "number" ? Math.max(0, seconds) : otherwise;
}

/** Resolves after `seconds`; rejects with AbortError as soon as `signal` fires. */
export function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new DOMException("cancelled", "AbortError"));
    };
    if (signal?.aborted) {
      reject(new DOMException("cancelled", "AbortError"));
      return;
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

const jsonPost = (body: unknown, signal?: AbortSignal): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
  ...(signal === undefined ? {} : { signal }),
});

const optionalSignal = (signal?: AbortSignal): RequestInit => (signal === undefined ? {} : { signal });

export async function listVideos(query: string, signal?: AbortSignal): Promise<LibraryVideo[]> {
  const response = await request(`/api/videos?q=${encodeURIComponent(query)}`, optionalSignal(signal));
  return ((await response.json()) as { videos: LibraryVideo[] }).videos;
}

export async function openPlay(mainId: string, languages: readonly string[], signal?: AbortSignal): Promise<PlayOffer> {
  const response = await request("/api/plays", jsonPost({ mainId, attributes: { languages } }, signal));
  return (await response.json()) as PlayOffer;
}

export async function fetchCm(url: string, signal?: AbortSignal): Promise<Response> {
  return request(url, optionalSignal(signal));
}

/** @param from number of the first segment, or `start`: the slave's start and then segment 0 */
export async function fetchUnits(
  playId: string,
  from: number | "start",
  most: number,
  signal?: AbortSignal,
): Promise<Response> {
  return request(`/api/plays/${playId}/units?from=${from}&most=${most}`, optionalSignal(signal));
}

export async function postSeek(playId: string, segment: number, signal?: AbortSignal): Promise<void> {
  await request(`/api/plays/${playId}/seek`, jsonPost({ segment }, signal));
}

/** @returns the play's secret, hexadecimal; 425 before the CM's end on the service's clock */
export async function postSecret(playId: string, signal?: AbortSignal): Promise<string> {
  const response = await request(`/api/plays/${playId}/secret`, jsonPost({}, signal));
  return ((await response.json()) as { secret: string }).secret;
}

export type UploadProgress = (sentBytes: number, totalBytes: number) => void;

/**
 * Sends a file by PUT. Through XMLHttpRequest, since fetch tells nothing of an upload's progress.
 *
 * @param headers of an account that may upload, session.ts
 * @throws {@link DeliveryError} refused or not reachable; AbortError on `signal`
 */
export function upload(
  path: string,
  body: Blob,
  headers: Record<string, string>,
  onProgress: UploadProgress,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("PUT", path);
    sending.setRequestHeader("content-type", "application/octet-stream");
    for (const [name, value] of Object.entries(headers)) sending.setRequestHeader(name, value);
    sending.upload.onprogress = (event) => onProgress(event.loaded, body.size);
    sending.onload = () => {
      if (sending.status >= 200 && sending.status < 300) resolve();
      else reject(failureOf(sending.status, sending.responseText, sending.getResponseHeader("retry-after")));
    };
    sending.onerror = () =>
      reject(
        new DeliveryError("the service does not answer: check the connection and try again", {
          status: 0,
          retryable: true,
        }),
      );
    sending.onabort = () => reject(new DOMException("cancelled", "AbortError"));
    signal?.addEventListener("abort", () => sending.abort(), { once: true });
    sending.send(body);
  });
}

export const uploadSlave = (
  slaveId: string,
  file: Blob,
  headers: Record<string, string>,
  onProgress: UploadProgress,
  signal?: AbortSignal,
): Promise<void> => upload(`/api/slaves/${slaveId}`, file, headers, onProgress, signal);

export const uploadMain = (
  mainId: string,
  file: Blob,
  headers: Record<string, string>,
  onProgress: UploadProgress,
  signal?: AbortSignal,
): Promise<void> => upload(`/api/mains/${mainId}`, file, headers, onProgress, signal);
