import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { defineRoute } from "../http/route.ts";
import { given, json, jsonBody, refusals } from "../http/schemas.ts";
import { accessToJson, accountToJson, divisionToJson, PRIVATE } from "./account-json.ts";
import { type AccountService, NO_BUSINESS } from "./account-service.ts";
import type { AccountDeps } from "./deps.ts";
import { accountOf, guarded, rememberBrowser, signInHere, takeSession } from "./identity.ts";
import { ACCOUNT_ROLES } from "./roles.ts";
import * as schemas from "./schemas.ts";

const registerRoute = defineRoute({
  method: "post",
  path: "/api/accounts",
  summary: "Make an account, and sign in with it",
  description: "Providers and sponsors have a viewer's rights until the administrator approves them.",
  request: { body: jsonBody(schemas.registrationSchema) },
  responses: { 201: json(schemas.accountSchema, "Made"), ...refusals(400, 403, 409, 413, 415, 429) },
});

const firstRoute = defineRoute({
  method: "post",
  path: "/api/first-administrator",
  summary: "Make the first administrator's account by the link printed at the server's start; once",
  request: {
    body: jsonBody(schemas.firstAdministratorSchema),
  },
  responses: {
    201: json(schemas.accountSchema, "Made, and signed in"),
    ...refusals(400, 403, 404, 409, 413, 415, 429),
  },
});

const newPasswordRoute = defineRoute({
  method: "post",
  path: "/api/new-password",
  summary: "Set a new password by a link from the administrator or a mail; once",
  request: {
    body: jsonBody(schemas.newPasswordSchema),
  },
  responses: {
    204: { description: "Set; every session of the account is over" },
    ...refusals(400, 403, 404, 413, 415, 429),
  },
});

const forgottenRoute = defineRoute({
  method: "post",
  path: "/api/forgotten-password",
  summary: "Have a link to a new password by mail; known and unknown e-mail addresses get the same answer",
  request: { body: jsonBody(schemas.forgottenPasswordSchema) },
  responses: {
    202: { description: "If an account has this e-mail address, a mail is on its way" },
    ...refusals(400, 403, 404, 413, 415, 429),
  },
});

const ownRoute = defineRoute({
  path: "/api/account",
  summary: "My own data",
  ...guarded("get", ACCOUNT_ROLES),
  responses: { 200: json(schemas.accountSchema, "All that is stored of it"), ...refusals(401) },
});

const exportRoute = defineRoute({
  path: "/api/account/export",
  summary: "All that the service keeps under my account, as a file",
  ...guarded("get", ACCOUNT_ROLES),
  responses: { 200: json(schemas.accountExportSchema, "Of all domains"), ...refusals(401) },
});

const changeRoute = defineRoute({
  path: "/api/account",
  summary: "Change my own data",
  ...guarded("patch", ACCOUNT_ROLES),
  request: {
    body: jsonBody(schemas.accountChangeSchema),
  },
  responses: { 200: json(schemas.accountSchema, "Changed"), ...refusals(400, 401, 403, 409, 413, 415, 429) },
});

const passwordRoute = defineRoute({
  path: "/api/account/password",
  summary: "Change my password; every other session of the account ends",
  ...guarded("put", ACCOUNT_ROLES),
  request: {
    body: jsonBody(schemas.passwordChangeSchema),
  },
  responses: { 204: { description: "Changed" }, ...refusals(400, 401, 403, 413, 415, 429) },
});

const deleteRoute = defineRoute({
  path: "/api/account/deletion",
  summary: "Delete my account and all personal data in it",
  ...guarded("post", ACCOUNT_ROLES),
  request: { body: jsonBody(schemas.accountDeletionSchema) },
  responses: { 204: { description: "Deleted" }, ...refusals(400, 401, 403, 409, 413, 415, 429) },
});

const divisionsRoute = defineRoute({
  path: "/api/account/divisions",
  summary: "My own division log, newest first",
  ...guarded("get", ["provider", "administrator"]),
  request: { query: schemas.logQuery.pick({ before: true }) },
  responses: { 200: json(schemas.divisionLogSchema, "At most 100"), ...refusals(400, 401, 403) },
});

const accessRoute = defineRoute({
  path: "/api/account/access-log",
  summary: "What happened to my own account, newest first",
  ...guarded("get", ACCOUNT_ROLES),
  request: { query: schemas.logQuery.pick({ before: true }) },
  responses: { 200: json(schemas.accessLogSchema, "At most 100"), ...refusals(400, 401) },
});

export function registerAccounts(app: OpenAPIHono, { store }: AccountDeps, service: AccountService): void {
  const own = (c: Context) => service.account(accountOf(c));
  const addressOf = (c: Context) => c.get("client").address;

  app.use("/api/account/*", async (c, next) => {
    c.header("Cache-Control", PRIVATE);
    await next();
  });

  app.openapi(registerRoute, async (c) => {
    const account = await service.register({ ...NO_BUSINESS, ...c.req.valid("json") }, addressOf(c));
    await signInHere(c, account);
    return c.json(accountToJson(account), 201);
  });

  app.openapi(firstRoute, async (c) => {
    const { token, email, password } = c.req.valid("json");
    const account = await service.registerFirstAdministrator(token, email, password, addressOf(c));
    await signInHere(c, account);
    return c.json(accountToJson(account), 201);
  });

  app.openapi(newPasswordRoute, async (c) => {
    const { token, password } = c.req.valid("json");
    const accountId = await service.setPasswordByLink(token, password, addressOf(c));
    await c.get("sessions").endAll(accountId);
    rememberBrowser(c, accountId); // strangers' tries keep it from signing in no more
    return c.body(null, 204);
  });

  app.openapi(forgottenRoute, async (c) => {
    await service.mailPasswordLink(c.req.valid("json").email, addressOf(c));
    return c.body(null, 202);
  });

  app.openapi(ownRoute, async (c) => c.json(accountToJson(await own(c)), 200));

  app.openapi(exportRoute, async (c) => {
    const account = await own(c);
    c.header("Content-Disposition", `attachment; filename="cmix-${account.id}.json"`);
    const kept = (await store.accounts.personal(account.id)) as schemas.AccountExport["kept"];
    return c.json({ account: accountToJson(account), kept }, 200);
  });

  app.openapi(changeRoute, async (c) => {
    const { password, ...change } = c.req.valid("json");
    return c.json(accountToJson(await service.changeOwn(await own(c), given(change), password, addressOf(c))), 200);
  });

  app.openapi(passwordRoute, async (c) => {
    const { password, newPassword } = c.req.valid("json");
    const account = await own(c);
    await service.changePassword(account, password, newPassword, addressOf(c));
    await c.get("sessions").endAll(account.id);
    await signInHere(c, account, null);
    return c.body(null, 204);
  });

  app.openapi(deleteRoute, async (c) => {
    const account = await own(c);
    await service.deleteOwn(account, c.req.valid("json").password, addressOf(c));
    await c.get("sessions").endAll(account.id);
    takeSession(c);
    return c.body(null, 204);
  });

  app.openapi(accessRoute, async (c) => {
    const entries = await store.accountLogs.access({ accountId: accountOf(c), before: c.req.valid("query").before });
    return c.json({ entries: entries.map(accessToJson) }, 200);
  });

  app.openapi(divisionsRoute, async (c) => {
    const { id: accountId } = await own(c);
    const entries = await store.accountLogs.divisions({ accountId, before: c.req.valid("query").before });
    return c.json({ entries: entries.map(divisionToJson) }, 200);
  });
}
