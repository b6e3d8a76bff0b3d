import { randomUUID } from "node:crypto";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AccessLog } from "../accounts/access-log.ts";
import { accountOf, guarded } from "../accounts/identity.ts";
import { defineRoute } from "../http/route.ts";
import { dateOf, json, jsonBody, refusals } from "../http/schemas.ts";
import { Refusal } from "../refusal.ts";
import type { MembershipDeps } from "./deps.ts";
import { membershipOf, otherWish, tooFew } from "./membership-json.ts";
import * as schemas from "./schemas.ts";
import { hashVoucherCode, newVoucherCode } from "./voucher-code.ts";

const rulesRoute = defineRoute({
  path: "/api/admin/point-rules",
  summary: "How points are earned, and what they buy",
  ...guarded("get", ["administrator"]),
  responses: { 200: json(schemas.rulesSchema, "The rules"), ...refusals(401, 403) },
});

const putRulesRoute = defineRoute({
  path: "/api/admin/point-rules",
  summary: "Set the rules; what was earned and bought stays",
  ...guarded("put", ["administrator"]),
  request: { body: jsonBody(schemas.rulesSchema) },
  responses: { 200: json(schemas.rulesSchema, "The rules"), ...refusals(400, 401, 403, 413, 415) },
});

const ofAccountRoute = defineRoute({
  path: "/api/admin/accounts/{accountId}/membership",
  summary: "An account's membership",
  ...guarded("get", ["administrator"]),
  request: { params: schemas.accountParams },
  responses: { 200: json(schemas.membershipSchema, "As it is now"), ...refusals(400, 401, 403, 404) },
});

const grantRoute = defineRoute({
  path: "/api/admin/accounts/{accountId}/grants",
  summary: "Give an account membership for some days, points, or both",
  ...guarded("post", ["administrator"]),
  request: { params: schemas.accountParams, headers: schemas.keyHeader, body: jsonBody(schemas.grantSchema) },
  responses: {
    200: json(schemas.membershipSchema, "As it is now; the same for the same key"),
    ...refusals(400, 401, 403, 404, 409, 413, 415),
  },
});

const endRoute = defineRoute({
  path: "/api/admin/accounts/{accountId}/periods/{number}",
  summary: "End a period of an account's membership now",
  ...guarded("delete", ["administrator"]),
  request: { params: schemas.periodParams },
  responses: { 204: { description: "Ended" }, ...refusals(400, 401, 403, 404) },
});

const vouchersRoute = defineRoute({
  path: "/api/admin/vouchers",
  summary: "Vouchers, the newest first",
  ...guarded("get", ["administrator"]),
  responses: { 200: json(schemas.voucherListSchema, "At most 500"), ...refusals(401, 403) },
});

const makeVouchersRoute = defineRoute({
  path: "/api/admin/vouchers",
  summary: "Make vouchers; each is good once",
  ...guarded("post", ["administrator"]),
  request: { body: jsonBody(schemas.newVouchersSchema) },
  responses: { 201: json(schemas.madeVouchersSchema, "Their codes"), ...refusals(400, 401, 403, 413, 415) },
});

const revokeRoute = defineRoute({
  path: "/api/admin/vouchers/{voucherId}",
  summary: "Take a voucher back that nobody redeemed",
  ...guarded("delete", ["administrator"]),
  request: { params: schemas.voucherParams },
  responses: { 204: { description: "Good for nothing any more" }, ...refusals(400, 401, 403, 404) },
});

/** Rules, grants and vouchers: the administrator's. */
export function registerMembershipAdmin(app: OpenAPIHono, deps: MembershipDeps, log: AccessLog): void {
  const { memberships, accounts } = deps.store;

  /** @throws Refusal not_found */
  async function mustExist(accountId: string): Promise<void> {
    const account = await accounts.byId(accountId);
    if (account === undefined || account.status === "deleted")
      throw new Refusal("not_found", `there is no account ${accountId}`, { accountId });
  }

  app.openapi(rulesRoute, async (c) => c.json(await memberships.rules(), 200));

  app.openapi(putRulesRoute, async (c) => {
    const rules = c.req.valid("json");
    await memberships.putRules(rules, deps.now());
    return c.json(rules, 200);
  });

  app.openapi(ofAccountRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    await mustExist(accountId);
    return c.json(await membershipOf(deps, accountId), 200);
  });

  app.openapi(grantRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    await mustExist(accountId);
    const key = c.req.valid("header")["idempotency-key"];
    const { days, points } = c.req.valid("json");
    const outcome = await memberships.grant({ accountId, days, points, by: accountOf(c), key, at: deps.now() });
    if (outcome === "short") throw tooFew();
    if (outcome === "other") throw otherWish();
    if (outcome === "done") await log.add("membership_granted", accountId, c.get("client").address, accountOf(c));
    return c.json(await membershipOf(deps, accountId), 200);
  });

  app.openapi(endRoute, async (c) => {
    const { accountId, number } = c.req.valid("param");
    if (!(await memberships.endPeriod(accountId, Number(number), deps.now())))
      throw new Refusal("not_found", "this account has no such period that goes on");
    await log.add("membership_ended", accountId, c.get("client").address, accountOf(c));
    return c.body(null, 204);
  });

  app.openapi(vouchersRoute, async (c) => {
    const vouchers = (await memberships.vouchers()).map(({ id, madeAt, expiresAt, redeemed, revokedAt, ...same }) => ({
      ...same,
      voucherId: id,
      made: new Date(madeAt).toISOString(),
      expires: new Date(expiresAt).toISOString(),
      redeemed: redeemed && { ...redeemed, at: new Date(redeemed.at).toISOString() },
      revoked: dateOf(revokedAt),
    }));
    return c.json({ vouchers }, 200);
  });

  app.openapi(makeVouchersRoute, async (c) => {
    const { count, days, points, note, expires } = c.req.valid("json");
    const [at, by] = [deps.now(), accountOf(c)];
    const codes = Array.from({ length: count }, newVoucherCode);
    const same = { days, points, note, madeAt: at, expiresAt: Date.parse(expires), redeemed: null, revokedAt: null };
    await memberships.addVouchers(
      codes.map((code) => ({ ...same, by, id: randomUUID(), codeHash: hashVoucherCode(code) })),
    );
    return c.json({ codes }, 201);
  });

  app.openapi(revokeRoute, async (c) => {
    if (!(await memberships.revokeVoucher(c.req.valid("param").voucherId, deps.now())))
      throw new Refusal("not_found", "there is no such voucher that is good");
    return c.body(null, 204);
  });
}
