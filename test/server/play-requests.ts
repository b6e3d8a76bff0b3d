/** What a player asks of a server, one request at a time. */

import { readFile } from "node:fs/promises";
import { concatBytes, fromHex, sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { sha256 } from "../../codec/crypto/primitives.ts";
import { cryptUnit } from "../../codec/protect/delivery.ts";
import { type Kernels, loadKernels } from "../../codec/wasm/load-kernels.ts";
import { type ErrorBody, post, type TestServer, WASM_PATH } from "./harness.ts";

export interface CmOffer {
  id: string;
  durationSeconds: number;
  bytes: number;
  sha256: string;
  url: string;
  type: string;
  title: string;
  sponsor: string;
  link: string;
}

export type Place =
  | { kind: "cm" | "video"; number: number; cm: CmOffer; ticket?: string }
  | { kind: "over"; number?: undefined; cm?: undefined; ticket?: undefined };

export interface OpenPlay {
  playId: string;
  /** The session's, as a browser sends it. */
  cookie: string;
  videos: { mainId: string; slaveId: string; segments: number; durationSeconds: number }[];
  owed: boolean;
  place: Place;
  /** Of the first video. */
  slaveId: string;
  segments: number;
  durationSeconds: number;
  /** The first. */
  cm: CmOffer;
}

export interface PlayOptions {
  attributes?: object;
  /** A session that is there already. */
  cookie?: string;
}

export async function openTestPlay(
  server: Pick<TestServer, "url">,
  mainIds: string | string[],
  { attributes, cookie }: PlayOptions = {},
): Promise<OpenPlay> {
  const answer = await post(
    `${server.url}/api/plays`,
    { mainIds: [mainIds].flat(), ...(attributes && { attributes }) },
    cookie === undefined ? {} : { Cookie: cookie },
  );
  if (answer.status !== 201) throw new Error(`play: ${answer.status} ${await answer.text()}`);
  const play = (await answer.json()) as Pick<OpenPlay, "playId" | "videos" | "owed" | "place">;
  const given = answer.headers.get("Set-Cookie")?.split(";")[0];
  const [video] = play.videos;
  if (video === undefined || play.place.cm === undefined) throw new Error("a play without a video");
  return { ...play, ...video, cm: play.place.cm, cookie: cookie ?? given ?? "" };
}

/** A request of the play's own session; `body` makes it a POST. */
export function askPlay(
  server: Pick<TestServer, "url">,
  play: Pick<OpenPlay, "playId" | "cookie">,
  rest: string,
  {
    body,
    ticket,
    ...init
  }: Omit<RequestInit, "body"> & { body?: object | undefined; ticket?: string | undefined } = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Cookie", play.cookie);
  if (ticket !== undefined) headers.set("Cmix-Ticket", ticket);
  if (body !== undefined) headers.set("Content-Type", "application/json");
  return fetch(`${server.url}/api/plays/${play.playId}${rest}`, {
    ...init,
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
    headers,
  });
}

export async function moveTo(server: TestServer, play: OpenPlay, kind: string, number?: number): Promise<Place> {
  const answer = await askPlay(server, play, "/moves", { body: { kind, ...(number !== undefined && { number }) } });
  if (answer.status !== 200) throw new Error(`move: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Place;
}

/** A ticket that was given for a place. */
export async function ticketAt(server: TestServer, play: OpenPlay, segment: number | "start"): Promise<string> {
  const answer = await askPlay(server, play, "/tickets", { body: { segment } });
  if (answer.status !== 200) throw new Error(`ticket: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { ticket: string }).ticket;
}

/** The ticket for the secret, which comes with the CM; all of the CM is fetched. */
export async function secretTicket(server: Pick<TestServer, "url">, play: OpenPlay): Promise<string> {
  const answer = await askPlay(server, play, "/cm");
  await answer.arrayBuffer();
  return answer.headers.get("Cmix-Ticket") ?? "";
}

/** Asks for the secret as a player does, with a ticket of its own. */
export async function askSecret(server: Pick<TestServer, "url">, play: OpenPlay, ticket?: string): Promise<Response> {
  return askPlay(server, play, "/secret", { method: "POST", ticket: ticket ?? (await secretTicket(server, play)) });
}

export interface Unit {
  number: number;
  bytes: Uint8Array;
}

export interface UnitsGot {
  status: number;
  units: Unit[];
  body: Uint8Array;
  /** Good for what comes behind. */
  next: string | null;
  error?: ErrorBody;
}

/** Asks for a ticket at a place and uses it. */
export async function getUnits(
  server: TestServer,
  play: OpenPlay,
  from: number | "start",
  most?: number,
): Promise<UnitsGot> {
  const asked = await askPlay(server, play, "/tickets", { body: { segment: from } });
  if (asked.status !== 200) return readUnits(asked);
  return spendTicket(server, play, ((await asked.json()) as { ticket: string }).ticket, most);
}

export async function spendTicket(
  server: TestServer,
  play: OpenPlay,
  ticket: string,
  most?: number,
): Promise<UnitsGot> {
  return readUnits(await askPlay(server, play, `/units${most === undefined ? "" : `?most=${most}`}`, { ticket }));
}

async function readUnits(answer: Response): Promise<UnitsGot> {
  const next = answer.headers.get("Cmix-Ticket");
  const nothing = { units: [], body: new Uint8Array(0), next };
  if (answer.status !== 200) return { ...nothing, status: answer.status, error: (await answer.json()) as ErrorBody };
  const body = new Uint8Array(await answer.arrayBuffer());
  return { status: 200, units: splitUnits(body), body, next };
}

let kernels: Promise<Kernels> | undefined;

/** What a player does once it has the secret. @param video its number in the play */
export async function decryptUnits(
  play: OpenPlay,
  secret: string,
  cm: Uint8Array,
  units: Unit[],
  { cmId = play.cm.id, video = 1 } = {},
): Promise<Uint8Array> {
  kernels ??= readFile(WASM_PATH).then((wasm) => loadKernels(wasm));
  const context = {
    playSecret: fromHex(secret),
    playId: fromHex(play.playId),
    slaveId: fromHex(play.videos[video - 1]?.slaveId ?? ""),
    layer: 0,
    cmId: fromHex(cmId),
    cmHash: await sha256(cm),
  };
  const plain: Uint8Array[] = [];
  for (const { number, bytes } of units)
    plain.push(await cryptUnit(await kernels, context, sourceFromBytes(cm), number, bytes));
  return concatBytes(...plain);
}

/** Watches the CM at the play's place to its end: asks for it, then lets the server's clock run. */
export async function watchCm(server: TestServer, play: OpenPlay, cm: CmOffer = play.cm): Promise<Uint8Array> {
  const bytes = new Uint8Array(await (await askPlay(server, play, "/cm")).arrayBuffer());
  server.advance(cm.durationSeconds);
  return bytes;
}

export function splitUnits(body: Uint8Array): Unit[] {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const units: Unit[] = [];
  for (let offset = 0; offset < body.length; ) {
    const length = view.getUint32(offset + 4);
    if (offset + 8 + length > body.length) throw new Error(`unit cut at byte ${offset}`);
    units.push({ number: view.getUint32(offset), bytes: body.subarray(offset + 8, offset + 8 + length) });
    offset += 8 + length;
  }
  return units;
}
