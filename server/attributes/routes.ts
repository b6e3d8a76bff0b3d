import type { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AccessLog } from "../accounts/access-log.ts";
import { accountOf, guarded } from "../accounts/identity.ts";
import { Rates } from "../accounts/rates.ts";
import { ACCOUNT_ROLES } from "../accounts/roles.ts";
import { defineRoute } from "../http/route.ts";
import { json, jsonBody, refusals } from "../http/schemas.ts";
import { Refusal } from "../refusal.ts";
import { hashToken, newToken } from "../security/session-token.ts";
import { SERVICE } from "./certified.ts";
import { byCertifier } from "./certifier-token.ts";
import type { AttributeDeps } from "./deps.ts";
import type { AttributeName } from "./names.ts";
import * as schemas from "./schemas.ts";
import type { Attribute } from "./store.ts";

const ownRoute = defineRoute({
  path: "/api/account/attributes",
  summary: "What is certified of me, or waits for it, and who asks for what",
  ...guarded("get", ACCOUNT_ROLES),
  responses: { 200: json(schemas.ownAttributesSchema, "All that is stored of it"), ...refusals(401) },
});

const answerRoute = defineRoute({
  path: "/api/account/attribute-requests/{number}",
  summary: "Agree that one asker has an attribute of mine, or refuse, then or later",
  ...guarded("patch", ACCOUNT_ROLES),
  request: { params: schemas.requestParams, body: jsonBody(schemas.answerSchema) },
  responses: { 204: { description: "Answered" }, ...refusals(400, 401, 403, 404, 413, 415) },
});

const removeRoute = defineRoute({
  path: "/api/account/attributes/{name}",
  summary: "Take an attribute back, and with it every agreement to it",
  ...guarded("delete", ACCOUNT_ROLES),
  request: { params: schemas.attributeParams },
  responses: { 204: { description: "Gone" }, ...refusals(400, 401, 403, 404) },
});

const askRoute = defineRoute({
  path: "/api/attribute-requests",
  summary: "Ask a viewer for an attribute, once; an administrator asks for the service",
  ...guarded("post", ["provider", "administrator"]),
  request: { body: jsonBody(schemas.newRequestSchema) },
  responses: {
    201: { description: "The viewer finds it in the account" },
    ...refusals(400, 401, 403, 404, 409, 413, 415, 429),
  },
});

const askedRoute = defineRoute({
  path: "/api/attribute-requests",
  summary: "What I asked for, newest first, and what was agreed to and certified",
  ...guarded("get", ["provider", "administrator"]),
  request: { query: schemas.requestQuery },
  responses: { 200: json(schemas.requestListSchema, "At most 100"), ...refusals(400, 401, 403) },
});

const claims = json(schemas.claimListSchema, "At most 100, those that wait longest first");
const decision = { params: schemas.claimParams, body: jsonBody(schemas.certificationSchema) };
const decided = { 204: { description: "Certified, or removed" }, ...refusals(400, 401, 403, 404, 409, 413, 415) };

const claimsRoute = defineRoute({
  path: "/api/admin/attribute-claims",
  summary: "What viewers told and is to be certified",
  ...guarded("get", ["administrator"]),
  responses: { 200: claims, ...refusals(401, 403) },
});

const certifyRoute = defineRoute({
  path: "/api/admin/attribute-claims/{accountId}/{name}",
  summary: "Certify what a viewer told, or not",
  ...guarded("put", ["administrator"]),
  request: decision,
  responses: decided,
});

const certifierClaimsRoute = defineRoute({
  ...byCertifier,
  method: "get",
  path: "/api/certifier/claims",
  summary: "The same for a certifier's program",
  responses: { 200: claims, ...refusals(401) },
});

const certifierCertifyRoute = defineRoute({
  ...byCertifier,
  method: "put",
  path: "/api/certifier/claims/{accountId}/{name}",
  summary: "The same for a certifier's program",
  request: decision,
  responses: decided,
});

const certifiersRoute = defineRoute({
  path: "/api/admin/certifiers",
  summary: "Programs that certify, by a token",
  ...guarded("get", ["administrator"]),
  responses: { 200: json(schemas.certifierListSchema, "All of them"), ...refusals(401, 403) },
});

const addCertifierRoute = defineRoute({
  path: "/api/admin/certifiers",
  summary: "Give a program a token to certify with",
  ...guarded("post", ["administrator"]),
  request: { body: jsonBody(schemas.newCertifierSchema) },
  responses: { 201: json(schemas.madeCertifierSchema, "Made"), ...refusals(400, 401, 403, 413, 415) },
});

const removeCertifierRoute = defineRoute({
  path: "/api/admin/certifiers/{certifierId}",
  summary: "Take a certifier's token away; what it certified stays",
  ...guarded("delete", ["administrator"]),
  request: { params: schemas.certifierParams },
  responses: { 204: { description: "Its token opens nothing any more" }, ...refusals(400, 401, 403, 404) },
});

