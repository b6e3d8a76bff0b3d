/** The administrator's routes. */

import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { defineRoute } from "../http/route.ts";
import { json, jsonBody, refusals } from "../http/schemas.ts";
import { accessToJson, accountToJson, divisionToJson, PRIVATE } from "./account-json.ts";
import type { AccountService } from "./account-service.ts";
import type { AccountDeps } from "./deps.ts";
import { accountOf, guarded } from "./identity.ts";
import {
  accessLogSchema,
  accountAdministrationSchema,
  accountIdSchema,
  accountListSchema,
  accountSchema,
  accountSearchSchema,
  divisionLogSchema,
  logQuery,
  passwordLinkSchema,
} from "./schemas.ts";

const accountsRoute = defineRoute({
  path: "/api/admin/accounts",
  summary: "Accounts, by id",
  ...guarded("get", ["administrator"]),
  request: {
    query: accountSearchSchema,
  },
  responses: { 200: json(accountListSchema, "At most 100"), ...refusals(400, 401, 403) },
});

const changeRoute = defineRoute({
  path: "/api/admin/accounts/{accountId}",
  summary: "Approve, disable or enable an account, or give it another role",
  ...guarded("patch", ["administrator"]),
  request: {
    params: z.object({ accountId: accountIdSchema }),
    body: jsonBody(accountAdministrationSchema),
  },
  responses: { 200: json(accountSchema, "Changed"), ...refusals(400, 401, 403, 404, 409, 413, 415) },
});

const passwordLinkRoute = defineRoute({
  path: "/api/admin/accounts/{accountId}/password-link",
  summary: "A link that sets a new password for an account, once and within a day; whoever has it, has the account",
  ...guarded("post", ["administrator"]),
  request: { params: z.object({ accountId: accountIdSchema }) },
  responses: {
    201: json(passwordLinkSchema, "To be handed over"),
    ...refusals(400, 401, 403, 404),
  },
});

const accessRoute = defineRoute({
  path: "/api/admin/access-log",
  summary: "The access log, newest first",
  ...guarded("get", ["administrator"]),
  request: { query: logQuery },
  responses: { 200: json(accessLogSchema, "At most 100"), ...refusals(400, 401, 403) },
});

const divisionsRoute = defineRoute({
  path: "/api/admin/divisions",
  summary: "The division log of all accounts, newest first",
  ...guarded("get", ["administrator"]),
  request: { query: logQuery },
  responses: { 200: json(divisionLogSchema, "At most 100"), ...refusals(400, 401, 403) },
});

export function registerAdmin(app: OpenAPIHono, { store }: AccountDeps, service: AccountService): void {
  app.use("/api/admin/*", async (c, next) => {
    c.header("Cache-Control", PRIVATE);
    await next();
  });

  app.openapi(accountsRoute, async (c) => {
    const { q = "", after = "" } = c.req.valid("query");
    return c.json({ accounts: (await store.accounts.list(q, after)).map(accountToJson) }, 200);
  });

  app.openapi(changeRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const change = c.req.valid("json");
    const account = await service.administer(accountId, change, accountOf(c), c.get("client").address);
    if (account.status === "disabled") await c.get("sessions").endAll(accountId);
    return c.json(accountToJson(account), 200);
  });

  app.openapi(passwordLinkRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const { token, expiresAt } = await service.makePasswordLink(accountId, accountOf(c), c.get("client").address);
    return c.json({ path: `/new-password#${token}`, expiresAt: new Date(expiresAt).toISOString() }, 201);
  });

  app.openapi(accessRoute, async (c) =>
    c.json({ entries: (await store.accountLogs.access(c.req.valid("query"))).map(accessToJson) }, 200),
  );

  app.openapi(divisionsRoute, async (c) =>
    c.json({ entries: (await store.accountLogs.divisions(c.req.valid("query"))).map(divisionToJson) }, 200),
  );
}
