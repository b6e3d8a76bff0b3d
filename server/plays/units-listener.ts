/**
 * `GET /api/plays/{playId}/units` on node:http itself. Each viewer asks it once a second: a Request, a Response and their streams would
 * cost more than all of its work. Sessions, schemas, headers, refusals and counts are the other routes'.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import type { z } from "@hono/zod-openapi";
import { type Identity, tokenIn } from "../accounts/identity.ts";
import { Sessions } from "../accounts/sessions.ts";
import { notUnderstood, refusalOf } from "../http/answer-error.ts";
import { countAnswer, UNITS_ROUTE } from "../http/request-log.ts";
import { securityHeadersOf } from "../http/security-headers.ts";
import { hashToken } from "../security/session-token.ts";
import type { PlayDeps } from "./deps.ts";
import type { PlayUnits } from "./play-units.ts";
import { unitsRoute } from "./route-definitions.ts";
import { PRIVATE, TICKET_HEADER } from "./routes.ts";
import { eachUnit, gatherUnits, RightEnded } from "./unit-stream.ts";

const URL_PATTERN = /^\/api\/plays\/([^/?]+)\/units(?:\?(.*))?$/;
/** An answer up to this is made whole before it is sent. */
const GATHERED_BYTES = 256 << 10;
const { params, query, headers: ticketHeader } = unitsRoute.request;

/** @returns a function that answers requests for units, and tells of any other that it is not its own */
export function unitsListener(
  deps: PlayDeps,
  units: PlayUnits,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const sessions = new Sessions(deps.store.sessions, deps.now);
  const lasting = lastingHeaders(deps);
  /** Of each connection: a viewer's brings the same cookies again. */
  const known = new WeakMap<
    Socket,
    { isSecure: boolean; cookies: string | undefined; tokenHash: string | undefined }
  >();

  async function identityOf({ headers, socket }: IncomingMessage): Promise<Identity | undefined> {
    const isSecure = deps.clients.isSecure(socket.remoteAddress, headers["x-forwarded-proto"]?.toString());
    let last = known.get(socket);
    if (last?.isSecure !== isSecure || last.cookies !== headers.cookie) {
      const token = tokenIn(headers.cookie, isSecure);
      last = { isSecure, cookies: headers.cookie, tokenHash: token && hashToken(token) };
      known.set(socket, last);
    }
    return last.tokenHash === undefined ? undefined : sessions.findByHash(last.tokenHash);
  }

  async function answer(request: IncomingMessage, response: ServerResponse, id: string, search: string) {
    const start = performance.now();
    const count = () => countAnswer(deps, request.method ?? "", UNITS_ROUTE, response.statusCode, start);
    try {
      const { playId } = fitting("param", params, { playId: id });
      const [first, ...more] = new URLSearchParams(search).getAll("most");
      const { most } = fitting("query", query, { most: more.length === 0 ? first : [first, ...more] });
      const { "cmix-ticket": ticket = "" } = fitting("header", ticketHeader, request.headers);
      const viewer = await identityOf(request);
      const play = await units.plays.find(playId, viewer);
      const { bytes, source, numbers, next, isStillOwn } = await units.units(
        play,
        viewer,
        ticket,
        most === undefined ? undefined : Number(most),
      );
      const own = [
        "Content-Type",
        "application/octet-stream",
        "Content-Length",
        String(bytes),
        "Cache-Control",
        PRIVATE,
      ];
      if (next !== undefined) own.push(TICKET_HEADER, next);
      const whole = bytes <= GATHERED_BYTES ? await gatherUnits(source, numbers) : undefined;
      response.writeHead(200, [...lasting(), ...own]);
      count();
      if (whole !== undefined) {
        response.cork(); // one write to the socket
        for (const part of whole) response.write(part);
        response.end();
      } else await pipeline(eachUnit(source, numbers, isStillOwn, deps.now), response);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE") return; // the viewer went away
      if (error instanceof RightEnded) return; // pipeline has closed the connection: the player asks anew
      const { status, retryAfter, body } = refusalOf(error as Error, deps.log);
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const text = JSON.stringify(body);
      const own = ["Content-Type", "application/json", "Content-Length", String(Buffer.byteLength(text))];
      if (retryAfter !== undefined) own.push("Retry-After", retryAfter);
      response.writeHead(status, [...lasting(), ...own]).end(text);
      count();
    }
  }

  return (request, response) => {
    const [isUnits, id = "", search = ""] = URL_PATTERN.exec(request.url ?? "") ?? [];
    if (isUnits === undefined || (request.method !== "GET" && request.method !== "HEAD")) return false;
    void answer(request, response, id, search);
    return true;
  };
}

/** Headers of every answer, names and values in turn; made anew only when a provider's server comes or goes. */
function lastingHeaders({ mainOrigins }: PlayDeps): () => string[] {
  let origins: readonly string[] | undefined;
  let made: string[] = [];
  return () => {
    if (origins !== mainOrigins.current) {
      origins = mainOrigins.current;
      made = Object.entries(securityHeadersOf(origins)).flat();
    }
    return made;
  };
}

/** @throws Refusal bad_request */
function fitting<T extends z.ZodType>(target: string, schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw notUnderstood(target, result.error.issues[0]);
  return result.data;
}
