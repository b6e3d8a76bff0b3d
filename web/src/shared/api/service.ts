/** The service's HTTP interface (server/API.md), for pages and workers alike. Every failure is a {@link DeliveryError}. */
import { CmixError } from "../../../../codec/page.ts";
import { request } from "../net/request.ts";

export interface LibraryVideo {
  mainId: string;
  slaveId: string;
  title: string;
  copyright: string;
  genre: string;
  description: string;
  ageLimit: number;
  durationSeconds: number;
  slaveBytes: number;
  createdAt: string;
  mainUrl: string | null;
  mainBytes: number | null;
  /** By pieces-hash.ts; null while the service does not know it. */
  mainPiecesSha256: string | null;
  /** Whether the player can read the main where it lies. */
  playsInBrowser: boolean;
  posterUrl: string | null;
  teaserUrl: string | null;
}

export interface LibraryPage<V = LibraryVideo> {
  videos: V[];
  total: number;
  page: number;
  pages: number;
  genres: { genre: string; videos: number }[];
}

export interface LibrarySearch {
  query: string;
  genre: string;
  /** Years; empty for any. */
  age: string;
  page: number;
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

export interface OfferedVideo {
  mainId: string;
  slaveId: string;
  segments: number;
  durationSeconds: number;
}

/** Where a play stands: CM k is before video k, and one more behind the last. */
export type PlayPlace =
  | { kind: "cm" | "video"; number: number; cm: CmOffer /** For units from the start on. */; ticket?: string }
  | { kind: "over" };

export interface PlayOffer {
  playId: string;
  videos: OfferedVideo[];
  /** Whether the first CM is one that was missed last time. */
  owed: boolean;
  place: PlayPlace;
}

/** What a viewer may tell for one play; all of it voluntary, none of it stored by the service. */
export interface ViewerAttributes {
  age?: number;
  gender?: string;
  languages?: readonly string[];
  /** Kinds of CM wanted. */
  kinds?: readonly string[];
  /** Genres of video liked. */
  genres?: readonly string[];
}

export type PlayMove = { kind: "next" | "back" | "stop" | "close" } | { kind: "video"; number: number };

export interface PlayEvent {
  /** One for each event; sent again it counts once. */
  id: string;
  kind: "impression" | "start" | "quartile_1" | "quartile_2" | "quartile_3" | "complete" | "click" | "seconds";
  /** Of the CM or video in the play, from 1. */
  number: number;
  /** Of a video: shown in this play so far. */
  seconds?: number;
}

export interface EventOutcome {
  id: string;
  outcome: "counted" | "known" | "early" | "unknown";
}

/** In another site's page the service gives a session that browsers keep there (server/API.md, "The player in other sites"). */
const EMBEDDED: Record<string, string> = globalThis.location?.pathname === "/embed" ? { "x-cmix-embedded": "1" } : {};

const jsonPost = (body: unknown, signal?: AbortSignal): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...EMBEDDED },
  body: JSON.stringify(body),
  ...(signal === undefined ? {} : { signal }),
});

const optionalSignal = (signal?: AbortSignal): RequestInit => (signal === undefined ? {} : { signal });

export async function listVideos(search: LibrarySearch, signal?: AbortSignal): Promise<LibraryPage> {
  const { query, genre, age, page } = search;
  const wanted = new URLSearchParams({ q: query, page: String(page) });
  if (genre !== "") wanted.set("genre", genre);
  if (age !== "") wanted.set("age", age);
  const response = await request(`/api/videos?${wanted}`, optionalSignal(signal));
  return (await response.json()) as LibraryPage;
}

export async function fetchVideo(mainId: string): Promise<LibraryVideo> {
  return (await (await request(`/api/videos/${mainId}`)).json()) as LibraryVideo;
}

