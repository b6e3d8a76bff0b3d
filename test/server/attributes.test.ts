/** Certified attributes: who asks, the viewer's answer, who certifies, and where they stand for what a viewer tells (claim 10). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certifiedOf } from "../../server/attributes/certified.ts";
import { DEFAULT_RATES } from "../../server/config.ts";
import { type ErrorBody, makePair, startTestServer, type TestPair, type TestServer, uploadPair } from "./harness.ts";
import { browserHeaders, type Headers, PASSWORD, sendJson } from "./test-accounts.ts";

interface Own {
  attributes: { name: string; value: string; certified: { at: string; by: string } | null }[];
  requests: { number: number; asker: string; name: string; purpose: string; agreed: boolean | null }[];
}
interface Viewer {
  accountId: string;
  headers: Headers;
}

let server: TestServer;
let pair: TestPair;
let next = 1;

beforeAll(async () => {
  server = await startTestServer({
    limits: { rates: { ...DEFAULT_RATES, registration: { points: 1000, duration: 60 } } },
  });
  pair = await makePair({ seconds: 3 });
  await uploadPair(server, pair);
});
afterAll(() => server.close());

const send = (headers: Headers, method: string, path: string, body?: unknown): Promise<Response> =>
  sendJson(`${server.url}/api/${path}`, method, body, headers);
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.code];
const bodyOf = async <T>(answer: Response): Promise<T> => {
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as T;
};
const own = async ({ headers }: Viewer): Promise<Own> => bodyOf(await send(headers, "GET", "account/attributes"));

async function newViewer(): Promise<Viewer> {
  const login = { email: `certified-${next++}@example.org`, password: PASSWORD };
  const made = await sendJson(`${server.url}/api/accounts`, "POST", { role: "viewer", ...login });
  const { accountId } = (await made.clone().json()) as { accountId: string };
  return { accountId, headers: await browserHeaders(server.url, made) };
}

const ask = async (role: "provider" | "administrator", accountId: string, name = "age") =>
  send(await server.as(role), "POST", "attribute-requests", { accountId, name, purpose: "films for adults" });

async function answer(viewer: Viewer, agreed: boolean, value?: string): Promise<Response> {
  const { number } = (await own(viewer)).requests[0] ?? { number: 0 };
  return send(viewer.headers, "PATCH", `account/attribute-requests/${number}`, { agreed, value });
}

const certify = async ({ accountId }: Viewer, value: string, certified = true, name = "age"): Promise<Response> =>
  send(await server.as("administrator"), "PUT", `admin/attribute-claims/${accountId}/${name}`, { value, certified });

/** Of an asker, who sees a value only once it is agreed and certified. */
const valueFor = async (role: "provider" | "administrator", { accountId }: Viewer): Promise<unknown> => {
  const { requests } = await bodyOf<{
    requests: { accountId: string; agreed: boolean | null; value: string | null }[];
  }>(await send(await server.as(role), "GET", "attribute-requests"));
  const found = requests.find((request) => request.accountId === accountId);
  return found && [found.agreed, found.value];
};

