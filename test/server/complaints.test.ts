/** Reports of videos: by whom, how many, what the administrator sees, and what nobody else learns. */
import type { AddressInfo, Server } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { checkContact } from "../../server/complaints/contact.ts";
import { DEFAULT_RATES } from "../../server/config.ts";
import { type ErrorBody, makePair, startTestServer, type TestPair, type TestServer, uploadPair } from "./harness.ts";
import { mailServer } from "./mail-server.ts";
import { browserHeaders, type Headers, sendJson } from "./test-accounts.ts";

interface Complaint {
  number: number;
  mainId: string;
  title: string;
  reason: string;
  text: string;
  accountId: string | null;
  settled: { byAccountId: string; note: string } | null;
}

let server: TestServer;
let mail: Server;
let pair: TestPair;
let next = 1;
const mails: string[] = [];

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"] }); // the limiter's clock
  mail = mailServer(mails);
  await new Promise<void>((resolve) => mail.listen(0, "127.0.0.1", resolve));
  server = await startTestServer({
    smtpUrl: `smtp://127.0.0.1:${(mail.address() as AddressInfo).port}`,
    contact: "https://video.example/imprint",
    trustProxy: ["127.0.0.1"],
    limits: { rates: { ...DEFAULT_RATES, registration: { points: 1000, duration: 60 } } },
  });
  pair = await makePair({ seconds: 3, title: "Sea & <b>Sky</b>" });
  await uploadPair(server, pair);
});
afterAll(async () => {
  vi.useRealTimers();
  await server.close();
  mail.close();
});

/** Each from an address of its own unless told otherwise. */
const report = (body: unknown, headers: Headers = {}, mainId = pair.mainId): Promise<Response> =>
  sendJson(`${server.url}/api/videos/${mainId}/complaints`, "POST", body, {
    "X-Forwarded-For": `198.51.${next++}.7`,
    ...headers,
  });
const admin = async (method: string, path: string, body?: unknown): Promise<Response> =>
  sendJson(`${server.url}/api/admin/${path}`, method, body, await server.as("administrator"));
const list = async (query = ""): Promise<Complaint[]> =>
  ((await (await admin("GET", `complaints${query}`)).json()) as { complaints: Complaint[] }).complaints;
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.code];

async function newViewer(): Promise<Headers & { accountId: string }> {
  const login = { email: `viewer-${next++}@example.org`, password: "correct horse battery" };
  const made = await sendJson(`${server.url}/api/accounts`, "POST", { role: "viewer", ...login });
  const { accountId } = (await made.clone().json()) as { accountId: string };
  return { ...(await browserHeaders(server.url, made)), accountId };
}

