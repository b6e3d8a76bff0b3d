/** Who sees and plays a video: drafts, unlisted, public and withdrawn ones. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "../../codec/bytes/bytes.ts";
import { sha256 } from "../../codec/crypto/primitives.ts";
import { OCTETS, uploadHeaders } from "../support/upload.ts";
import { type ErrorBody, makePair, post, startTestServer, type TestPair, type TestServer } from "./harness.ts";
import { type Headers, sendJson } from "./test-accounts.ts";

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 1, 2, 3]);

let server: TestServer;
let owner: Headers;
beforeAll(async () => {
  server = await startTestServer();
  owner = await server.as("provider");
});
afterAll(() => server.close());

/** As the Studio sends it, or with a state. */
async function send(kind: "slave" | "main", pair: TestPair, state?: string): Promise<Response> {
  const [id, bytes] = kind === "slave" ? [pair.slaveId, pair.slave] : [pair.mainId, pair.main];
  const about = { kind, id, sha256: toHex(await sha256(bytes)), ...(state !== undefined && { state }) };
  return fetch(`${server.url}/api/uploads`, {
    method: "POST",
    headers: { ...uploadHeaders(about, bytes.length), ...OCTETS, ...owner },
    body: bytes as BodyInit,
  });
}

async function newVideo(main?: "as the Studio sends it" | "draft" | "unlisted"): Promise<TestPair> {
  const pair = await makePair({ seconds: 2, title: "Of a state", genre: "States", poster: PNG });
  expect((await send("slave", pair)).status).toBe(201);
  if (main !== undefined)
    expect((await send("main", pair, main === "as the Studio sends it" ? undefined : main)).status).toBe(201);
  return pair;
}

const codeOf = async (answer: Response): Promise<string> =>
  answer.ok ? "ok" : `${answer.status} ${((await answer.json()) as ErrorBody).error.code}`;
const get = (path: string, headers: Headers = {}) => fetch(`${server.url}${path}`, { headers });
const change = (mainId: string, body: object) => sendJson(`${server.url}/api/videos/${mainId}`, "PATCH", body, owner);

/** What is answered to whoever asks for the video, its main, its poster and a play. */
async function seenBy({ mainId }: TestPair, headers: Headers = {}): Promise<string[]> {
  const answers = [
    await get(`/api/videos/${mainId}`, headers),
    await get(`/api/mains/${mainId}`, headers),
    await get(`/api/mains/${mainId}/poster`, headers),
    await post(`${server.url}/api/plays`, { mainIds: [mainId] }, headers),
    await sendJson(`${server.url}/api/plays/conditions`, "POST", { mainIds: [mainId] }, headers),
  ];
  return Promise.all(answers.map(codeOf));
}

async function listed(mainId: string, query = ""): Promise<{ state?: string } | undefined> {
  const page = await (await get(`/api/videos?size=100${query}`, query === "" ? {} : owner)).json();
  return (page as { videos: { mainId: string; state?: string }[] }).videos.find((video) => video.mainId === mainId);
}

const all = (code: string) => Array.from({ length: 5 }, () => code);