describe("S12 an attribute that the service asks for", () => {
  it("is kept once the viewer agreed and an administrator certified it, and its asker has it then", async () => {
    const viewer = await newViewer();
    expect((await ask("provider", viewer.accountId)).status).toBe(201);
    expect((await own(viewer)).requests).toMatchObject([
      { asker: "Bay Films", name: "age", purpose: "films for adults", agreed: null },
    ]);
    expect(await valueFor("provider", viewer)).toEqual([null, null]);
    expect((await answer(viewer, true, "34")).status).toBe(204);
    expect(await valueFor("provider", viewer)).toEqual([true, null]);
    const { claims } = await bodyOf<{ claims: unknown[] }>(
      await send(await server.as("administrator"), "GET", "admin/attribute-claims"),
    );
    expect(claims).toContainEqual({
      ...{ accountId: viewer.accountId, name: "age", value: "34" },
      toldAt: expect.any(String),
    });
    expect((await certify(viewer, "34")).status).toBe(204);
    expect(await valueFor("provider", viewer)).toEqual([true, "34"]);
    const { accountId: by } = await server.accounts.account("administrator");
    expect((await own(viewer)).attributes).toMatchObject([{ name: "age", value: "34", certified: { by } }]);
  });

  it("is each asker's for itself: another one asks, and has nothing until the viewer agrees there too", async () => {
    const viewer = await newViewer();
    await ask("provider", viewer.accountId);
    await answer(viewer, true, "50");
    await certify(viewer, "50");
    expect((await ask("administrator", viewer.accountId)).status).toBe(201);
    expect(await valueFor("administrator", viewer)).toEqual([null, null]);
    expect((await answer(viewer, false)).status).toBe(204);
    expect(await valueFor("administrator", viewer)).toEqual([false, null]);
    expect((await answer(viewer, true)).status).toBe(204); // what is certified already is not told again
    expect(await valueFor("administrator", viewer)).toEqual([true, "50"]);
  });

  it("is asked for once by each, and not of nobody", async () => {
    const viewer = await newViewer();
    await ask("provider", viewer.accountId);
    await answer(viewer, false);
    expect(await codeOf(await ask("provider", viewer.accountId))).toEqual([409, "conflict"]);
    expect(await codeOf(await ask("provider", "2222-2222-2222"))).toEqual([404, "not_found"]);
  });

  it("is agreed to with a value, which fits", async () => {
    const viewer = await newViewer();
    await ask("administrator", viewer.accountId);
    for (const value of [undefined, "151", "old", "-3", "1e2"])
      expect(await codeOf(await answer(viewer, true, value)), value).toEqual([400, "bad_request"]);
    expect((await own(viewer)).requests).toMatchObject([{ agreed: null }]);
    expect((await answer(viewer, true, "0")).status).toBe(204);
  });

  it("is answered by nobody else", async () => {
    const [viewer, other] = [await newViewer(), await newViewer()];
    await ask("administrator", viewer.accountId);
    const { number } = (await own(viewer)).requests[0] ?? { number: 0 };
    const path = `account/attribute-requests/${number}`;
    expect(await codeOf(await send(other.headers, "PATCH", path, { agreed: true, value: "9" }))).toEqual([
      404,
      "not_found",
    ]);
    expect((await own(viewer)).requests).toMatchObject([{ agreed: null }]);
  });

  it("is certified as it was looked at: not one that was told meanwhile, and not twice", async () => {
    const viewer = await newViewer();
    await ask("administrator", viewer.accountId);
    await answer(viewer, true, "17");
    await answer(viewer, true, "18");
    expect(await codeOf(await certify(viewer, "17"))).toEqual([409, "conflict"]);
    expect((await certify(viewer, "18")).status).toBe(204);
    expect(await codeOf(await certify(viewer, "18"))).toEqual([409, "conflict"]);
    await answer(viewer, true, "18"); // the same once more leaves the certificate
    expect((await own(viewer)).attributes).toMatchObject([{ value: "18", certified: { by: expect.any(String) } }]);
    await answer(viewer, true, "21"); // another one needs a new one
    expect((await own(viewer)).attributes).toMatchObject([{ value: "21", certified: null }]);
    expect((await certify(viewer, "21", false)).status).toBe(204);
    expect((await own(viewer)).attributes).toEqual([]);
  });

  it("is taken back by its owner, and gone for everyone", async () => {
    const viewer = await newViewer();
    await ask("provider", viewer.accountId);
    await answer(viewer, true, "40");
    await certify(viewer, "40");
    expect((await send(viewer.headers, "DELETE", "account/attributes/age")).status).toBe(204);
    expect(await valueFor("provider", viewer)).toEqual([false, null]);
    expect((await own(viewer)).attributes).toEqual([]);
    expect((await send(viewer.headers, "DELETE", "account/attributes/age")).status).toBe(404);
  });

  it("is in the export of the account's data, and in nobody's once the account is deleted", async () => {
    const viewer = await newViewer();
    await ask("provider", viewer.accountId, "region");
    await answer(viewer, true, "Kobe");
    const file = await send(viewer.headers, "GET", "account/export");
    expect(file.headers.get("Content-Disposition")).toContain(viewer.accountId);
    const { account, kept } = await bodyOf<{ account: object; kept: Record<string, object[]> }>(file);
    expect(account).toMatchObject({ accountId: viewer.accountId });
    expect(kept.attributes).toMatchObject([{ name: "region", value: "Kobe" }]);
    expect(kept.attribute_requests).toMatchObject([{ name: "region", agreed: 1 }]);
    expect(kept.access_log).toContainEqual(expect.objectContaining({ event: "attribute_agreed" }));
    expect(JSON.stringify(kept)).not.toMatch(/password_hash|token_hash/);
    expect((await send(viewer.headers, "POST", "account/deletion", { password: PASSWORD })).status).toBe(204);
    expect(await valueFor("provider", viewer)).toBeUndefined();
    expect(await codeOf(await certify(viewer, "Kobe", true, "region"))).toEqual([409, "conflict"]);
  });
});

