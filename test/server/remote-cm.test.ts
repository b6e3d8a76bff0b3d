/** S13: CMs on their sponsor's own server, and the counts that go back there. */
import { createHmac, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DATABASE_FILE } from "../../server/config.ts";
import {
  askPlay,
  askSecret,
  decryptUnits,
  type ErrorBody,
  getUnits,
  HOUSE_CM,
  makePair,
  openTestPlay,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
  watchCm,
} from "./harness.ts";
import { answers, gives, type Outside, redirect, startOutside } from "./outside-server.ts";
import { type Headers, sendJson } from "./test-accounts.ts";

interface AdminCm {
  id: string;
  active: boolean;
  bytes: number;
  origin: { url: string; fault: string | null } | null;
}

let outside: Outside;
let server: TestServer;
let pair: TestPair;
let admin: Headers;
let provider: Headers;

beforeAll(async () => {
  outside = await startOutside();
  server = await startTestServer({ outbound: { allowLoopback: true } });
  pair = await makePair({ seconds: 20, title: "Before it a CM" });
  await uploadPair(server, pair);
  [admin, provider] = [await server.as("administrator"), await server.as("provider")];
});
afterAll(async () => {
  await server.close();
  outside.close();
});

let shade = 0;

/** A PNG unlike the ones before. */
function picture(): Buffer {
  shade += 7;
  const png = new PNG({ width: 32, height: 24 });
  png.data.fill(shade & 255);
  return PNG.sync.write(png);
}

const register = (path: string) =>
  sendJson(`${server.url}/api/cms/address`, "POST", { url: outside.url + path }, admin);
const change = (id: string, fields: object) => sendJson(`${server.url}/api/cms/${id}`, "PATCH", fields, admin);
const errorOf = async (answer: Response) => ((await answer.json()) as ErrorBody).error;
const known = async (id: string) =>
  ((await (await fetch(`${server.url}/api/cms`, { headers: admin })).json()) as { cms: AdminCm[] }).cms.find(
    (cm) => cm.id === id,
  );

/** Registered, and switched on for viewers who ask for its kind. */
async function registered(path: string, kind: string): Promise<AdminCm> {
  const answer = await register(path);
  expect(answer.status).toBe(201);
  const cm = (await answer.json()) as AdminCm;
  const fields = { title: "Tea", sponsor: "Leaf", active: true, kinds: [kind] };
  expect((await change(cm.id, fields)).status).toBe(200);
  return cm;
}
const shown = async (kind: string) =>
  (await openTestPlay(server, pair.mainId, { attributes: { kinds: [kind] } })).cm.id;
/** An hour later, when the file is looked at again. */
async function nextCheck(seconds = 3600): Promise<void> {
  server.advance(seconds);
  await server.houseKeep();
}

