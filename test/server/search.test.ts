/** What the library shows, finds and counts, and what a provider may change of it. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ErrorBody,
  getUnits,
  HOUSE_CM,
  makePair,
  openTestPlay,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadFile,
  uploadPair,
  watchCm,
} from "./harness.ts";
import { type Headers, sendJson } from "./test-accounts.ts";

let server: TestServer;
let provider: Headers;
const pairs: Record<string, TestPair> = {};

const VIDEOS = [
  { title: "東京の夜景", copyright: "© 2026 佐藤ミカ", genre: "旅行" },
  { title: "京都の庭園", copyright: "佐藤ミカ", genre: "旅行" },
  { title: "ﾈｺの一日", copyright: "Cat Films", genre: "Animals" },
  { title: "A day at the BAY", copyright: "Ömer", genre: "Travel" },
];

beforeAll(async () => {
  server = await startTestServer();
  provider = await server.as("provider");
  for (const about of VIDEOS) {
    const pair = await makePair({ seconds: 2, ...about });
    pairs[about.title] = pair;
    await uploadPair(server, pair);
    server.advance(1);
  }
});
afterAll(() => server.close());

interface Page {
  videos: Record<string, unknown>[];
  total: number;
  pages: number;
  genres: unknown[];
}

async function list(search: Record<string, string>, headers: Headers = {}): Promise<Page> {
  const answer = await fetch(`${server.url}/api/videos?${new URLSearchParams(search)}`, { headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Page;
}
const titles = async (q: string) => (await list({ q })).videos.map(({ title }) => title);
const idOf = (title: string) => pairs[title]?.mainId ?? "";
const change = (mainId: string, body: unknown, headers = provider) =>
  sendJson(`${server.url}/api/videos/${mainId}`, "PATCH", body, headers);

describe("S2 the search", () => {
  it.each([
    ["夜景", ["東京の夜景"]],
    ["京", ["京都の庭園", "東京の夜景"]],
    ["東京の夜", ["東京の夜景"]],
    ["佐藤ミカ", ["京都の庭園", "東京の夜景"]],
    ["佐藤 庭", ["京都の庭園"]],
    ["ネコ", ["ﾈｺの一日"]], // half width in the title
    ["ﾈｺの一日", ["ﾈｺの一日"]],
    ["旅行", ["京都の庭園", "東京の夜景"]],
    ["bay", ["A day at the BAY"]],
    ["ＢＡＹ", ["A day at the BAY"]], // full width
    ["ömer day", ["A day at the BAY"]],
    ["da at", ["A day at the BAY"]],
    ["day nobody", []],
    ["2026", ["東京の夜景"]],
    ['"', []],
    ["a*", []],
    ['bay" or "x', []],
    ["' or 1=1; drop table videos; --", []],
    ["title:bay", []],
    ["NEAR(bay day)", []],
    ["bay\u0000day", ["A day at the BAY"]],
  ])("%s finds %j", async (q, expected) => {
    expect(await titles(q)).toEqual(expected);
  });

  it("goes by genre, age and page, and says how many there are in all", async () => {
    expect((await list({ genre: "旅行" })).total).toBe(2);
    expect((await list({ genre: "旅" })).total).toBe(0);
    await change(idOf("京都の庭園"), { ageLimit: 18 });
    expect((await list({ age: "17" })).total).toBe(3);
    expect((await list({ age: "18" })).total).toBe(4);
    const [first, last] = [await list({ size: "3" }), await list({ size: "3", page: "2" })];
    expect([first.videos.length, first.total, first.pages]).toEqual([3, 4, 2]);
    expect(last.videos.map(({ title }) => title)).toEqual(["東京の夜景"]);
    expect((await list({ page: "999" })).videos).toEqual([]);
    expect(first.genres).toEqual([
      { genre: "旅行", videos: 2 },
      { genre: "Animals", videos: 1 },
      { genre: "Travel", videos: 1 },
    ]);
    for (const wrong of ["page=0", "page=x", "size=101", "size=-1", "age=old", "mine=2"])
      expect((await fetch(`${server.url}/api/videos?${wrong}`)).status, wrong).toBe(400);
  });
});

describe("S2 what a provider changes", () => {
  it("is shown and found, whatever is in it, and only the owner's or an administrator's to change", async () => {
    const mainId = idOf("A day at the BAY");
    const hostile = {
      title: "<script>alert(1)</script>",
      description: "Robert'); drop table videos; --\n<img src=x onerror=alert(1)>",
      genre: '"><b>',
      copyright: "{{1+1}} %00 \\u0000",
      ageLimit: 12,
    };
    expect(await (await change(mainId, hostile)).json()).toEqual({ ...hostile, state: "public" });
    expect((await list({ q: "robert'); drop" })).videos).toMatchObject([hostile]);
    expect(await titles("BAY")).toEqual([]);
    const restored = { title: "A day at the BAY", description: "", genre: "Travel", copyright: "Ömer", ageLimit: 0 };
    expect((await change(mainId, restored, await server.as("administrator"))).status).toBe(200);
    expect(await titles("bay")).toEqual(["A day at the BAY"]);
    const other = await otherProvider();
    expect((await change(mainId, { title: "Mine" }, other)).status).toBe(403);
    expect((await change("0".repeat(32), { title: "Mine" })).status).toBe(404);
  });

  it.each([
    { title: "" },
    { title: "a\u0000b" },
    { title: "x".repeat(201) },
    { ageLimit: -1 },
    { ageLimit: "x" },
    { owner: "me" },
  ])("%j is refused", async (body) => {
    expect((await change(idOf("A day at the BAY"), body)).status).toBe(400);
  });

  it("stays when its main is uploaded after it", async () => {
    const pair = await makePair({ seconds: 2, title: "Late", genre: "Header" });
    await uploadFile(server, "slave", pair.slaveId, pair.slave);
    await change(pair.mainId, { genre: "Chosen" });
    await uploadFile(server, "main", pair.mainId, pair.main);
    expect((await list({ q: "late" })).videos).toMatchObject([{ genre: "Chosen" }]);
    expect(
      (await fetch(`${server.url}/api/videos/${pair.mainId}`, { method: "DELETE", headers: provider })).status,
    ).toBe(204);
  });
});

let others: Promise<Headers> | undefined;
/** An account that owns nothing here. */
function otherProvider(): Promise<Headers> {
  others ??= (async () => {
    const admin = await server.as("administrator");
    const { browserHeaders, BUSINESS, PASSWORD } = await import("./test-accounts.ts");
    const login = { email: "second@example.org", password: PASSWORD };
    const made = await sendJson(`${server.url}/api/accounts`, "POST", { role: "provider", ...login, ...BUSINESS });
    const headers = await browserHeaders(server.url, made.clone());
    const { accountId } = (await made.json()) as { accountId: string };
    await sendJson(`${server.url}/api/admin/accounts/${accountId}`, "PATCH", { status: "active" }, admin);
    return headers;
  })();
  return others;
}

