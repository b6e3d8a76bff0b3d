/** S7: what is counted and what is paid for holds, however many plays are open, and anonymous requests have a rate. */
import { encode as encodeJpeg } from "jpeg-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askPlay,
  askSecret,
  makePair,
  type OpenPlay,
  openTestPlay,
  type Place,
  post,
  secretTicket,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
  watchCm,
} from "./harness.ts";
import { addCm, deliveries, refusalOf, rowsOf } from "./play-facts.ts";

describe("S7 caps and limits when the CM begins", () => {
  let server: TestServer;
  let pair: TestPair;
  let capped: string;
  let cookie: string;

  beforeAll(async () => {
    server = await startTestServer({ limits: { billedGuestDeliveriesPerHour: 3 } });
    pair = await makePair({ seconds: 60 });
    await uploadPair(server, pair);
    const data = Buffer.alloc(64 * 48 * 4, 50);
    const fields = { seconds: 3, conditions: { perViewerDay: 1 } };
    capped = await addCm(server, encodeJpeg({ width: 64, height: 48, data }, 80).data, fields);
    cookie = (await server.accounts.signIn("viewer")).Cookie ?? "";
  });
  afterAll(() => server.close());

  async function watch(play: OpenPlay): Promise<string> {
    let { cm } = play;
    const first = await askPlay(server, play, "/cm");
    if (first.status !== 200) {
      expect(await refusalOf(first)).toEqual([409, "cm_changed"]);
      const place = (await (await askPlay(server, play, "")).json()) as Place;
      if (place.cm === undefined) throw new Error("the play is over");
      cm = place.cm;
    } else await first.arrayBuffer();
    await watchCm(server, play, cm);
    expect((await askSecret(server, play)).status).toBe(200);
    return cm.id;
  }

  it("perViewerDay 1, ten plays opened before any CM began: it is shown and delivered once", async () => {
    const plays: OpenPlay[] = [];
    while (plays.length < 10) plays.push(await openTestPlay(server, pair.mainId, { cookie }));
    expect(plays.map(({ cm }) => cm.id)).toEqual(Array(10).fill(capped));
    const shown: string[] = [];
    for (const play of plays) shown.push(await watch(play));
    expect(shown.filter((id) => id === capped)).toHaveLength(1);
    const rows = deliveries(server).filter(({ play_id }) => plays.some(({ playId }) => playId === play_id));
    expect(rows.filter(({ cm_id }) => cm_id === capped)).toHaveLength(1);
    // The house CM before the same video, again and again: seen, and paid for once.
    expect(rows.filter(({ cm_id }) => cm_id !== capped).map(({ unbilled }) => unbilled)).toEqual([
      null,
      ...Array(8).fill("repeat"),
    ]);
  });

  it("a video's own limit is asked when its CM begins, too", async () => {
    const owner = await server.as("provider");
    const limited = await makePair({ seconds: 5 });
    await uploadPair(server, limited);
    await fetch(`${server.url}/api/videos/${limited.mainId}/conditions`, {
      method: "PATCH",
      headers: { ...owner, "Content-Type": "application/json" },
      body: JSON.stringify({ playsPerViewer: 1 }),
    });
    const [one, two] = [
      await openTestPlay(server, limited.mainId, { cookie }),
      await openTestPlay(server, limited.mainId, { cookie }),
    ];
    await watch(one);
    expect(await refusalOf(await askPlay(server, two, "/cm"))).toEqual([403, "viewer_plays_used_up"]);
  });

  it("visitors without an account at one network are paid for up to a number an hour; the report tells the others", async () => {
    const guests: OpenPlay[] = [];
    while (guests.length < 5) guests.push(await openTestPlay(server, pair.mainId));
    await Promise.all(guests.map((play) => secretTicket(server, play)));
    server.advance(10);
    const answers = await Promise.all(guests.map((play) => askSecret(server, play)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    const rows = deliveries(server).filter(({ play_id }) => guests.some(({ playId }) => playId === play_id));
    expect(rows.map(({ unbilled }) => unbilled).sort()).toEqual([null, null, null, "rate", "rate"]);
    server.advance(1); // a report's end is not in it
    const answer = await fetch(`${server.url}/api/reports/summary?all=1`, {
      headers: await server.as("administrator"),
    });
    const report = (await answer.json()) as Record<string, number> & { videos: Row[]; cms: Row[] };
    const all = deliveries(server);
    const count = (rows: readonly Row[], name: keyof Row) => rows.reduce((sum, row) => sum + row[name], 0);
    for (const rows of [report.videos, report.cms]) {
      expect(count(rows, "deliveries")).toBe(all.length);
      expect(count(rows, "billable")).toBe(all.filter(({ unbilled }) => unbilled === null).length);
      expect(count(rows, "repeats")).toBe(all.filter(({ unbilled }) => unbilled === "repeat").length);
      expect(count(rows, "overRate")).toBe(2);
      for (const row of rows) expect(row.billable + row.repeats + row.overCap + row.overRate).toBe(row.deliveries);
    }
    expect([report.deliveries, report.billable]).toEqual([all.length, count(report.videos, "billable")]);
  });
});

interface Row {
  deliveries: number;
  billable: number;
  repeats: number;
  overCap: number;
  overRate: number;
}

describe("S7 rates", () => {
  it("plays an hour by network for visitors, by account for others; no session is made for what is refused or only asked", async () => {
    const server = await startTestServer({ limits: { playsPerHour: 3 } });
    try {
      const pair = await makePair({ seconds: 3 });
      await uploadPair(server, pair);
      const sessions = () => rowsOf(server, "select id from sessions").length;
      const before = sessions();
      const conditions = await post(`${server.url}/api/plays/conditions`, { mainIds: [pair.mainId] });
      expect([conditions.status, conditions.headers.get("Set-Cookie")]).toEqual([200, null]);
      const open = (headers = {}) => post(`${server.url}/api/plays`, { mainIds: [pair.mainId] }, headers);
      const statuses: number[] = [];
      for (let i = 0; i < 6; i++) statuses.push((await open()).status);
      expect(statuses).toEqual([201, 201, 201, 429, 429, 429]);
      expect(sessions() - before).toBe(3);
      const viewer = await server.accounts.signIn("viewer");
      const own: number[] = [];
      for (let i = 0; i < 4; i++) own.push((await open(viewer)).status);
      expect(own).toEqual([201, 201, 201, 429]);
      const unknown = await post(`${server.url}/api/plays`, { mainIds: ["f".repeat(32)] }, viewer);
      expect(unknown.status).toBe(429);
    } finally {
      await server.close();
    }
  });

  it("a download counts once for a session and day, when at least half of it went out", async () => {
    const server = await startTestServer();
    try {
      const pair = await makePair({ seconds: 600, withheldBytes: 20 });
      const { main } = pair;
      await uploadPair(server, pair);
      const owner = await server.as("provider");
      const counted = async () =>
        (
          (await (await fetch(`${server.url}/api/videos/${pair.mainId}/downloads`, { headers: owner })).json()) as {
            downloads: object[];
          }
        ).downloads.length;
      const url = `${server.url}/api/mains/${pair.mainId}`;
      const third = Math.ceil(main.length / 3);
      await (await fetch(url, { headers: { Range: `bytes=${main.length - third}-` } })).arrayBuffer();
      await (await fetch(url, { headers: { Range: `bytes=0-${third}` } })).arrayBuffer(); // a player's
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await counted()).toBe(0);
      await (await fetch(url, { headers: { Range: `bytes=${third}-` } })).arrayBuffer();
      await expect.poll(counted).toBe(1);
      for (let i = 0; i < 3; i++) await (await fetch(url)).arrayBuffer();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await counted()).toBe(1);
      server.advance(24 * 3600);
      await (await fetch(url, { headers: owner })).arrayBuffer();
      await expect.poll(counted).toBe(2);
    } finally {
      await server.close();
    }
  });
});
