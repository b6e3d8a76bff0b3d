import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { fromHex, isSignedBy, keyIdOf, readMarkRecord, toHex } from "../../codec/index.ts";
import { accountOf, guarded } from "../accounts/identity.ts";
import { defineRoute } from "../http/route.ts";
import { dateOf, json, jsonBody, refusals } from "../http/schemas.ts";
import { Refusal } from "../refusal.ts";
import * as schemas from "./schemas.ts";
import type { RightsKey, RightsStore, StoredRecord } from "./store.ts";

/** What rights holders' keys and records work with. */
export interface RightsDeps {
  store: { rights: RightsStore };
  /** Milliseconds since 1970. */
  now(): number;
}

const HOLDERS = ["provider", "administrator"] as const;

const keysRoute = defineRoute({
  path: "/api/rights-keys",
  summary: "My public keys as a rights holder",
  ...guarded("get", HOLDERS),
  responses: { 200: json(schemas.keyListSchema, "Revoked ones too"), ...refusals(401, 403) },
});

const addKeyRoute = defineRoute({
  path: "/api/rights-keys",
  summary: "Register a public key, whose private one proves to be mine",
  ...guarded("post", HOLDERS),
  request: { body: jsonBody(schemas.newKeySchema) },
  responses: { 201: json(schemas.keySchema, "Registered"), ...refusals(400, 401, 403, 409, 413, 415) },
});

const keyRoute = defineRoute({
  method: "get",
  path: "/api/rights-keys/{keyId}",
  summary: "Whose a key is that signed a mark, and whether it is good",
  request: { params: schemas.keyParams },
  responses: { 200: json(schemas.keySchema, "The key"), ...refusals(400, 404) },
});

const revokeKeyRoute = defineRoute({
  path: "/api/rights-keys/{keyId}",
  summary: "Revoke a key of mine: what it signed holds no more",
  ...guarded("delete", HOLDERS),
  request: { params: schemas.keyParams },
  responses: { 204: { description: "Revoked, for good" }, ...refusals(400, 401, 403, 404) },
});

const recordsRoute = defineRoute({
  path: "/api/mark-records",
  summary: "My records of marks, the newest first",
  ...guarded("get", HOLDERS),
  responses: { 200: json(schemas.recordListSchema, "At most 100"), ...refusals(401, 403) },
});

const addRecordRoute = defineRoute({
  path: "/api/mark-records",
  summary: "Keep a record of a mark, signed by a key of mine",
  ...guarded("post", HOLDERS),
  request: { body: jsonBody(schemas.newRecordSchema) },
  responses: { 201: json(schemas.recordSchema, "Kept"), ...refusals(400, 401, 403, 409, 413, 415, 422) },
});

const recordRoute = defineRoute({
  method: "get",
  path: "/api/mark-records/{recordId}",
  summary: "What a mark says that carries this id",
  request: { params: schemas.recordParams },
  responses: { 200: json(schemas.recordSchema, "The record, and whether it is good"), ...refusals(400, 404) },
});

const revokeRecordRoute = defineRoute({
  path: "/api/mark-records/{recordId}",
  summary: "Revoke a record of mine",
  ...guarded("delete", HOLDERS),
  request: { params: schemas.recordParams },
  responses: { 204: { description: "Revoked, for good" }, ...refusals(400, 401, 403, 404) },
});

