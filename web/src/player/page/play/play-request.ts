/** What a play asks of the service before the video: the CM's bytes, and after it the secret. */

import { DeliveryError } from "../../../../../codec/page.ts";
import {
  askConditions,
  fetchCm,
  fetchPlace,
  movePlay,
  type PlayCm,
  type PlayMove,
  type PlayPlace,
  postSecret,
  ticketOf,
  type ViewerAttributes,
} from "../../../shared/api/plays.ts";
import { chunksOf } from "../../../shared/net/answer-body.ts";
import { connection } from "../../../shared/net/connection.ts";
import { retryAfterSeconds } from "../../../shared/net/request.ts";
import { sleep } from "../../../shared/sleep.ts";
import { attributesOf, loadViewerData } from "../../../shared/viewer-data.ts";
import { ArrivingCm } from "./arriving-cm.ts";

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
  mainIds: string[],
  attributes: ViewerAttributes,
  signal: AbortSignal,
): Promise<ViewerAttributes> {
  const names = await askConditions(mainIds, signal);
  return Object.fromEntries(names.flatMap((name) => (name in attributes ? [[name, attributes[name]]] : [])));
}

export interface CmLoading {
  /** @param bytes so far */
  onLoaded(bytes: number): void;
  /** Whether the CM waits for one that is shown to the same viewer elsewhere. */
  onWaiting(isWaiting: boolean): void;
}

/** An answer that breaks off counts for nothing on the service: what is asked for at once is asked for again. */
const CM_PIECE_BYTES = 1 << 20;
/** Another window may be closed before its CM's end. */
const ELSEWHERE_LONGEST_SECONDS = 2;

/**
 * Fetches a CM into `cm`, over a lost connection too, and holds it against its hash. While another CM is shown to the viewer it waits.
 *
 * @returns the ticket for the secret
 * @throws {@link DeliveryError} refused, not reachable, or not the bytes that were offered
 */
export async function loadCm(
  offer: PlayCm,
  cm: ArrivingCm,
  { onLoaded, onWaiting }: CmLoading,
  signal: AbortSignal,
): Promise<string> {
  try {
    let ticket = "";
    for (let start = 0; start < offer.bytes; ) {
      const from = start;
      const end = Math.min(from + CM_PIECE_BYTES, offer.bytes);
      const ask = async (either: AbortSignal, heard: () => void) => {
        const response = await fetchCm(offer.url, either, `bytes=${from}-${end - 1}`);
        onWaiting(false);
        ticket = ticketOf(response) ?? "";
        let loadedBytes = from;
        for await (const chunk of chunksOf(response, heard)) {
          cm.add(loadedBytes, chunk);
          loadedBytes += chunk.length;
          onLoaded(loadedBytes);
        }
        if (loadedBytes === from) throw noBytes();
        start = loadedBytes; // as in http-source.ts, less may come than was asked for
      };
      await whenItMay(() => connection.persist(ask, signal), onWaiting, signal);
    }
    await cm.finish();
    return ticket;
  } catch (error) {
    cm.fail(error);
    throw error;
  }
}

const noBytes = () =>
  new DeliveryError("the service sent nothing of the commercial: check the connection and try again", {
    status: 0,
    retryable: true,
  });

/** Asks again while the service shows the viewer a CM elsewhere. */
async function whenItMay<T>(ask: () => Promise<T>, onWaiting: CmLoading["onWaiting"], signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof DeliveryError) || error.details.serviceCode !== "cm_elsewhere") throw error;
      onWaiting(true);
      await sleep(Math.min(ELSEWHERE_LONGEST_SECONDS, Math.max(0.1, retryAfterSeconds(error, 1))), signal);
    }
  }
}

/** What a new ticket helps against: used up by an answer that was lost, or too old. */
const STALE = new Set<unknown>(["ticket_used", "ticket_expired"]);
/** A new ticket that is used up, too, so often: something else is wrong. */
const STALE_MOST = 5;

/** Asks for a video's secret once its CM was watched; the service's own clock may want a moment more. */
export async function askSecret(
  playId: string,
  offer: PlayCm,
  firstTicket: string,
  signal: AbortSignal,
): Promise<string> {
  let waitedSeconds = 0;
  let staleTickets = 0;
  for (let ticket = firstTicket; ; ) {
    try {
      return await connection.persist((either) => postSecret(playId, ticket, either), signal);
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      if (STALE.has(error.details.serviceCode) && staleTickets < STALE_MOST) {
        staleTickets += 1;
        ticket = await freshTicket(offer, signal);
      } else if (error.details.serviceCode === "cm_unsent" && staleTickets < STALE_MOST) {
        // The service went down before it had noted what was sent.
        staleTickets += 1;
        ticket = await loadCm(offer, new ArrivingCm(offer), { onLoaded: () => {}, onWaiting: () => {} }, signal);
      } else if (error.details.retryable === true && waitedSeconds < SECRET_PATIENCE_SECONDS) {
        const seconds = Math.max(0.1, retryAfterSeconds(error, 1));
        await sleep(seconds, signal);
        waitedSeconds += seconds;
      } else throw error;
    }
  }
}

function freshTicket({ url }: PlayCm, signal: AbortSignal): Promise<string> {
  return connection.persist(async (either) => ticketOf(await fetchCm(url, either, "bytes=0-0")) ?? "", signal);
}

/** Where a play stands, over a lost connection too. */
export function placeOf(playId: string, signal: AbortSignal): Promise<PlayPlace> {
  return connection.persist((either) => fetchPlace(playId, either), signal);
}

/** A CM or video of a play's sequence. */
export interface StandsAt {
  kind: "cm" | "video";
  number: number;
}

/** Goes along the sequence, over a lost connection too. @param from where the play stands */
export function moveOn(playId: string, from: StandsAt, move: PlayMove, signal: AbortSignal): Promise<PlayPlace> {
  let isAgain = false;
  return connection.persist(async (either) => {
    // The answer may be all that was lost: the play stands elsewhere then, and would move once more.
    const place = isAgain ? await fetchPlace(playId, either) : undefined;
    isAgain = true;
    const stays =
      place === undefined || (place.kind !== "over" && place.kind === from.kind && place.number === from.number);
    return stays ? movePlay(playId, move, either) : place;
  }, signal);
}