describe("a certifier's program", () => {
  it("certifies by its token, until that is taken away", async () => {
    const admin = await server.as("administrator");
    const made = await send(admin, "POST", "admin/certifiers", { name: "City office" });
    expect(made.status).toBe(201);
    const { certifierId, token } = (await made.json()) as { certifierId: string; token: string };
    const viewer = await newViewer();
    await ask("administrator", viewer.accountId);
    await answer(viewer, true, "66");
    const program = { Authorization: `Bearer ${token}` };
    const { claims } = await bodyOf<{ claims: { accountId: string }[] }>(
      await send(program, "GET", "certifier/claims"),
    );
    expect(claims.map(({ accountId }) => accountId)).toContain(viewer.accountId);
    const path = `certifier/claims/${viewer.accountId}/age`;
    for (const Authorization of [`Bearer ${token.slice(0, -1)}`, "Bearer ", token])
      expect(await codeOf(await send({ Authorization }, "PUT", path, { value: "66", certified: true }))).toEqual([
        401,
        "signed_out",
      ]);
    expect((await send(program, "PUT", path, { value: "66", certified: true })).status).toBe(204);
    expect((await own(viewer)).attributes).toMatchObject([{ certified: { by: "City office" } }]);
    const list = await (await send(admin, "GET", "admin/certifiers")).text();
    expect(list).toContain("City office");
    expect(list).not.toContain(token);
    expect((await send(admin, "DELETE", `admin/certifiers/${certifierId}`)).status).toBe(204);
    expect((await send(program, "GET", "certifier/claims")).status).toBe(401);
  });
});

describe("S12 S8 a certified age", () => {
  const cmFor = async (headers: Headers, attributes?: object): Promise<string> => {
    const play = await send(headers, "POST", "plays", { mainIds: [pair.mainId], attributes });
    expect(play.status, await play.clone().text()).toBe(201);
    return ((await play.json()) as { place: { cm: { title: string } } }).place.cm.title;
  };

  it("stands for the told one where a CM has a condition on it, for the service that the viewer agreed with", async () => {
    const admin = await server.as("administrator");
    const image = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    const added = await fetch(`${server.url}/api/cms`, {
      method: "POST",
      headers: { ...admin, "Content-Type": "application/octet-stream" },
      body: image,
    });
    expect(added.status, await added.clone().text()).toBe(201);
    const { id } = (await added.json()) as { id: string };
    const fields = { title: "For elders", sponsor: "Bay Ltd", active: true, conditions: { ageMin: 60 } };
    expect((await send(admin, "PATCH", `cms/${id}`, fields)).status).toBe(200);
    const viewer = await newViewer();
    const wanted = async () =>
      (
        await bodyOf<{ attributes: string[] }>(
          await send(viewer.headers, "POST", "plays/conditions", { mainIds: [pair.mainId] }),
        )
      ).attributes;
    expect(await cmFor(viewer.headers)).not.toBe("For elders");
    expect(await cmFor(viewer.headers, { age: 70 })).toBe("For elders");
    expect(await wanted()).toContain("age");
    await ask("provider", viewer.accountId);
    await answer(viewer, true, "66");
    await certify(viewer, "66");
    expect(await cmFor(viewer.headers)).not.toBe("For elders"); // the viewer agreed with that provider alone
    await ask("administrator", viewer.accountId);
    await answer(viewer, true);
    expect(await cmFor(viewer.headers)).toBe("For elders");
    expect(await cmFor(viewer.headers, { age: 20 })).toBe("For elders");
    expect(await wanted()).not.toContain("age");
  });

  it("grows by the years since it was certified", async () => {
    const at = Date.UTC(2024, 1, 29);
    const kept = { accountId: "a", name: "age", value: "17", toldAt: at, certified: { at, by: "b" } } as const;
    const store = { agreed: async () => [kept] };
    const age = async (now: number) => (await certifiedOf(store, "a", [null], now)).age;
    expect(await age(at - 1000)).toBe(17);
    expect(await age(Date.UTC(2025, 1, 28))).toBe(17);
    expect(await age(Date.UTC(2025, 2, 1))).toBe(18);
    expect(await age(Date.UTC(2030, 1, 28))).toBe(22);
    expect(await certifiedOf(store, undefined, [null], at)).toEqual({});
  });
});