describe("a video", () => {
  it("is a draft while only its slave is here: nobody but its owner and administrators finds it", async () => {
    const pair = await newVideo();
    expect([await listed(pair.mainId), (await listed(pair.mainId, "&mine=1"))?.state]).toEqual([undefined, "draft"]);
    for (const headers of [{}, await server.as("viewer")])
      expect(await seenBy(pair, headers)).toEqual(all("404 not_found"));
    for (const headers of [owner, await server.as("administrator")]) {
      const [video, main, , play] = await seenBy(pair, headers);
      expect([video, main, play]).toEqual(["ok", "404 not_found", "ok"]);
    }
    expect(await (await get(`/api/mains/${pair.mainId}/hashes`)).json()).toBeNull();
    expect(await (await get(`/api/mains/${pair.mainId}/hashes`, owner)).json()).not.toBeNull();
  });

  it("is public once the Studio sends its main", async () => {
    const pair = await newVideo("as the Studio sends it");
    expect(await seenBy(pair)).toEqual(all("ok"));
    expect([(await listed(pair.mainId)) !== undefined, (await listed(pair.mainId, "&mine=1"))?.state]).toEqual([
      true,
      "public",
    ]);
    const { genres } = (await (await get("/api/videos")).json()) as { genres: { genre: string; videos: number }[] };
    expect(genres).toEqual([{ genre: "States", videos: 1 }]);
  });

  it("stays a draft with its main where the upload says so, and is kept in no cache", async () => {
    const pair = await newVideo("draft");
    expect(await seenBy(pair)).toEqual(all("404 not_found"));
    expect(await seenBy(pair, owner)).toEqual(all("ok"));
    for (const path of [`/api/mains/${pair.mainId}`, `/api/mains/${pair.mainId}/poster`])
      expect((await get(path, owner)).headers.get("Cache-Control")).toBe("private, no-store");
  });

  it("that is unlisted is found by its address alone", async () => {
    const pair = await newVideo("unlisted");
    expect([await seenBy(pair), await listed(pair.mainId)]).toEqual([all("ok"), undefined]);
    expect((await (await get("/api/videos?q=state&genre=States")).json()) as object).toMatchObject({ total: 1 });
  });

  it("changes its state as its owner says, and nothing else with it", async () => {
    const pair = await newVideo("draft");
    for (const state of ["public", "unlisted", "draft", "public"]) {
      const answer = await change(pair.mainId, { state });
      expect([answer.status, ((await answer.json()) as { state: string }).state]).toEqual([200, state]);
      expect((await listed(pair.mainId)) !== undefined).toBe(state === "public");
    }
    for (const state of ["withdrawn", "secret", 1, null])
      expect((await change(pair.mainId, { state })).status).toBe(400);
    const others = await sendJson(
      `${server.url}/api/videos/${pair.mainId}`,
      "PATCH",
      { state: "draft" },
      await server.as("sponsor"),
    );
    expect(await codeOf(others)).toBe("403 forbidden");
  });

  it("keeps what its main's header tells although its state was changed before that came", async () => {
    const pair = await newVideo();
    expect((await change(pair.mainId, { state: "unlisted" })).status).toBe(200);
    expect((await send("main", pair)).status).toBe(201);
    expect(await (await get(`/api/videos/${pair.mainId}`)).json()).toMatchObject({ genre: "States" });
  });

  it("is not public without its main", async () => {
    const pair = await newVideo();
    expect(await codeOf(await change(pair.mainId, { state: "public" }))).toBe("409 conflict");
    expect(await codeOf(await send("slave", await makePair({ seconds: 1 }), "public"))).toBe("400 bad_request");
  });

  it("that was withdrawn plays for nobody and says so, until its slave comes again as a draft", async () => {
    const pair = await newVideo("as the Studio sends it");
    const withdraw = () => sendJson(`${server.url}/api/videos/${pair.mainId}`, "DELETE", undefined, owner);
    expect((await withdraw()).status).toBe(204);
    for (const headers of [{}, owner, await server.as("administrator")])
      expect(await seenBy(pair, headers)).toEqual(all("410 withdrawn"));
    expect([await codeOf(await withdraw()), await codeOf(await change(pair.mainId, { state: "public" }))]).toEqual(
      all("410 withdrawn").slice(0, 2),
    );
    expect(await listed(pair.mainId)).toBeUndefined();
    expect((await send("slave", pair)).status).toBe(201);
    expect((await listed(pair.mainId, "&mine=1"))?.state).toBe("draft");
  });

  it("has one of the states that were asked for at the same time, and withdrawing wins", async () => {
    const pair = await newVideo("draft");
    const answers = await Promise.all([
      ...["public", "unlisted", "draft", "public"].map((state) => change(pair.mainId, { state })),
      sendJson(`${server.url}/api/videos/${pair.mainId}`, "DELETE", undefined, owner),
      ...["public", "unlisted", "draft", "public"].map((state) => change(pair.mainId, { state })),
    ]);
    for (const answer of answers) expect(["ok", "410 withdrawn"]).toContain(await codeOf(answer));
    expect((await listed(pair.mainId, "&mine=1"))?.state).toBe("withdrawn");
    expect(await listed(pair.mainId)).toBeUndefined();
  });
});