describe("S13 a CM on its sponsor's own server", () => {
  it("is fetched, demuxed and shown; a play goes on with the bytes it began with when the file there goes", async () => {
    const video = await readFile(HOUSE_CM);
    const bytes = Buffer.concat([video, Buffer.from("00000010667265650000000000000002", "hex")]);
    outside.pages["/cm.mp4"] = gives(bytes);
    const cm = await registered("/cm.mp4", "film");
    expect(cm).toMatchObject({
      active: false,
      bytes: bytes.length,
      origin: { url: `${outside.url}/cm.mp4`, fault: null },
    });
    const play = await openTestPlay(server, pair.mainId, { attributes: { kinds: ["film"] } });
    expect(play.cm).toMatchObject({ id: cm.id, bytes: bytes.length });
    const { units } = await getUnits(server, play, "start", 3);
    delete outside.pages["/cm.mp4"];
    const watched = await watchCm(server, play);
    expect(Buffer.compare(watched, bytes)).toBe(0);
    const { secret } = (await (await askSecret(server, play)).json()) as { secret: string };
    const plain = await decryptUnits(play, secret, watched, units);
    expect(plain).toEqual(pair.slave.subarray(0, plain.length));
  });

  it("is refused where it is no CM, too large, missing, here already or inside, and nothing of it is kept", async () => {
    const before = await readdir(join(server.folder, "data/cms"));
    outside.pages["/here.mp4"] = gives(await readFile(HOUSE_CM));
    outside.pages["/text"] = gives(Buffer.from("no video"));
    outside.pages["/cut.png"] = gives(picture().subarray(0, 50));
    outside.pages["/main.cmx"] = gives(pair.main);
    outside.pages["/large"] = (_, response) => void response.writeHead(200, { "Content-Length": 1e9 }).write("x");
    outside.pages["/inside"] = redirect("https://10.1.2.3/cm.mp4");
    outside.pages["/broken"] = (_, response) => {
      response.writeHead(200, { "Content-Length": 5000 }).write("x", () => setTimeout(() => response.destroy(), 50));
    };
    for (const [path, status, words] of [
      ["/here.mp4", 409, /is a CM already/],
      ["/text", 422, /neither MP4 nor WebM.*send an MP4 or WebM video, or a JPEG/],
      ["/cut.png", 422, /cannot be decoded|damaged/],
      ["/main.cmx", 422, /neither MP4 nor WebM.*send an MP4 or WebM video, or a JPEG/],
      ["/large", 413, /at most/],
      ["/inside", 400, /inner address/],
      ["/broken", 400, /broke off/],
      ["/nothing", 400, /status 404/],
    ] as const) {
      const answer = await register(path);
      expect([answer.status, (await errorOf(answer)).message], path).toEqual([status, expect.stringMatching(words)]);
    }
    for (const url of ["https://192.168.0.1/cm.mp4", "ftp://example.org/cm.mp4", "cm.mp4", ""])
      expect((await sendJson(`${server.url}/api/cms/address`, "POST", { url }, admin)).status).toBe(400);
    expect(await readdir(join(server.folder, "data/cms"))).toEqual(before);
    expect(await readdir(join(server.folder, "data/tmp"))).toEqual([]);
  });

  it.each([
    ["with an entity tag, which spares the bytes", "/tagged.png", '"one"', '"two"'],
    ["with a weak one, which says nothing of bytes", "/weak.png", 'W/"one"', 'W/"one"'],
    ["without one", "/untagged.png", undefined, undefined],
  ])("that changes %s is switched off, and plays get another CM", async (kind, path, tag, nextTag) => {
    const bytes = picture();
    const tagged = (ETag: string | undefined) => (ETag === undefined ? {} : { ETag });
    let sent = 0;
    outside.pages[path] = (request, response) => {
      response.on("finish", () => {
        if (response.statusCode === 200) sent++;
      });
      gives(bytes, tagged(tag))(request, response);
    };
    const cm = await registered(path, kind);
    sent = 0;
    await server.houseKeep();
    const asked = () => outside.asked.filter((one) => one === path).length;
    const before = asked();
    await nextCheck(3599);
    expect(asked()).toBe(before);
    await nextCheck(1);
    await nextCheck();
    expect(asked()).toBe(before + 2);
    expect(sent).toBe(tag === '"one"' ? 0 : 2);
    expect(await shown(kind)).toBe(cm.id);
    // As long as before, but for one byte.
    outside.pages[path] = gives(bytes.with(40, 1), tagged(nextTag));
    await nextCheck();
    expect(await known(cm.id)).toMatchObject({ active: false, origin: { fault: "changed" } });
    expect(server.logged.filter(({ event }) => event === "cm-off").at(-1)?.fields).toMatchObject({
      cmId: cm.id,
      reason: "changed",
    });
    expect(await shown(kind)).not.toBe(cm.id);
    expect(await errorOf(await change(cm.id, { active: true }))).toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/gives another file/),
    });
    outside.pages[path] = gives(bytes, tagged(tag));
    expect(await (await change(cm.id, { active: true })).json()).toMatchObject({
      active: true,
      origin: { fault: null },
    });
    expect(await shown(kind)).toBe(cm.id);
    await change(cm.id, { active: false });
  });

  it("that is gone is switched off at once", async () => {
    outside.pages["/gone.png"] = gives(picture());
    const cm = await registered("/gone.png", "gone");
    outside.pages["/gone.png"] = answers(410);
    await nextCheck();
    expect(await known(cm.id)).toMatchObject({ active: false, origin: { fault: "gone" } });
    expect((await change(cm.id, { active: true })).status).toBe(409);
  });

  it("whose server fails is asked again each ten minutes, and switched off after six times", async () => {
    outside.pages["/silent.png"] = gives(picture());
    const cm = await registered("/silent.png", "silent");
    const works = outside.pages["/silent.png"];
    outside.pages["/silent.png"] = answers(500);
    await nextCheck();
    for (let n = 1; n < 5; n++) await nextCheck(600);
    expect(await known(cm.id)).toMatchObject({ active: true, origin: { fault: null } });
    // An answer in between, and it counts from the start.
    outside.pages["/silent.png"] = works as NonNullable<typeof works>;
    await nextCheck(600);
    outside.pages["/silent.png"] = answers(503);
    await nextCheck();
    await server.restart();
    for (let n = 1; n < 5; n++) await nextCheck(600);
    expect(await known(cm.id)).toMatchObject({ active: true });
    await nextCheck(600);
    expect(await known(cm.id)).toMatchObject({ active: false, origin: { fault: "silent" } });
  });
});