/** Rights holders are providers: they register keys, and keep the records of marks that are too small to say all. */
export function registerRights(app: OpenAPIHono, { store: { rights }, now }: RightsDeps): void {
  app.openapi(keysRoute, async (c) => c.json({ keys: (await rights.keysOf(accountOf(c))).map(keyToJson) }, 200));

  app.openapi(addKeyRoute, async (c) => {
    const { publicKey, holder, proof } = c.req.valid("json");
    const key = fromHex(publicKey);
    if (!(await isSignedBy("cmix/mark", new TextEncoder().encode(accountOf(c)), fromHex(proof), key)))
      throw new Refusal("bad_request", "json.proof: not this account's id, signed by that key", {
        place: "json.proof",
      });
    const made = { keyId: await keyIdOf(key), publicKey, ownerId: accountOf(c), holder, registeredAt: now() };
    if (!(await rights.addKey(made))) throw new Refusal("conflict", "this key is registered already");
    return c.json(keyToJson({ ...made, revokedAt: null }), 201);
  });

  app.openapi(keyRoute, async (c) => c.json(keyToJson(await existingKey(c.req.valid("param").keyId)), 200));

  app.openapi(revokeKeyRoute, async (c) => {
    const { keyId } = c.req.valid("param");
    holdToOwner(c, await existingKey(keyId));
    if (!(await rights.revokeKey(keyId, now()))) throw new Refusal("not_found", "this key was revoked before");
    return c.body(null, 204);
  });

  app.openapi(recordsRoute, async (c) => {
    const records = await rights.recordsOf(accountOf(c));
    return c.json({ records: await Promise.all(records.map(recordToJson)) }, 200);
  });

  app.openapi(addRecordRoute, async (c) => {
    const signed = new Uint8Array(Buffer.from(c.req.valid("json").signed, "base64"));
    const { id, publicKey } = await readMarkRecord(signed);
    const keyId = await keyIdOf(publicKey);
    const key = await rights.key(keyId);
    if (
      key === undefined ||
      key.ownerId !== accountOf(c) ||
      key.revokedAt !== null ||
      key.publicKey !== toHex(publicKey)
    )
      throw new Refusal(
        "forbidden",
        "the record is signed by a key that is not registered by this account, or revoked",
      );
    const record = { id, ownerId: accountOf(c), keyId, signed, madeAt: now() };
    if (!(await rights.addRecord(record))) throw new Refusal("conflict", "there is a record of that id already");
    return c.json(await recordToJson({ ...record, revokedAt: null }), 201);
  });

  app.openapi(recordRoute, async (c) =>
    c.json(await recordToJson(await existingRecord(c.req.valid("param").recordId)), 200),
  );

  app.openapi(revokeRecordRoute, async (c) => {
    const { recordId } = c.req.valid("param");
    holdToOwner(c, await existingRecord(recordId));
    if (!(await rights.revokeRecord(recordId, now()))) throw new Refusal("not_found", "it was revoked before");
    return c.body(null, 204);
  });

  async function existingKey(keyId: string): Promise<RightsKey> {
    const key = await rights.key(keyId);
    if (key === undefined) throw new Refusal("not_found", `nobody registered a key ${keyId} here`, { keyId });
    return key;
  }

  async function existingRecord(recordId: string): Promise<StoredRecord> {
    const record = await rights.record(recordId);
    if (record === undefined) throw new Refusal("not_found", `there is no record ${recordId} here`, { recordId });
    return record;
  }

  async function recordToJson({ id, keyId, signed, revokedAt }: StoredRecord): Promise<schemas.MarkRecord> {
    const { rule, holder, service, validUntilSeconds } = await readMarkRecord(signed);
    const isKeyRevoked = (await rights.key(keyId))?.revokedAt !== null;
    const isOver = validUntilSeconds * 1000 <= now();
    const state = revokedAt !== null ? "revoked" : isKeyRevoked ? "key-revoked" : isOver ? "over" : "good";
    const { restricted, area, treatment, sound, viewers, holdSeconds } = rule;
    return {
      ...{ recordId: id, state, keyId, holder, service },
      validUntil: new Date(validUntilSeconds * 1000).toISOString(),
      ...{ restricted, area: area ?? null, treatment, sound, viewers, holdSeconds },
      signed: Buffer.from(signed).toString("base64"),
    };
  }
}

/** @throws Refusal forbidden */
function holdToOwner(c: Context, { ownerId }: { ownerId: string }): void {
  if (ownerId !== accountOf(c) && c.get("identity")?.role !== "administrator")
    throw new Refusal("forbidden", "it belongs to another account");
}

const keyToJson = ({ keyId, publicKey, holder, registeredAt, revokedAt }: RightsKey): schemas.RightsKey => ({
  ...{ keyId, publicKey, holder },
  registered: new Date(registeredAt).toISOString(),
  revoked: dateOf(revokedAt),
});
