/** Resumable uploads to the service (tus 1.0.0, server/API.md). */
import { DetailedError, Upload } from "tus-js-client";
import { DeliveryError } from "../../../../codec/page.ts";
import { hashPieces } from "../files/pieces-hash.ts";
import { failureOf } from "../net/request.ts";

export type UploadProgress = (sentBytes: number, totalBytes: number) => void;

/** A line that comes back within a quarter of a minute is not noticed. */
const RETRY_DELAYS_MILLISECONDS = [0, 1000, 3000, 5000];

/** A `.cmx` that is passed on plays for whoever has it; the library lists the video once its main is here. */
const STATES = { slave: { state: "unlisted" }, main: { state: "public" }, source: {} } as const;

/**
 * Sends a file; goes on where an earlier try of the same file stopped, from another visit of this page too.
 *
 * @param headers of an account that may upload
 * @throws {@link DeliveryError} refused or not reachable; AbortError on `signal`: what was sent is kept for the next try
 */
async function upload(
  kind: "slave" | "main" | "source",
  id: string,
  file: Blob,
  headers: Record<string, string>,
  onProgress: UploadProgress,
  signal?: AbortSignal,
): Promise<void> {
  const piecesSha256 = await hashPieces(file, signal);
  await new Promise<void>((resolve, reject) => {
    const sending = new Upload(file, {
      endpoint: "/api/uploads",
      headers,
      metadata: { kind, id, piecesSha256, ...STATES[kind] },
      retryDelays: RETRY_DELAYS_MILLISECONDS,
      removeFingerprintOnSuccess: true,
      fingerprint: async () => `cmix-${kind}-${id}-${piecesSha256}`,
      onProgress: (sent, total) => onProgress(sent, total ?? file.size),
      onSuccess: () => resolve(),
      onError: (error) => reject(deliveryError(error)),
    });
    signal?.addEventListener(
      "abort",
      () => {
        void sending.abort();
        reject(new DOMException("cancelled", "AbortError"));
      },
      { once: true },
    );
    void sending.findPreviousUploads().then(([previous]) => {
      if (signal?.aborted) return;
      if (previous !== undefined) sending.resumeFromPreviousUpload(previous);
      sending.start();
    }, reject);
  });
}

function deliveryError(error: Error): Error {
  const answer = error instanceof DetailedError ? error.originalResponse : undefined;
  if (answer) return failureOf(answer.getStatus(), answer.getBody(), answer.getHeader("retry-after") ?? null);
  return new DeliveryError("the service does not answer: check the connection and try again", {
    status: 0,
    retryable: true,
  });
}

export const uploadSlave = (
  slaveId: string,
  file: Blob,
  headers: Record<string, string>,
  onProgress: UploadProgress,
  signal?: AbortSignal,
): Promise<void> => upload("slave", slaveId, file, headers, onProgress, signal);

export const uploadMain = (
  mainId: string,
  file: Blob,
  headers: Record<string, string>,
  onProgress: UploadProgress,
  signal?: AbortSignal,
): Promise<void> => upload("main", mainId, file, headers, onProgress, signal);

/** A video that the service divides, for a job of one's own. */
export const uploadSource = (
  jobId: string,
  file: Blob,
  headers: Record<string, string>,
  onProgress: UploadProgress,
  signal?: AbortSignal,
): Promise<void> => upload("source", jobId, file, headers, onProgress, signal);