describe("S2 downloads", () => {
  it("are logged with the account where one is signed in, and counted for the owner only", async () => {
    const mainId = idOf("東京の夜景");
    const url = `${server.url}/api/mains/${mainId}`;
    const viewer = await server.as("viewer");
    const { accountId } = await server.accounts.account("viewer");
    for (const headers of [{}, viewer, { Range: "bytes=0-" }]) await (await fetch(url, { headers })).arrayBuffer();
    for (const headers of [{ Range: "bytes=0-99" }, { Range: "bytes=100-" }])
      await (await fetch(url, { headers })).arrayBuffer();
    await fetch(url, { method: "HEAD" });
    const log = await fetch(`${server.url}/api/videos/${mainId}/downloads`, { headers: provider });
    const { downloads } = (await log.json()) as { downloads: { at: string; accountId: string | null }[] };
    // The visitor's second one of the day counts no more.
    expect(downloads.map((entry) => entry.accountId)).toEqual([accountId, null]);
    expect((await list({ mine: "1", q: "東京" }, provider)).videos).toMatchObject([{ downloads: 2, deliveries: 0 }]);
    expect((await list({ q: "東京" })).videos[0]).not.toHaveProperty("downloads");
    const foreign = await fetch(`${server.url}/api/videos/${mainId}/downloads`, { headers: await otherProvider() });
    expect(foreign.status).toBe(403);
    expect((await fetch(`${server.url}/api/videos?mine=1`)).status).toBe(401);
    expect((await list({ mine: "1" }, await otherProvider())).total).toBe(0);
  });
});

