/** Rights holders: keys that they prove to own, and records of marks that these signed. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createSigningKey,
  type MarkRecord,
  type SigningKey,
  sign,
  signMarkRecord,
  toHex,
  USUAL_RULE,
} from "../../codec/index.ts";
import { type ErrorBody, startTestServer, type TestServer } from "./harness.ts";
import { sendJson } from "./test-accounts.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

type Holder = "provider" | "administrator";
const send = async (role: Holder, method: string, path: string, body?: unknown): Promise<Response> =>
  sendJson(`${server.url}/api/${path}`, method, body, await server.as(role));
const look = async (path: string) =>
  (await (await fetch(`${server.url}/api/${path}`)).json()) as Record<string, unknown>;
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.code];

async function proofOf(role: Holder, { privateKey }: SigningKey): Promise<string> {
  const { accountId } = await server.accounts.account(role);
  return toHex(await sign("cmix/mark", new TextEncoder().encode(accountId), privateKey));
}

async function register(role: Holder, key: SigningKey, proof?: string): Promise<Response> {
  const body = { publicKey: toHex(key.publicKey), holder: "Bay Films", proof: proof ?? (await proofOf(role, key)) };
  return send(role, "POST", "rights-keys", body);
}

async function registered(role: Holder): Promise<{ key: SigningKey; keyId: string }> {
  const key = await createSigningKey();
  const answer = await register(role, key);
  expect(answer.status, await answer.clone().text()).toBe(201);
  return { key, keyId: ((await answer.json()) as { keyId: string }).keyId };
}

let next = 0x1000;
const recordOf = (changes: Partial<MarkRecord> = {}): Omit<MarkRecord, "publicKey"> => ({
  id: `00000000${(next++).toString(16).padStart(8, "0")}`,
  service: "https://video.example",
  holder: "Bay Films",
  validUntilSeconds: Date.UTC(2027, 0, 1) / 1000,
  rule: { ...USUAL_RULE, viewers: "age:18" },
  ...changes,
});
const keep = (role: Holder, signed: Uint8Array) =>
  send(role, "POST", "mark-records", { signed: Buffer.from(signed).toString("base64") });

describe("R1 a rights holder's key", () => {
  it("is registered by who proves to have the private one, looked up by anyone, and revoked", async () => {
    const { key, keyId } = await registered("provider");
    expect(await look(`rights-keys/${keyId}`)).toMatchObject({
      ...{ keyId, publicKey: toHex(key.publicKey), holder: "Bay Films", revoked: null },
    });
    expect(await codeOf(await register("provider", key))).toEqual([409, "conflict"]);
    expect(await codeOf(await register("administrator", key))).toEqual([409, "conflict"]);
    expect((await send("provider", "DELETE", `rights-keys/${keyId}`)).status).toBe(204);
    expect((await look(`rights-keys/${keyId}`)).revoked).not.toBeNull();
    expect((await send("provider", "DELETE", `rights-keys/${keyId}`)).status).toBe(404);
    expect(await codeOf(await register("provider", key))).toEqual([409, "conflict"]); // for good
  });

  it("is nobody's who cannot sign with it, and not one that another account proved", async () => {
    const key = await createSigningKey();
    const other = await proofOf("administrator", key);
    for (const proof of ["0".repeat(128), other, await proofOf("provider", await createSigningKey())])
      expect(await codeOf(await register("provider", key, proof))).toEqual([400, "bad_request"]);
    expect((await fetch(`${server.url}/api/rights-keys/${"0".repeat(16)}`)).status).toBe(404);
  });

  it("is revoked by its owner or an administrator alone", async () => {
    const { keyId } = await registered("administrator");
    expect(await codeOf(await send("provider", "DELETE", `rights-keys/${keyId}`))).toEqual([403, "forbidden"]);
    const own = await registered("provider");
    expect((await send("administrator", "DELETE", `rights-keys/${own.keyId}`)).status).toBe(204);
  });
});

describe("R1 a mark's record", () => {
  it("is kept where a registered key signed it, told to anyone, and revoked", async () => {
    const { key, keyId } = await registered("provider");
    const record = recordOf();
    const signed = await signMarkRecord(record, key);
    const kept = await keep("provider", signed);
    expect(kept.status, await kept.clone().text()).toBe(201);
    expect(await look(`mark-records/${record.id}`)).toEqual({
      ...{ recordId: record.id, state: "good", keyId, holder: "Bay Films", service: "https://video.example" },
      ...{ validUntil: "2027-01-01T00:00:00.000Z", restricted: true, area: { x: 0, y: 0, width: 1000, height: 1000 } },
      ...{ treatment: "black", sound: "keep", viewers: "age:18", holdSeconds: 1 },
      signed: Buffer.from(signed).toString("base64"),
    });
    expect(await codeOf(await keep("provider", signed))).toEqual([409, "conflict"]);
    expect(await codeOf(await keep("administrator", signed))).toEqual([403, "forbidden"]);
    expect((await send("provider", "DELETE", `mark-records/${record.id}`)).status).toBe(204);
    expect((await look(`mark-records/${record.id}`)).state).toBe("revoked");
    const list = (await (await send("provider", "GET", "mark-records")).json()) as { records: { recordId: string }[] };
    expect(list.records.map(({ recordId }) => recordId)).toContain(record.id);
  });

  it("holds no more when its time is over, or its key was revoked", async () => {
    const { key, keyId } = await registered("provider");
    const [over, later] = [recordOf({ validUntilSeconds: 1 }), recordOf()];
    for (const record of [over, later])
      expect((await keep("provider", await signMarkRecord(record, key))).status).toBe(201);
    expect((await look(`mark-records/${over.id}`)).state).toBe("over");
    await send("provider", "DELETE", `rights-keys/${keyId}`);
    expect((await look(`mark-records/${later.id}`)).state).toBe("key-revoked");
    expect(await codeOf(await keep("provider", await signMarkRecord(recordOf(), key)))).toEqual([403, "forbidden"]);
  });

  it("is not taken where one bit was changed, or a key signed it that nobody registered", async () => {
    const { key } = await registered("provider");
    const signed = await signMarkRecord(recordOf(), key);
    for (const at of [0, 40, 63, 64, 80, signed.length - 1]) {
      const changed = signed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect((await keep("provider", changed)).status, `byte ${at}`).toBe(422);
    }
    expect((await keep("provider", signed.subarray(0, 64))).status).toBe(422);
    const foreign = await signMarkRecord(recordOf(), await createSigningKey());
    expect(await codeOf(await keep("provider", foreign))).toEqual([403, "forbidden"]);
  });
});