describe("a report of a video", () => {
  it("comes to the administrator from whoever watches, with an account or without", async () => {
    const { accountId, ...viewer } = await newViewer();
    expect((await report({ reason: "copyright" })).status).toBe(204);
    expect((await report({ reason: "other", text: "  海 is mine\n\u202e " }, viewer)).status).toBe(204);
    expect(await list()).toMatchObject([
      { mainId: pair.mainId, title: "Sea & <b>Sky</b>", reason: "other", text: "海 is mine\n\u202e", accountId },
      { reason: "copyright", text: "", accountId: null, settled: null },
    ]);
  });

  it("is told to the video's provider once a day, without who made it and what they wrote", async () => {
    await expect.poll(() => mails.length).toBe(1);
    const { accountId, ...viewer } = await newViewer();
    await report({ reason: "minors", text: "from Ann Example, your neighbour" }, viewer);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(mails).toHaveLength(1);
    vi.setSystemTime(Date.now() + 24 * 3600 * 1000 + 1000);
    await report({ reason: "minors", text: "from Ann Example, your neighbour" }, viewer);
    await expect.poll(() => mails.length).toBe(2);
    const text = Buffer.from((mails[1] ?? "").split("\r\n\r\n")[1] ?? "", "base64").toString() + mails[1];
    expect(mails[1]).toMatch(/^To: provider@example\.org/m);
    expect(text).not.toMatch(/neighbour|Ann|viewer-/);
    expect(text).not.toContain(accountId);
  });

  it("is settled once, with a note, and stands in the access log; the reporter reads there that it is", async () => {
    const { accountId, ...viewer } = await newViewer();
    await report({ reason: "violence" }, viewer);
    const [one] = await list();
    expect(await codeOf(await admin("PATCH", `complaints/${one?.number}`, { note: " " }))).toEqual([
      400,
      "bad_request",
    ]);
    const settled = await admin("PATCH", `complaints/${one?.number}`, { note: "withdrawn" });
    expect(await settled.json()).toMatchObject({ number: one?.number, settled: { note: "withdrawn" } });
    expect(await codeOf(await admin("PATCH", `complaints/${one?.number}`, { note: "x" }))).toEqual([409, "conflict"]);
    expect(await codeOf(await admin("PATCH", "complaints/999999", { note: "x" }))).toEqual([404, "not_found"]);
    expect((await list()).map(({ number }) => number)).not.toContain(one?.number);
    expect((await list("?state=settled"))[0]).toMatchObject({ number: one?.number, settled: { note: "withdrawn" } });
    const own = await (await sendJson(`${server.url}/api/account/access-log`, "GET", undefined, viewer)).json();
    const events = (own as { entries: { event: string; accountId: string; byAccountId: string | null }[] }).entries;
    expect(events.slice(0, 2)).toMatchObject([
      { event: "complaint_settled", accountId, byAccountId: expect.stringMatching(/-/) },
      { event: "complaint_made", accountId, byAccountId: null },
    ]);
    const provider = await sendJson(
      `${server.url}/api/account/access-log`,
      "GET",
      undefined,
      await server.as("provider"),
    );
    expect(await provider.text()).not.toContain("complaint");
  });

  it("is refused in what it cannot be, and of a video that is not there for who asks", async () => {
    for (const body of [
      {},
      [],
      null,
      { reason: "because" },
      { reason: ["other"] },
      { reason: "other", text: "x".repeat(1001) },
      { reason: "other", text: { $gt: "" } },
      { reason: "__proto__" },
    ])
      expect([body, (await report(body)).status]).toEqual([body, 400]);
    expect((await report({ reason: "other", text: "x".repeat(1000) })).status).toBe(204);
    expect(await codeOf(await report({ reason: "other" }, {}, "0".repeat(32)))).toEqual([404, "not_found"]);
    const draft = await makePair({ seconds: 3 });
    await uploadPair(server, draft);
    const state = { state: "draft" };
    await sendJson(`${server.url}/api/videos/${draft.mainId}`, "PATCH", state, await server.as("provider"));
    expect(await codeOf(await report({ reason: "other" }, {}, draft.mainId))).toEqual([404, "not_found"]);
    expect(await codeOf(await report({ reason: "other" }, { "Sec-Fetch-Site": "cross-site" }))).toEqual([
      ...[403, "forbidden"],
    ]);
  });

  it("comes ten times an hour from an account wherever it is, and from an address without one", async () => {
    const { accountId: _, ...viewer } = await newViewer();
    const statuses = async (headers: () => Headers) => {
      const found: number[] = [];
      for (let i = 0; i < 12; i++) found.push((await report({ reason: "other" }, headers())).status);
      return found;
    };
    const ten = [...Array(10).fill(204), 429, 429];
    expect(await statuses(() => viewer)).toEqual(ten);
    expect(await statuses(() => ({ "X-Forwarded-For": "203.0.113.9" }))).toEqual(ten);
    expect(await statuses(() => ({ "X-Forwarded-For": `2001:db8::${next++}` }))).toEqual(ten); // one customer's
  });

  it("comes thirty times an hour from one address, however many accounts it makes", async () => {
    let made = 0;
    for (let account = 0; account < 5; account++) {
      const { accountId: _, ...viewer } = await newViewer();
      for (let i = 0; i < 9; i++)
        made +=
          (await report({ reason: "other" }, { ...viewer, "X-Forwarded-For": "203.0.113.77" })).status === 204 ? 1 : 0;
    }
    expect(made).toBe(30);
  });
});

describe("the operator's contact", () => {
  it("is told by the session, null where none is set, and is a page or an e-mail address", async () => {
    expect(await (await fetch(`${server.url}/api/session`)).json()).toMatchObject({
      contact: "https://video.example/imprint",
    });
    expect([checkContact(undefined), checkContact("a@video.example")]).toEqual([null, "a@video.example"]);
    for (const bad of ["", "javascript:alert(1)", "http://video.example", "someone", "mailto:a@b.example"])
      expect(() => checkContact(bad), bad).toThrow(/is no address: give a page such as/);
  });
});
