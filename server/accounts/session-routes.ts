import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { defineRoute } from "../http/route.ts";
import { json, jsonBody, refusals } from "../http/schemas.ts";
import { csrfOf } from "../security/session-token.ts";
import { accountToJson, PRIVATE } from "./account-json.ts";
import type { AccountService } from "./account-service.ts";
import type { AccountDeps } from "./deps.ts";
import { accountOf, acquaintanceOf, guarded, signInHere, takeSession } from "./identity.ts";
import { ACCOUNT_ROLES, ALL_ROLES } from "./roles.ts";
import { type Session, sessionSchema, signInSchema } from "./schemas.ts";

const getRoute = defineRoute({
  method: "get",
  path: "/api/session",
  summary: "Who am I; and the token for changes",
  responses: { 200: json(sessionSchema, "Never refused") },
});

const signInRoute = defineRoute({
  method: "post",
  path: "/api/session",
  summary: "Sign in by account id or e-mail address",
  request: {
    body: jsonBody(signInSchema),
  },
  responses: { 200: json(sessionSchema, "Signed in"), ...refusals(400, 401, 403, 413, 415, 429) },
});

const signOutRoute = defineRoute({
  path: "/api/session",
  summary: "Sign out here",
  ...guarded("delete", ALL_ROLES),
  responses: { 204: { description: "Signed out" }, ...refusals(401, 403) },
});

const signOutEverywhereRoute = defineRoute({
  path: "/api/sessions",
  summary: "Sign out in every browser",
  ...guarded("delete", ACCOUNT_ROLES),
  responses: { 204: { description: "Signed out" }, ...refusals(401, 403) },
});

export function registerSession(
  app: OpenAPIHono,
  service: AccountService,
  deps: Pick<AccountDeps, "guestPlaysPerDay" | "contact">,
): void {
  const { guestPlaysPerDay, contact } = deps;
  const about = { guestPlaysPerDay, contact, canMailPassword: service.canMailPassword };
  const addressOf = (c: Context) => c.get("client").address;

  async function sessionOf(c: Context): Promise<Session> {
    const [identity, token] = [c.get("identity"), c.get("sessionToken")];
    c.header("Cache-Control", PRIVATE);
    if (identity === undefined || token === undefined) return { role: "guest", csrf: null, account: null, ...about };
    const account = identity.accountId === undefined ? null : accountToJson(await service.account(identity.accountId));
    return { role: identity.role, csrf: csrfOf(token), account, ...about };
  }

  app.openapi(getRoute, async (c) => c.json(await sessionOf(c), 200));

  app.openapi(signInRoute, async (c) => {
    const { login, password } = c.req.valid("json");
    const account = await service.signIn(login, password, addressOf(c), (accountId) => acquaintanceOf(c, accountId));
    await signInHere(c, account);
    return c.json(await sessionOf(c), 200);
  });

  app.openapi(signOutRoute, async (c) => {
    const identity = c.get("identity");
    if (identity !== undefined) {
      await c.get("sessions").end(identity.sessionId);
      if (identity.accountId !== undefined) await service.log.add("signed_out", identity.accountId, addressOf(c));
    }
    takeSession(c);
    return c.body(null, 204);
  });

  app.openapi(signOutEverywhereRoute, async (c) => {
    const { id } = await service.account(accountOf(c));
    await c.get("sessions").endAll(id);
    await service.log.add("signed_out_everywhere", id, addressOf(c));
    takeSession(c);
    return c.body(null, 204);
  });
}
