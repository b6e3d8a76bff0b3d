/** What a play asks of the service before the video: the CM's bytes, and after it the secret. */
import { DeliveryError } from "../../../codec/errors.ts";
import { toHex } from "../../../codec/format/bytes.ts";
import {
  askConditions,
  type CmOffer,
  fetchCm,
  postSecret,
  retryAfterSeconds,
  sleep,
  ticketOf,
  type ViewerAttributes,
} from "../shared/service.ts";
import { attributesOf, loadViewerData } from "../shared/viewer-data.ts";

/** The service's clock may run behind ours by a little; after this much waiting for the secret something is wrong. */
const SECRET_PATIENCE_SECONDS = 30;

/** `en-GB, en, ja` gives `en, ja`: CMs are chosen by language, not by country. */
export function languagesOf(tags: readonly string[]): string[] {
  const primary = tags.map((tag) => tag.split("-")[0]?.toLowerCase() ?? "");
  return [...new Set(primary.filter((tag) => tag !== ""))].slice(0, 10);
}

/** What this device's viewer would tell. */
export async function ownAttributes(): Promise<ViewerAttributes> {
  return attributesOf(await loadViewerData(), new Date().getFullYear(), languagesOf(navigator.languages));
}

/** Of what a viewer would tell, what matters for a play of these videos; the rest stays here. */
export async function neededAttributes(
  mainIds: readonly string[],
  attributes: ViewerAttributes,
  signal: AbortSignal,
): Promise<ViewerAttributes> {
  const names = await askConditions(mainIds, signal);
  return Object.fromEntries(names.flatMap((name) => (name in attributes ? [[name, attributes[name]]] : [])));
}

export interface LoadedCm {
  cm: Blob;
  /** For the secret. */
  ticket: string;
}

/**
 * Fetches a CM and holds it against its hash.
 *
 * @param onLoaded bytes so far
 * @throws {@link DeliveryError} refused, not reachable, or not the bytes that were offered
 */
export async function loadCm(
  offer: CmOffer,
  onLoaded: (bytes: number) => void,
  signal: AbortSignal,
): Promise<LoadedCm> {
  const response = await fetchCm(offer.url, signal);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let loadedBytes = 0;
  if (response.body !== null) {
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      loadedBytes += value.length;
      onLoaded(loadedBytes);
    }
  }
  const cm = new Blob(parts, { type: offer.type });
  const hash = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", await cm.arrayBuffer())));
  if (hash === offer.sha256) return { cm, ticket: ticketOf(response) ?? "" };
  throw new DeliveryError("the commercial arrived damaged: play again", { status: response.status, retryable: true });
}

/** What a new ticket helps against: used up by an answer that was lost, or too old. */
const STALE = new Set<unknown>(["ticket_used", "ticket_expired"]);

/** Asks for a video's secret once its CM was watched; the service's own clock may want a moment more. */
export async function askSecret(
  playId: string,
  offer: CmOffer,
  firstTicket: string,
  signal: AbortSignal,
): Promise<string> {
  const start = performance.now();
  for (let ticket = firstTicket; ; ) {
    try {
      return await postSecret(playId, ticket, signal);
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      const isStale = STALE.has(error.details.serviceCode);
      const waited = (performance.now() - start) / 1000;
      if ((!isStale && error.details.retryable !== true) || waited >= SECRET_PATIENCE_SECONDS) throw error;
      if (isStale) ticket = ticketOf(await fetchCm(offer.url, signal, "bytes=0-0")) ?? "";
      else await sleep(Math.max(0.1, retryAfterSeconds(error, 1)), signal);
    }
  }
}
