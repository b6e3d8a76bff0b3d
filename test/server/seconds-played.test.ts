/** S7: what reports say was played, shown and clicked equals a recount of the ledger by code that shares nothing with the server's. */
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  askPlay,
  askSecret,
  makePair,
  moveTo,
  type OpenPlay,
  openTestPlay,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadPair,
  watchCm,
} from "./harness.ts";

let server: TestServer;
const pairs: TestPair[] = [];
let ids = 0;

beforeAll(async () => {
  server = await startTestServer();
  for (let i = 0; i < 3; i++) {
    const pair = await makePair({ seconds: 60, title: `Video ${i}` });
    await uploadPair(server, pair);
    pairs.push(pair);
  }
});
afterAll(() => server.close());

const mainOf = (i: number) => pairs[i]?.mainId ?? "";

async function tell(play: OpenPlay, kind: string, number: number, seconds?: number): Promise<string> {
  const event = { id: `event-${ids++}`, kind, number, ...(seconds !== undefined && { seconds }) };
  const answer = await askPlay(server, play, "/events", { body: { events: [event] } });
  const { events } = (await answer.json()) as { events: { outcome: string }[] };
  return events[0]?.outcome ?? "";
}

/** Begins a play, watches its CM, and has its first video's secret. */
async function begin(...videos: number[]): Promise<OpenPlay> {
  const play = await openTestPlay(server, videos.map(mainOf));
  await watchCm(server, play);
  expect(await tell(play, "impression", 1)).toBe("counted");
  expect((await askSecret(server, play)).status).toBe(200);
  return play;
}

interface Sums {
  deliveries: number;
  /** By main. */
  seconds: Record<string, number>;
  impressions: number;
  clicks: number;
}

/** Walks the ledger's entries once. A player tells how much it showed so far: its last word counts, less its last before the period. */
function recount(from: number, to: number): Sums {
  const db = new SqliteDatabase(join(server.folder, "data/cmix.sqlite"), { readonly: true });
  const entries = db.prepare("select at, kind, body from ledger order by seq").all() as Record<string, string>[];
  db.close();
  const sums: Sums = { deliveries: 0, seconds: {}, impressions: 0, clicks: 0 };
  const before = new Map<string, number>();
  const within = new Map<string, { main: string; seconds: number }>();
  for (const entry of entries) {
    const at = Number(entry.at);
    const body = JSON.parse(entry.body ?? "") as Record<string, string | number>;
    const isWithin = at >= from && at < to;
    if (entry.kind === "delivery") sums.deliveries += isWithin ? 1 : 0;
    else if (body.kind === "seconds") {
      const video = `${body.playId}/${body.number}`;
      if (at < from) before.set(video, Number(body.seconds));
      else if (isWithin) within.set(video, { main: String(body.mainId), seconds: Number(body.seconds) });
    } else if (isWithin && body.kind === "impression") sums.impressions++;
    else if (isWithin && body.kind === "click") sums.clicks++;
  }
  for (const [video, { main, seconds }] of within)
    sums.seconds[main] = (sums.seconds[main] ?? 0) + seconds - (before.get(video) ?? 0);
  return sums;
}

async function reported(from: number, to: number): Promise<Sums & { total: number }> {
  const search = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  const answer = await fetch(`${server.url}/api/reports/summary?${search}`, { headers: await server.as("provider") });
  const report = (await answer.json()) as {
    deliveries: number;
    secondsPlayed: number;
    videos: { id: string; secondsPlayed: number }[];
    cms: { impressions: number; clicks: number }[];
  };
  const shown = report.videos.filter(({ secondsPlayed }) => secondsPlayed > 0);
  return {
    deliveries: report.deliveries,
    seconds: Object.fromEntries(shown.map(({ id, secondsPlayed }) => [id, secondsPlayed])),
    impressions: report.cms.reduce((sum, { impressions }) => sum + impressions, 0),
    clicks: report.cms.reduce((sum, { clicks }) => sum + clicks, 0),
    total: report.secondsPlayed,
  };
}

it("S7 seconds played, impressions and clicks of each period equal a recount of the ledger", async () => {
  const summaryEnd = async () => {
    const answer = await fetch(`${server.url}/api/reports/summary`, { headers: await server.as("provider") });
    return Date.parse(((await answer.json()) as { to: string }).to);
  };
  const marks = [await summaryEnd()];
  const [first, second] = [await begin(0), await begin(1, 2)];
  server.advance(20);
  expect(await tell(first, "seconds", 1, 7.5)).toBe("counted");
  expect(await tell(first, "seconds", 1, 12.25)).toBe("counted");
  expect(await tell(first, "seconds", 1, 9)).toBe("known"); // less than was told
  expect(await tell(first, "seconds", 1, 5000)).toBe("early");
  expect(await tell(second, "seconds", 1, 19)).toBe("counted");
  expect(await tell(second, "click", 1)).toBe("counted");
  expect(await tell(second, "click", 1)).toBe("known");
  server.advance(1);
  marks.push(await summaryEnd());
  // The same plays go on in the next period, one of them in its second video.
  expect(await tell(first, "seconds", 1, 20)).toBe("counted");
  const place = await moveTo(server, second, "next");
  if (place.cm === undefined) throw new Error("no CM before the second video");
  await watchCm(server, second, place.cm);
  expect((await askSecret(server, second)).status).toBe(200);
  server.advance(10);
  expect(await tell(second, "seconds", 2, 9.5)).toBe("counted");
  const third = await begin(0);
  server.advance(6);
  expect(await tell(third, "seconds", 1, 3)).toBe("known"); // a step below 5 s
  expect(await tell(third, "seconds", 1, 5)).toBe("counted");
  expect(await tell(third, "click", 1)).toBe("counted");
  server.advance(1);
  marks.push(await summaryEnd());
  const found: number[] = [];
  for (const [a, b] of [
    [0, 1],
    [1, 2],
    [0, 2],
  ] as const) {
    const [from, to] = [marks[a] ?? 0, marks[b] ?? 0];
    const { total, ...sums } = await reported(from, to);
    const recounted = recount(from, to);
    expect(sums).toEqual(recounted);
    expect(total).toBe(Object.values(recounted.seconds).reduce((sum, seconds) => sum + seconds, 0));
    found.push(total);
  }
  expect(found).toEqual([12 + 19, 8 + 9 + 5, 12 + 19 + 8 + 9 + 5]);
});