describe("D9 a poster and a teaser", () => {
  const put = (kind: string, bytes: Uint8Array, headers = provider, mainId = idOf("東京の夜景")) =>
    fetch(`${server.url}/api/videos/${mainId}/${kind}`, {
      method: "PUT",
      headers: { "Content-Type": "application/octet-stream", ...headers },
      body: bytes as BodyInit,
    });
  const refusal = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.message];

  it("are really decoded and demuxed, shown in the library, replaced and taken away", async () => {
    const image = new PNG({ width: 64, height: 36 });
    const poster = PNG.sync.write(image);
    const teaser = await readFile(HOUSE_CM);
    for (let time = 0; time < 2; time++) {
      expect((await put("poster", poster)).status).toBe(200);
      expect((await put("teaser", teaser)).status).toBe(200);
    }
    const [video] = (await list({ q: "東京" })).videos;
    const shown = await fetch(`${server.url}${video?.teaserUrl}`);
    expect(shown.headers.get("Content-Type")).toBe("video/mp4");
    expect(Buffer.from(await shown.arrayBuffer()).equals(teaser)).toBe(true);
    expect((await fetch(`${server.url}${video?.teaserUrl}`, { headers: { Range: "bytes=5-9" } })).status).toBe(206);
    expect((await fetch(`${server.url}${video?.posterUrl}`)).headers.get("Content-Type")).toBe("image/png");
    const gone = await fetch(`${server.url}/api/videos/${idOf("東京の夜景")}/teaser`, {
      method: "DELETE",
      headers: provider,
    });
    expect(gone.status).toBe(204);
    expect((await list({ q: "東京" })).videos).toMatchObject([{ teaserUrl: null }]);
    expect((await fetch(`${server.url}${video?.teaserUrl}`)).status).toBe(404);
    expect(await readdir(join(server.folder, "data/extras"))).toHaveLength(1);
  });

  it("that are none are refused with a reason", async () => {
    const teaser = await readFile(HOUSE_CM);
    const huge = Buffer.from(PNG.sync.write(new PNG({ width: 1, height: 1 })));
    huge.writeUInt32BE(60_000, 16);
    huge.writeUInt32BE(60_000, 20);
    for (const [kind, bytes, status, words] of [
      ["poster", Buffer.from("hello"), 422, /neither JPEG nor PNG/],
      ["poster", huge, 422, /3600000000 pixels/],
      ["poster", PNG.sync.write(new PNG({ width: 64, height: 64 })).subarray(0, 70), 422, /cannot be decoded/],
      ["poster", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]), 422, /cannot be decoded/],
      ["poster", new Uint8Array((1 << 20) + 1), 413, /at most 1048576/],
      ["teaser", Buffer.from("hello"), 422, /neither MP4 nor WebM/],
      ["teaser", teaser.subarray(0, 2000), 422, /teaser/],
      ["teaser", new Uint8Array((4 << 20) + 1), 413, /at most 4194304/],
      ["teaser", await readFile(join(server.folder, "../..", "nowhere")).catch(() => Buffer.alloc(0)), 422, /teaser/],
    ] as const) {
      const [found, message] = await refusal(await put(kind, bytes));
      expect([found, message]).toEqual([status, expect.stringMatching(words)]);
    }
    expect((await put("teaser", teaser, await otherProvider())).status).toBe(403);
    expect(server.logged.filter(({ event }) => event === "error")).toEqual([]);
  });
});

describe("S2 withdrawing a video", () => {
  it("takes it out of the library at once, and its files when the last play is over; uploading brings it back", async () => {
    const pair = await makePair({ seconds: 2, title: "Short lived" });
    await uploadPair(server, pair, provider);
    const play = await openTestPlay(server, pair.mainId);
    await watchCm(server, play);
    const url = `${server.url}/api/videos/${pair.mainId}`;
    expect((await fetch(url, { method: "DELETE", headers: await otherProvider() })).status).toBe(403);
    expect((await fetch(url, { method: "DELETE", headers: provider })).status).toBe(204);
    expect((await list({ q: "short lived" })).total).toBe(0);
    expect((await list({ q: "short lived", mine: "1" }, provider)).videos).toMatchObject([
      { withdrawnAt: expect.any(String) },
    ]);
    expect((await sendJson(`${server.url}/api/plays`, "POST", { mainIds: [pair.mainId] })).status).toBe(410);
    expect((await fetch(`${server.url}/api/mains/${pair.mainId}`)).status).toBe(410);
    await server.houseKeep();
    expect((await getUnits(server, play, "start")).status).toBe(200);
    const files = () => Promise.all(["slaves", "mains"].map((kind) => readdir(join(server.folder, "data", kind))));
    expect(
      (await files()).map((names) => names.filter((name) => [pair.slaveId, pair.mainId].includes(name)).length),
    ).toEqual([1, 1]);
    server.advance(24 * 3600 + 1);
    await server.houseKeep();
    expect((await files()).flat()).not.toContain(pair.slaveId);
    expect((await files()).flat()).not.toContain(pair.mainId);
    expect((await list({ q: "short lived", mine: "1" }, provider)).total).toBe(0);
    await uploadPair(server, pair, provider);
    expect((await list({ q: "short lived" })).total).toBe(1);
    await openTestPlay(server, pair.mainId);
  });
});

describe("S2 the download log", () => {
  it("forgets after 180 days who it was, and counts on", async () => {
    const url = `${server.url}/api/videos/${idOf("東京の夜景")}/downloads`;
    const accounts = async () => {
      const answer = await fetch(url, { headers: await server.as("provider") });
      return ((await answer.json()) as { downloads: { accountId: string | null }[] }).downloads.map(
        (entry) => entry.accountId,
      );
    };
    expect(await accounts()).toEqual([expect.any(String), null]);
    server.advance(181 * 24 * 3600);
    await server.houseKeep();
    expect(await accounts()).toEqual([null, null]);
  });
});