/** The certifying engine (Cmix patent, claim 10): who asks, the viewer's answer, and who certifies. */
export function registerAttributes(app: OpenAPIHono, deps: AttributeDeps, log: AccessLog): void {
  const { attributes, accounts } = deps.store;
  const rates = new Rates(deps.limits.rates);
  const addressOf = (c: Context) => c.get("client").address;
  const askerOf = (c: Context) => (c.get("identity")?.role === "administrator" ? SERVICE : accountOf(c));

  app.openapi(ownRoute, async (c) => {
    const [kept, requests] = [await attributes.of(accountOf(c)), await attributes.requestsTo(accountOf(c))];
    return c.json(
      {
        attributes: kept.map(attributeToJson),
        requests: requests.map(({ number, name, purpose, at, isAgreed, asker }) => ({
          ...{ number, name, purpose, asker },
          at: new Date(at).toISOString(),
          agreed: isAgreed,
        })),
      },
      200,
    );
  });

  app.openapi(answerRoute, async (c) => {
    const { agreed: isAgreed, value } = c.req.valid("json");
    const number = Number(c.req.valid("param").number);
    const asked = (await attributes.requestsTo(accountOf(c))).find((request) => request.number === number);
    if (asked !== undefined && value !== undefined) mustFit(asked.name, value);
    const told = isAgreed ? value : undefined;
    const result = await attributes.answer(number, accountOf(c), { isAgreed, told, at: deps.now() });
    if (result === "missing") throw new Refusal("not_found", "nobody asked this account that");
    if (result === "value")
      throw new Refusal("bad_request", "json.value: tell the value that is to be certified", { place: "json.value" });
    await log.add(isAgreed ? "attribute_agreed" : "attribute_refused", accountOf(c), addressOf(c));
    return c.body(null, 204);
  });

  app.openapi(removeRoute, async (c) => {
    if (!(await attributes.remove(accountOf(c), c.req.valid("param").name)))
      throw new Refusal("not_found", "no such attribute is kept with this account");
    await log.add("attribute_removed", accountOf(c), addressOf(c));
    return c.body(null, 204);
  });

  app.openapi(askRoute, async (c) => {
    const wanted = c.req.valid("json");
    await rates.take("attributeRequest", accountOf(c));
    const status = (await accounts.byId(wanted.accountId))?.status;
    if (status !== "active" && status !== "pending")
      throw new Refusal("not_found", `there is no account ${wanted.accountId}`, { accountId: wanted.accountId });
    if (!(await attributes.ask({ ...wanted, askerId: askerOf(c), at: deps.now() })))
      throw new Refusal("conflict", "this viewer was asked for it before: the answer stands among the requests");
    await log.add("attribute_asked", wanted.accountId, addressOf(c), accountOf(c));
    return c.body(null, 201);
  });

  app.openapi(askedRoute, async (c) => {
    const found = await attributes.requestsBy(askerOf(c), c.req.valid("query").before);
    const requests = found.map(({ number, accountId, name, purpose, at, isAgreed, value }) => ({
      ...{ number, accountId, name, purpose },
      at: new Date(at).toISOString(),
      agreed: isAgreed,
      value: value ?? null,
    }));
    return c.json({ requests }, 200);
  });

  const listClaims = async () => ({
    claims: (await attributes.waiting()).map(({ accountId, name, value, toldAt }) => ({
      ...{ accountId, name, value },
      toldAt: new Date(toldAt).toISOString(),
    })),
  });

  /** @param by an administrator's account, or a certifier's name */
  async function certify(
    c: Context,
    claim: z.infer<typeof schemas.claimParams>,
    { value, certified: isCertified }: z.infer<typeof schemas.certificationSchema>,
    by: string,
  ): Promise<void> {
    mustFit(claim.name, value);
    if (!(await attributes.certify({ ...claim, value, isCertified, by, at: deps.now() })))
      throw new Refusal("conflict", "this value does not wait for it: load the list again");
    await log.add(isCertified ? "attribute_certified" : "attribute_rejected", claim.accountId, addressOf(c), by);
  }

  app.openapi(claimsRoute, async (c) => c.json(await listClaims(), 200));

  app.openapi(certifyRoute, async (c) => {
    await certify(c, c.req.valid("param"), c.req.valid("json"), accountOf(c));
    return c.body(null, 204);
  });

  app.use("/api/certifier/*", async (c, next) => {
    c.set("certifiers", attributes);
    await next();
  });

  app.openapi(certifierClaimsRoute, async (c) => c.json(await listClaims(), 200));

  app.openapi(certifierCertifyRoute, async (c) => {
    await certify(c, c.req.valid("param"), c.req.valid("json"), c.get("certifier").name);
    return c.body(null, 204);
  });

  app.openapi(certifiersRoute, async (c) => {
    const found = await attributes.certifiers();
    return c.json({ certifiers: found.map(certifierToJson) }, 200);
  });

  app.openapi(addCertifierRoute, async (c) => {
    const [token, certifier] = [
      newToken(),
      { id: hashToken(newToken()).slice(0, 12), name: c.req.valid("json").name, createdAt: deps.now() },
    ];
    await attributes.addCertifier(certifier, hashToken(token));
    return c.json({ ...certifierToJson(certifier), token }, 201);
  });

  app.openapi(removeCertifierRoute, async (c) => {
    if (!(await attributes.removeCertifier(c.req.valid("param").certifierId)))
      throw new Refusal("not_found", "there is no such certifier");
    return c.body(null, 204);
  });
}

/** @throws Refusal bad_request */
function mustFit(name: AttributeName, value: string): void {
  if (name !== "age" || (/^\d{1,3}$/.test(value) && Number(value) <= 150)) return;
  throw new Refusal("bad_request", "json.value: an age is a number of years from 0 to 150", { place: "json.value" });
}

/** As the owner sees it. */
export const attributeToJson = ({ name, value, toldAt, certified }: Attribute): schemas.Attribute => ({
  ...{ name, value },
  toldAt: new Date(toldAt).toISOString(),
  certified: certified && { ...certified, at: new Date(certified.at).toISOString() },
});

const certifierToJson = ({ id, name, createdAt }: { id: string; name: string; createdAt: number }) => ({
  certifierId: id,
  name,
  createdAt: new Date(createdAt).toISOString(),
});
