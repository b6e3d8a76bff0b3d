/** S6: a provider limits the plays of a video; S12: attributes are asked for only where they matter. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { limitFault, NO_CONDITIONS, type VideoConditions } from "../../server/library/conditions.ts";
import {
  askSecret,
  type ErrorBody,
  makePair,
  type OpenPlay,
  openTestPlay,
  post,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
  watchCm,
} from "./harness.ts";

describe("S6 limits", () => {
  it.each<[string, Partial<VideoConditions>, { all: number; ofViewer: number }, string | undefined]>([
    ["none", {}, { all: 1e6, ofViewer: 1e6 }, undefined],
    ["before its first moment", { fromAt: 101 }, { all: 0, ofViewer: 0 }, "not_yet"],
    ["at its first moment", { fromAt: 100 }, { all: 0, ofViewer: 0 }, undefined],
    ["at its last moment", { untilAt: 101 }, { all: 0, ofViewer: 0 }, undefined],
    ["behind its last moment", { untilAt: 100 }, { all: 0, ofViewer: 0 }, "no_longer"],
    ["one play left", { plays: 3 }, { all: 2, ofViewer: 2 }, undefined],
    ["no play left", { plays: 3 }, { all: 3, ofViewer: 0 }, "plays_used_up"],
    ["none left for this viewer", { playsPerViewer: 1 }, { all: 9, ofViewer: 1 }, "viewer_plays_used_up"],
    ["none seen by this viewer", { playsPerViewer: 1 }, { all: 9, ofViewer: 0 }, undefined],
  ])("%s", (_name, conditions, played, wanted) => {
    expect(limitFault({ ...NO_CONDITIONS, ...conditions }, played, 100)).toBe(wanted);
  });
});

describe("S6 a provider's conditions", () => {
  let server: TestServer;
  let pair: TestPair;
  let owner: Record<string, string>;

  beforeAll(async () => {
    server = await startTestServer();
    owner = await server.as("provider");
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    pair = await makePair({ seconds: 4 });
    await uploadPair(server, pair);
  });

  const set = (fields: object, headers = owner) =>
    fetch(`${server.url}/api/videos/${pair.mainId}/conditions`, {
      method: "PATCH",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify(fields),
    });
  const open = (cookie?: string) =>
    post(`${server.url}/api/plays`, { mainIds: [pair.mainId] }, cookie === undefined ? {} : { Cookie: cookie });
  const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.code];

  async function watch(play: OpenPlay): Promise<Response> {
    await watchCm(server, play);
    return askSecret(server, play);
  }

  it("let a video be played so often, and refuse the next play by name", async () => {
    expect((await set({ plays: 2 })).status).toBe(200);
    for (let i = 0; i < 2; i++) expect((await watch(await openTestPlay(server, pair.mainId))).status).toBe(200);
    expect(await codeOf(await open())).toEqual([403, "plays_used_up"]);
    await set({ plays: null });
    expect((await open()).status).toBe(201);
  });

  it("give the last play to one of two who opened theirs before, and both can ask again", async () => {
    await set({ plays: 1 });
    const plays = [await openTestPlay(server, pair.mainId), await openTestPlay(server, pair.mainId)];
    for (const play of plays) await watchCm(server, play);
    const answers = await Promise.all(plays.map((play) => askSecret(server, play)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    const again = await Promise.all(plays.map((play) => askSecret(server, play)));
    expect(again.map(({ status }) => status).sort()).toEqual([200, 403]);
  });

  it("count by viewer", async () => {
    await set({ playsPerViewer: 1 });
    const play = await openTestPlay(server, pair.mainId);
    await watch(play);
    expect(await codeOf(await open(play.cookie))).toEqual([403, "viewer_plays_used_up"]);
    expect((await open()).status).toBe(201);
  });

  it("give a first and a last moment", async () => {
    const now = Date.UTC(2026, 0, 1);
    await set({ from: new Date(now + 40 * 86400_000).toISOString() });
    expect(await codeOf(await open())).toEqual([403, "not_yet"]);
    await set({ from: null, until: new Date(now - 1).toISOString() });
    expect(await codeOf(await open())).toEqual([403, "no_longer"]);
    expect((await set({ from: new Date(now).toISOString() })).status).toBe(400);
  });

  it("are its owner's and administrators' to set", async () => {
    expect((await set({ plays: 5 }, await server.as("administrator"))).status).toBe(200);
    for (const role of ["guest", "viewer", "sponsor"] as const)
      expect([401, 403]).toContain((await set({ plays: 1 }, await server.as(role))).status);
    const answer = await fetch(`${server.url}/api/videos/${pair.mainId}/conditions`, { headers: owner });
    expect(await answer.json()).toEqual({
      plays: 5,
      playsPerViewer: null,
      from: null,
      until: null,
      kindsAllowed: [],
      kindsExcluded: [],
    });
  });

  it("S12 nothing of the viewer matters where there is a house CM alone", async () => {
    const answer = await post(`${server.url}/api/plays/conditions`, { mainIds: [pair.mainId] });
    expect(await answer.json()).toEqual({ attributes: [] });
  });
});
