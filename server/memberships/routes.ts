import type { OpenAPIHono } from "@hono/zod-openapi";
import { PRIVATE } from "../accounts/account-json.ts";
import { accountOf, guarded } from "../accounts/identity.ts";
import { addressKey, Rates } from "../accounts/rates.ts";
import { ACCOUNT_ROLES } from "../accounts/roles.ts";
import { defineRoute } from "../http/route.ts";
import { json, jsonBody, refusals } from "../http/schemas.ts";
import { findVideo, maySee } from "../library/find-video.ts";
import { partViewers } from "../library/restricted-parts.ts";
import { Refusal } from "../refusal.ts";
import type { MembershipDeps } from "./deps.ts";
import { entryToJson, membershipOf, otherWish, tooFew } from "./membership-json.ts";
import * as schemas from "./schemas.ts";
import { hashVoucherCode } from "./voucher-code.ts";

const ownRoute = defineRoute({
  path: "/api/account/membership",
  summary: "Whether I am a premium member, my points, and what they buy",
  ...guarded("get", ACCOUNT_ROLES),
  responses: { 200: json(schemas.membershipSchema, "As it is now"), ...refusals(401) },
});

const pointsRoute = defineRoute({
  path: "/api/account/points",
  summary: "Where my points came from and went, newest first",
  ...guarded("get", ACCOUNT_ROLES),
  request: { query: schemas.pointsQuery },
  responses: { 200: json(schemas.pointsSchema, "At most 100"), ...refusals(400, 401) },
});

const spendRoute = defineRoute({
  path: "/api/account/spendings",
  summary: "Spend points for a video, a day or a month",
  ...guarded("post", ACCOUNT_ROLES),
  request: { headers: schemas.keyHeader, body: jsonBody(schemas.spendingSchema) },
  responses: {
    200: json(schemas.membershipSchema, "As it is now; the same for the same key"),
    ...refusals(400, 401, 403, 404, 409, 410, 413, 415),
  },
});

const partsRoute = defineRoute({
  method: "get",
  path: "/api/videos/{mainId}/parts",
  summary: "For whom parts of a video are, and whether those for premium members are mine",
  request: { params: schemas.videoParams },
  responses: { 200: json(schemas.videoPartsSchema, "They are, or null"), ...refusals(400) },
});

const redeemRoute = defineRoute({
  path: "/api/account/vouchers",
  summary: "Redeem a voucher",
  ...guarded("post", ACCOUNT_ROLES),
  request: { body: jsonBody(schemas.voucherCodeSchema) },
  responses: {
    200: json(schemas.redeemedSchema, "What it gave; the same to the same account again"),
    ...refusals(400, 401, 403, 404, 413, 415, 429),
  },
});

/** Membership as its owner has it. */
export function registerMemberships(app: OpenAPIHono, deps: MembershipDeps): void {
  const { memberships } = deps.store;
  const rates = new Rates(deps.limits.rates);

  app.openapi(ownRoute, async (c) => c.json(await membershipOf(deps, accountOf(c)), 200));

  app.openapi(pointsRoute, async (c) => {
    const entries = await memberships.entries(accountOf(c), c.req.valid("query").before);
    return c.json({ entries: entries.map(entryToJson) }, 200);
  });

  app.openapi(spendRoute, async (c) => {
    const wish = c.req.valid("json");
    const mainId = wish.product === "video" ? wish.mainId : null;
    if (mainId !== null) {
      const { slaveId } = await findVideo(deps, c.get("identity"), mainId);
      if (!partViewers(await deps.slaveReaders.open(slaveId)).includes("premium"))
        throw new Refusal("conflict", "nothing in this video is for premium members alone: everybody sees it");
    }
    const key = c.req.valid("header")["idempotency-key"];
    const outcome = await memberships.spend(accountOf(c), { product: wish.product, mainId, key, at: deps.now() });
    if (outcome === "unsold") throw new Refusal("conflict", "this is not sold for points here");
    if (outcome === "owned") throw new Refusal("conflict", "the video is yours already");
    if (outcome === "short") throw tooFew();
    if (outcome === "other") throw otherWish();
    return c.json(await membershipOf(deps, accountOf(c)), 200);
  });

  app.openapi(partsRoute, async (c) => {
    const { mainId } = c.req.valid("param");
    const video = await deps.store.videos.byMain(mainId);
    const identity = c.get("identity");
    if (video === undefined || !maySee(video, identity)) return c.json(null, 200);
    const viewers = partViewers(await deps.slaveReaders.open(video.slaveId));
    const accountId = identity?.accountId;
    const premium =
      accountId !== undefined &&
      (video.ownerId === accountId || (await memberships.isPremium(accountId, mainId, deps.now())));
    c.header("Cache-Control", PRIVATE);
    return c.json({ viewers, price: (await memberships.rules()).prices.video, premium }, 200);
  });

  app.openapi(redeemRoute, async (c) => {
    const address = addressKey(c.get("client").address);
    const tries = [
      ["voucher", accountOf(c)],
      ["voucherAddress", address],
    ] as const;
    for (const [what, key] of tries) await rates.take(what, key);
    const given = await memberships.redeem(accountOf(c), hashVoucherCode(c.req.valid("json").code), deps.now());
    if (given === undefined)
      throw new Refusal("not_found", "this code is not good: it is mistyped, was used, is over or was taken back");
    for (const [what, key] of tries) await rates.giveBack(what, key);
    return c.json(given, 200);
  });
}