describe("S13 delivery data go back", () => {
  const DAY = 24 * 3600;
  const posts: { path: string; headers: Record<string, unknown>; body: string }[] = [];
  let status = 200;
  let cmId: string;

  const setWebhook = async (path: string, url: string | null, headers: Headers) => {
    const answer = await sendJson(`${server.url}/api/${path}/webhook`, "PUT", { url }, headers);
    return { status: answer.status, body: (await answer.json()) as { url: string | null; secret: string | null } };
  };
  async function watch(): Promise<void> {
    const play = await openTestPlay(server, pair.mainId, { attributes: { kinds: ["counted"] } });
    expect(play.cm.id).toBe(cmId);
    await watchCm(server, play);
    expect((await askSecret(server, play)).status).toBe(200);
    const events = ["impression", "click"].map((kind) => ({ id: randomUUID(), kind, number: 1 }));
    expect((await askPlay(server, play, "/events", { body: { events } })).status).toBe(200);
  }
  /** At the next midnight, and a little. */
  async function nextDay(): Promise<void> {
    server.advance(DAY);
    await server.houseKeep();
  }
  /** Deliveries of the CM, counted from the ledger by other code than the server's. */
  function recount(from: string, to: string): number {
    const database = new Sqlite(join(server.folder, "data", DATABASE_FILE), { readonly: true });
    const rows = database.prepare("select at, body from ledger where kind = 'delivery'").all() as {
      at: number;
      body: string;
    }[];
    database.close();
    return rows.filter(({ at, body }) => at >= Date.parse(from) && at < Date.parse(to) && body.includes(cmId)).length;
  }

  beforeAll(async () => {
    outside.pages["/counted.png"] = gives(picture());
    cmId = (await registered("/counted.png", "counted")).id;
    for (const path of ["/sponsor", "/provider"])
      outside.pages[path] = (request, response) => {
        let body = "";
        request.setEncoding("utf8").on("data", (data: string) => {
          body += data;
        });
        request.on("end", () => {
          posts.push({ path, headers: request.headers, body });
          response.writeHead(status).end();
        });
      };
  });

  it("to the sponsor's address: a CM's counts, once a day, signed, and nothing on a day without any", async () => {
    const { body } = await setWebhook(`cms/${cmId}`, `${outside.url}/sponsor`, admin);
    expect(body.secret).toMatch(/^[0-9a-f]{64}$/);
    expect((await setWebhook(`cms/${cmId}`, `${outside.url}/sponsor`, admin)).body.secret).toBeNull();
    await nextDay();
    expect(posts).toEqual([]);
    for (let n = 0; n < 3; n++) await watch();
    await server.houseKeep();
    expect(posts).toEqual([]);
    await nextDay();
    await nextDay();
    expect(posts).toHaveLength(1);
    const [post] = posts;
    const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(post?.headers["x-cmix-signature"])) ?? [];
    expect(
      createHmac("sha256", body.secret ?? "")
        .update(`${time}.${post?.body}`)
        .digest("hex"),
    ).toBe(signature);
    const report = JSON.parse(post?.body ?? "{}") as { from: string; to: string; deliveries: number };
    expect(report).toMatchObject({
      reason: "daily",
      deliveries: 3,
      videos: [],
      cms: [{ id: cmId, title: "Tea", deliveries: 3, impressions: 3, clicks: 3 }],
    });
    expect(report.to).toMatch(/T00:00:00\.000Z$/);
    expect(recount(report.from, report.to)).toBe(3);
  });

  it("to a video's own address, beside the account's; each delivery once, also when the first try fails", async () => {
    posts.length = 0;
    expect((await setWebhook(`videos/${pair.mainId}`, `${outside.url}/provider`, provider)).status).toBe(200);
    await watch();
    status = 500;
    await nextDay();
    expect(posts.map(({ path }) => path).sort()).toEqual(["/provider", "/sponsor"]);
    status = 200;
    await nextDay();
    await watch();
    await nextDay();
    const deliveries = (path: string) =>
      posts
        .filter((post) => post.path === path)
        .map(({ body }) => (JSON.parse(body) as { deliveries: number }).deliveries);
    expect(deliveries("/provider")).toEqual([1, 1, 1]); // the first of them twice
    expect(deliveries("/sponsor")).toEqual([1, 1, 1]);
    const told = await fetch(`${server.url}/api/videos/${pair.mainId}/webhook`, { headers: provider });
    expect(await told.json()).toMatchObject({
      url: `${outside.url}/provider`,
      secret: null,
      sendings: [
        { by: "webhook", attempts: 1, error: null },
        { by: "webhook", attempts: 2, error: null },
      ],
    });
    expect(JSON.parse(posts.find(({ path }) => path === "/provider")?.body ?? "{}")).toMatchObject({
      videos: [{ id: pair.mainId, deliveries: 1 }],
      cms: [{ id: cmId, deliveries: 1 }],
    });
  });

  it("no more once the address is taken away; an inner address, or another's video, is refused", async () => {
    posts.length = 0;
    expect((await setWebhook(`cms/${cmId}`, null, admin)).body.url).toBeNull();
    await watch();
    await nextDay();
    expect(posts.map(({ path }) => path)).toEqual(["/provider"]);
    expect((await setWebhook(`cms/${cmId}`, "https://10.0.0.1/hook", admin)).status).toBe(400);
    expect((await setWebhook(`cms/${"0".repeat(32)}`, null, admin)).status).toBe(404);
    expect((await setWebhook(`videos/${pair.mainId}`, null, await server.as("viewer"))).status).toBe(403);
    expect(server.logged.filter(({ event }) => event === "error" || event === "housekeeping-failed")).toEqual([]);
  });
});