/** Opens a play over videos in their order. */
export async function openPlay(
  mainIds: readonly string[],
  attributes: ViewerAttributes,
  signal?: AbortSignal,
): Promise<PlayOffer> {
  const response = await request("/api/plays", jsonPost({ mainIds, attributes }, signal));
  return (await response.json()) as PlayOffer;
}

/** Which attributes would matter for a play of these videos. */
export async function askConditions(
  mainIds: readonly string[],
  signal?: AbortSignal,
): Promise<(keyof ViewerAttributes)[]> {
  const response = await request("/api/plays/conditions", jsonPost({ mainIds }, signal));
  return ((await response.json()) as { attributes: (keyof ViewerAttributes)[] }).attributes;
}

/** Goes along the sequence; 409 out of a CM that has time to go. */
export async function movePlay(playId: string, move: PlayMove, signal?: AbortSignal): Promise<PlayPlace> {
  return (await (await request(`/api/plays/${playId}/moves`, jsonPost(move, signal))).json()) as PlayPlace;
}

/** Where a play stands. */
export async function fetchPlace(playId: string, signal?: AbortSignal): Promise<PlayPlace> {
  return (await (await request(`/api/plays/${playId}`, optionalSignal(signal))).json()) as PlayPlace;
}

/** Tells that the player goes away; works while a page is being closed. */
export function closePlay(playId: string): void {
  const move = new Blob([JSON.stringify({ kind: "close" } satisfies PlayMove)], { type: "application/json" });
  navigator.sendBeacon(`/api/plays/${playId}/moves`, move);
}

/** The ticket that an answer brought along. */
export const ticketOf = (response: Response): string | undefined => response.headers.get("cmix-ticket") ?? undefined;

/** The CM at the play's place; its answer brings the ticket for the secret. @param range `bytes=…` */
export async function fetchCm(url: string, signal?: AbortSignal, range?: string): Promise<Response> {
  return request(url, { ...optionalSignal(signal), ...(range === undefined ? {} : { headers: { range } }) });
}

/** Units from the ticket's place on; the answer brings the next ticket. */
export async function fetchUnits(
  playId: string,
  ticket: string,
  most: number,
  signal?: AbortSignal,
): Promise<Response> {
  const headers = { "cmix-ticket": ticket };
  return request(`/api/plays/${playId}/units?most=${most}`, { headers, ...optionalSignal(signal) });
}

/** A ticket at a place that needs no seek; 409 `seek_first` elsewhere. */
export async function postTicket(playId: string, segment: number | "start", signal?: AbortSignal): Promise<string> {
  const response = await request(`/api/plays/${playId}/tickets`, jsonPost({ segment }, signal));
  return ((await response.json()) as { ticket: string }).ticket;
}

/** Moves within the video. @returns a ticket for there */
export async function postSeek(playId: string, segment: number, signal?: AbortSignal): Promise<string> {
  const response = await request(`/api/plays/${playId}/seek`, jsonPost({ segment }, signal));
  return ((await response.json()) as { ticket: string }).ticket;
}

/** @returns the secret of the video behind the CM, hexadecimal; 425 before the CM's end on the service's clock */
export async function postSecret(playId: string, ticket: string, signal?: AbortSignal): Promise<string> {
  const headers = { "cmix-ticket": ticket };
  const response = await request(`/api/plays/${playId}/secret`, { method: "POST", headers, ...optionalSignal(signal) });
  return ((await response.json()) as { secret: string }).secret;
}

/** Tells what was shown; an empty list tells that the player is still there. */
export async function postEvents(
  playId: string,
  events: readonly PlayEvent[],
  signal?: AbortSignal,
): Promise<EventOutcome[]> {
  const response = await request(`/api/plays/${playId}/events`, jsonPost({ events }, signal));
  return ((await response.json()) as { events: EventOutcome[] }).events;
}

/** No main is known by the name that was asked for: it was withdrawn, or never was. */
export const isGone = ({ error }: { error: Error }): boolean =>
  error instanceof CmixError && error.code === "delivery" && [400, 404, 410].includes(Number(error.details.status));
