/** Plays on the service (server/API.md, "A play"), for pages and workers alike. */
import type {
  AttributesThatMatter,
  EventOutcome,
  MainHashes,
  Play,
  PlayCm,
  PlayEvent,
  PlayMove,
  PlayPlace,
  PlayVideo,
  ViewerAttributes,
} from "../../../../server/plays/schemas.ts";
import { request } from "../net/request.ts";
import { call, send } from "./call.ts";

export type { EventOutcome, Play, PlayCm, PlayEvent, PlayMove, PlayPlace, PlayVideo, ViewerAttributes };

/** In another site's page the service gives a session that browsers keep there (server/API.md, "The player in other sites"). */
const EMBEDDED: Record<string, string> = globalThis.location?.pathname === "/embed" ? { "x-cmix-embedded": "1" } : {};

/** Opens a play over videos in their order. */
export const openPlay = (mainIds: string[], attributes: ViewerAttributes, signal?: AbortSignal): Promise<Play> =>
  call("POST /api/plays", { body: { mainIds, attributes }, headers: EMBEDDED, signal });

/** What header and tags of a main hash to; null where the service has no slave of it. */
export const askMainHashes = (mainId: string, signal?: AbortSignal): Promise<MainHashes> =>
  call("GET /api/mains/{mainId}/hashes", { path: { mainId }, signal });

/** Which attributes would matter for a play of these videos. */
export async function askConditions(
  mainIds: string[],
  signal?: AbortSignal,
): Promise<AttributesThatMatter["attributes"]> {
  return (await call("POST /api/plays/conditions", { body: { mainIds }, headers: EMBEDDED, signal })).attributes;
}

/** Goes along the sequence; 409 out of a CM that has time to go. */
export const movePlay = (playId: string, move: PlayMove, signal?: AbortSignal): Promise<PlayPlace> =>
  call("POST /api/plays/{playId}/moves", { path: { playId }, body: move, headers: EMBEDDED, signal });

/** Where a play stands. */
export const fetchPlace = (playId: string, signal?: AbortSignal): Promise<PlayPlace> =>
  call("GET /api/plays/{playId}", { path: { playId }, signal });

/** Tells that the player goes away; works while a page is being closed. */
export function closePlay(playId: string): void {
  const move = new Blob([JSON.stringify({ kind: "close" } satisfies PlayMove)], { type: "application/json" });
  navigator.sendBeacon(`/api/plays/${playId}/moves`, move);
}

/** The ticket that an answer brought along. */
export const ticketOf = (response: Response): string | undefined => response.headers.get("cmix-ticket") ?? undefined;

/** The CM at the play's place; its answer brings the ticket for the secret. @param range `bytes=…` */
export const fetchCm = (url: string, signal?: AbortSignal, range?: string): Promise<Response> =>
  request(url, { ...(signal !== undefined && { signal }), ...(range !== undefined && { headers: { range } }) });

/** Units from the ticket's place on; the answer brings the next ticket. */
export const fetchUnits = (playId: string, ticket: string, most: number, signal?: AbortSignal): Promise<Response> =>
  send("GET /api/plays/{playId}/units", {
    path: { playId },
    query: { most },
    headers: { "cmix-ticket": ticket },
    signal,
  });

/** A ticket at a place that needs no seek; 409 `seek_first` elsewhere. */
export async function postTicket(playId: string, segment: number | "start", signal?: AbortSignal): Promise<string> {
  const body = { segment };
  return (await call("POST /api/plays/{playId}/tickets", { path: { playId }, body, headers: EMBEDDED, signal })).ticket;
}

/** Moves within the video. @returns a ticket for there */
export async function postSeek(playId: string, segment: number, signal?: AbortSignal): Promise<string> {
  const body = { segment };
  return (await call("POST /api/plays/{playId}/seek", { path: { playId }, body, headers: EMBEDDED, signal })).ticket;
}

/** @returns the secret of the video behind the CM, hexadecimal; 425 before the CM's end on the service's clock */
export async function postSecret(playId: string, ticket: string, signal?: AbortSignal): Promise<string> {
  const headers = { "cmix-ticket": ticket };
  return (await call("POST /api/plays/{playId}/secret", { path: { playId }, headers, signal })).secret;
}

/** Tells what was shown; an empty list tells that the player is still there. */
export async function postEvents(playId: string, events: PlayEvent[], signal?: AbortSignal): Promise<EventOutcome[]> {
  const body = { events };
  return (await call("POST /api/plays/{playId}/events", { path: { playId }, body, headers: EMBEDDED, signal })).events;
}
