/** Who makes a request, and whether that one may: for every route the same two helpers, {@link guarded} and {@link visitorOf}. */
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { parse } from "hono/utils/cookie";
import { Refusal } from "../refusal.ts";
import type { Client } from "../security/client.ts";
import { isCsrfOf } from "../security/session-token.ts";
import type { AccountDeps } from "./deps.ts";
import { KnownBrowsers } from "./known-browsers.ts";
import type { Role } from "./roles.ts";
import { type Identity, type NewSession, SESSION_HOURS, Sessions } from "./sessions.ts";
import type { NewSessionRecord } from "./store.ts";

export type { Identity } from "./sessions.ts";

declare module "hono" {
  interface ContextVariableMap {
    /** Undefined without a session. */
    identity: Identity | undefined;
    /** The session's token as the cookie brought it. */
    sessionToken: string | undefined;
    sessions: Sessions;
    knownBrowsers: KnownBrowsers;
    client: Client;
  }
}

export const CSRF_HEADER = "X-Cmix-CSRF";
/** With TLS the browser holds the cookie to this very host (RFC 6265bis, 4.1.3.2). */
export const COOKIE = { plain: "cmix", secure: "__Host-cmix" } as const;
/** The mark of {@link KnownBrowsers}, of the account that signed in last. */
const KNOWN_COOKIE = { plain: "cmix-known", secure: "__Host-cmix-known" } as const;
const KNOWN_DAYS = 180;
/** Of the player in another site's page: kept apart for each such site (CHIPS), and never an account's. */
export const EMBED_COOKIE = { plain: "cmix-embed", secure: "__Host-cmix-embed" } as const;
/** The embedded player says so; only scripts of this origin can send it without asking. */
const EMBED_HEADER = "X-Cmix-Embedded";

type Method = "get" | "post" | "put" | "patch" | "delete";

/**
 * Holds a route to accounts of some roles, and says so in /openapi.json. State-changing methods need the session's
 * CSRF token too.
 *
 * @param roles with "guest" every visitor who has a session
 * @returns to be spread into `defineRoute`
 */
export function guarded<const M extends Method>(method: M, roles: readonly Role[]) {
  const changes = method !== "get";
  const session = [...roles];
  return {
    method,
    security: [changes ? { session, csrf: [] } : { session }] as Record<string, string[]>[],
    middleware: requireRole(roles, changes),
  };
}

function requireRole(roles: readonly Role[], changes: boolean): MiddlewareHandler {
  return async (c, next) => {
    const [identity, token] = [c.get("identity"), c.get("sessionToken")];
    if (identity === undefined || token === undefined) throw signedOut();
    if (changes && !isCsrfOf(token, c.req.header(CSRF_HEADER)))
      throw new Refusal("forbidden", `the header ${CSRF_HEADER} is missing or wrong: GET /api/session tells its value`);
    if (!roles.includes(identity.role)) {
      if (identity.role === "guest") throw signedOut();
      throw new Refusal("forbidden", `this is for accounts of the kind ${roles.join(", ")}`, { role: identity.role });
    }
    await next();
  };
}

const signedOut = () => new Refusal("signed_out", "sign in first: POST /api/session");

/** Finds who asks; must run before every guarded route. */
export function identify(
  deps: Pick<AccountDeps, "now" | "clients" | "browserKey"> & { store: Pick<AccountDeps["store"], "sessions"> },
): MiddlewareHandler {
  const sessions = new Sessions(deps.store.sessions, deps.now);
  const knownBrowsers = new KnownBrowsers(deps.browserKey);
  return async (c, next) => {
    const client = deps.clients.find(c);
    const token = tokenIn(c.req.header("Cookie"), client.isSecure);
    c.set("client", client);
    c.set("sessions", sessions);
    c.set("knownBrowsers", knownBrowsers);
    c.set("sessionToken", token);
    const networkOf = (accountId: string) => knownBrowsers.networkOf(accountId, client.address);
    c.set("identity", token === undefined ? undefined : await sessions.find(token, networkOf));
    await next();
  };
}

/** The session's token. @param cookies the header Cookie */
export function tokenIn(cookies: string | undefined, isSecure: boolean): string | undefined {
  if (cookies === undefined) return undefined;
  const protection = isSecure ? "secure" : "plain";
  const found = parse(cookies);
  return found[COOKIE[protection]] ?? found[EMBED_COOKIE[protection]];
}

export interface Visitor {
  identity: Identity;
  /** Of who had no session: whoever needs it keeps the record, with what it is for, and then gives the browser its cookie. */
  begins: { record: NewSessionRecord; give(): void } | undefined;
}

/** Whoever asks; a visitor without a session is about to get one of the role "guest". */
export function visitorOf(c: Context): Visitor {
  const known = c.get("identity");
  if (known !== undefined) return { identity: known, begins: undefined };
  const { record, ...session } = c.get("sessions").prepare();
  const give = () =>
    c.req.header(EMBED_HEADER) === undefined ? giveSession(c, session) : giveEmbeddedSession(c, session);
  return { identity: session.identity, begins: { record, give } };
}

/** The account that asks; behind a guard that lets no visitor without one through. */
export function accountOf(c: Context): string {
  const accountId = c.get("identity")?.accountId;
  if (accountId === undefined) throw signedOut();
  return accountId;
}

/**
 * Signs an account in, whose password was right: the browser is known from then on.
 *
 * @param before the browser's session until now, which goes on where it is a visitor's; null: none
 */
export async function signInHere(
  c: Context,
  account: Parameters<Sessions["signIn"]>[0],
  before: Identity | null = c.get("identity") ?? null,
): Promise<void> {
  giveSession(c, await c.get("sessions").signIn(account, networkOf(c, account.id), before));
  rememberBrowser(c, account.id);
}

/** For who has proved to own the account, by its password or a link. */
export function rememberBrowser(c: Context, accountId: string): void {
  setLaxCookie(c, KNOWN_COOKIE, c.get("knownBrowsers").markOf(accountId), KNOWN_DAYS * 24);
}

/** What speaks for a browser that wants to sign in to an account: a mark of an earlier time, or that the account is signed in from its network. */
export async function acquaintanceOf(c: Context, accountId: string): Promise<"browser" | "network" | undefined> {
  if (isKnownBrowser(c, accountId)) return "browser";
  return (await c.get("sessions").isUsedFrom(accountId, networkOf(c, accountId))) ? "network" : undefined;
}

const networkOf = (c: Context, accountId: string): string =>
  c.get("knownBrowsers").networkOf(accountId, c.get("client").address);

function giveSession(c: Context, { token, identity }: NewSession): void {
  setLaxCookie(c, COOKIE, token, SESSION_HOURS);
  c.set("sessionToken", token);
  c.set("identity", identity);
}

function setLaxCookie(c: Context, names: Record<"plain" | "secure", string>, value: string, hours: number): void {
  const { isSecure } = c.get("client");
  setCookie(c, names[isSecure ? "secure" : "plain"], value, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: isSecure,
    maxAge: hours * 3600,
  });
}

/**
 * Inside of another site's page a browser sends no SameSite=Lax cookies, and keeps others only where they are partitioned by that site. They have to be
 * Secure: http reaches them on the machine itself only.
 */
function giveEmbeddedSession(c: Context, { token, identity }: NewSession): void {
  setCookie(c, EMBED_COOKIE[c.get("client").isSecure ? "secure" : "plain"], token, {
    path: "/",
    httpOnly: true,
    sameSite: "None",
    secure: true,
    partitioned: true,
    maxAge: SESSION_HOURS * 3600,
  });
  c.set("sessionToken", token);
  c.set("identity", identity);
}

function isKnownBrowser(c: Context, accountId: string): boolean {
  const given = getCookie(c, KNOWN_COOKIE[c.get("client").isSecure ? "secure" : "plain"]);
  return c.get("knownBrowsers").isMarkOf(accountId, given);
}

/** Takes the session that has ended from the browser. */
export function takeSession(c: Context): void {
  const { isSecure } = c.get("client");
  deleteCookie(c, isSecure ? COOKIE.secure : COOKIE.plain, { path: "/", secure: isSecure });
}
