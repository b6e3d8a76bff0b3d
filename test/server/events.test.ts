/** S7: events of a play are counted once, in their time by the server's clock, and are in the ledger. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import SqliteDatabase from "better-sqlite3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
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

const CLI = new URL("../../dist/node/cli/cmix.js", import.meta.url).pathname;

let server: TestServer;
let pair: TestPair;
let play: OpenPlay;

beforeAll(async () => {
  server = await startTestServer();
  pair = await makePair();
  await uploadPair(server, pair);
});
afterAll(() => server.close());
beforeEach(async () => {
  play = await openTestPlay(server, pair.mainId);
});

interface Told {
  id?: string;
  kind: string;
  number?: number;
  seconds?: number;
}

let ids = 0;

/** Tells events and gives what became of each. */
async function tell(...events: Told[]): Promise<string[]> {
  const answer = await askPlay(server, play, "/events", {
    body: { events: events.map((event) => ({ id: `event-${ids++}`, number: 1, ...event })) },
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { events: { outcome: string }[] }).events.map(({ outcome }) => outcome);
}

async function rows(): Promise<{ kind: string; number: number; seconds: number }[]> {
  const db = new SqliteDatabase(join(server.folder, "data/cmix.sqlite"), { readonly: true });
  try {
    return db
      .prepare("select kind, number, seconds from play_events where play_id = ? order by rowid")
      .all(play.playId) as never;
  } finally {
    db.close();
  }
}

describe("S7 events of a CM", () => {
  it.each([
    ["impression", 0],
    ["start", 0],
    ["quartile_1", 0.25],
    ["quartile_2", 0.5],
    ["quartile_3", 0.75],
    ["complete", 1],
  ] as const)("%s counts from %f of its time on, not 50 ms before", async (kind, share) => {
    expect(await tell({ kind })).toEqual(["early"]); // the CM has not even been asked for
    await askPlay(server, play, "/cm");
    if (share > 0) {
      server.advance(play.cm.durationSeconds * share - 0.05);
      expect(await tell({ kind })).toEqual(["early"]);
      server.advance(0.051);
    }
    expect(await tell({ kind })).toEqual(["counted"]);
    expect(await rows()).toEqual([{ kind, number: 1, seconds: 0 }]);
  });

  it("count once a play: told again by the same id or another, in one request or at once", async () => {
    await watchCm(server, play);
    expect(await tell({ kind: "complete", id: "a" }, { kind: "complete", id: "b" })).toEqual(["counted", "known"]);
    expect(await tell({ kind: "complete", id: "a" })).toEqual(["known"]);
    const many = await Promise.all(Array.from({ length: 8 }, () => tell({ kind: "click" })));
    expect(many.flat().sort()).toEqual(["counted", ...Array(7).fill("known")]);
    expect(await rows()).toHaveLength(2);
  });

  it("of a CM that is shown again, or was shown before, count once too", async () => {
    await watchCm(server, play);
    await moveTo(server, play, "next");
    expect(await tell({ kind: "complete" })).toEqual(["counted"]); // told late
    await moveTo(server, play, "back");
    await watchCm(server, play);
    expect(await tell({ kind: "complete" })).toEqual(["known"]);
  });

  it("of a CM that the play does not have, or has not come to, are not counted", async () => {
    await watchCm(server, play);
    expect(await tell({ kind: "start", number: 2 }, { kind: "start", number: 3 })).toEqual(["early", "unknown"]);
  });
});

describe("S7 seconds of a video", () => {
  beforeEach(async () => {
    await watchCm(server, play);
    expect(await tell({ kind: "seconds", seconds: 5 })).toEqual(["early"]); // its secret was not asked for
    await askSecret(server, play);
  });

  it("count up to the time that has passed", async () => {
    server.advance(10);
    expect(await tell({ kind: "seconds", seconds: 11 }, { kind: "seconds", seconds: 9.5 })).toEqual([
      "early",
      "counted",
    ]);
    server.advance(10);
    expect(await tell({ kind: "seconds", seconds: 9.5 }, { kind: "seconds", seconds: 18 })).toEqual([
      "known",
      "counted",
    ]);
    expect((await rows()).map(({ seconds }) => seconds)).toEqual([9, 18]);
  });

  it("count in whole seconds and in steps of 5 at least, however finely they are told", async () => {
    server.advance(40);
    const outcomes: string[] = [];
    for (let i = 0; i < 40; i++)
      outcomes.push(
        ...(await tell(...Array.from({ length: 50 }, (_, n) => ({ kind: "seconds", seconds: i + n / 50 + 0.001 })))),
      );
    expect(outcomes.filter((outcome) => outcome === "counted")).toHaveLength(7);
    expect((await rows()).map(({ seconds }) => seconds)).toEqual([5, 10, 15, 20, 25, 30, 35]);
  });

  it("count to the video's end, whatever the last step is", async () => {
    server.advance(1000);
    expect(await tell({ kind: "seconds", seconds: play.durationSeconds - 3 })).toEqual(["counted"]);
    expect(await tell({ kind: "seconds", seconds: play.durationSeconds - 1 })).toEqual(["known"]);
    expect(await tell({ kind: "seconds", seconds: play.durationSeconds })).toEqual(["counted"]);
    expect(await tell({ kind: "seconds", seconds: play.durationSeconds + 1 })).toEqual(["known"]);
  });

  it("stop with the video", async () => {
    server.advance(5);
    await moveTo(server, play, "stop");
    server.advance(100);
    expect(await tell({ kind: "seconds", seconds: 6 }, { kind: "seconds", seconds: 5 })).toEqual(["early", "counted"]);
  });
});

describe("S7 the ledger of events", () => {
  const verify = () =>
    promisify(execFile)(process.execPath, [CLI, "ledger", "verify", "--data", join(server.folder, "data"), "--json"]);

  it("holds each counted event, after a restart too, and shows one that was changed or added", async () => {
    await watchCm(server, play);
    await tell({ kind: "start" }, { kind: "complete" });
    await askSecret(server, play);
    await server.restart();
    expect(await tell({ kind: "complete" }, { kind: "click" })).toEqual(["known", "counted"]);
    const db = new SqliteDatabase(join(server.folder, "data/cmix.sqlite"));
    try {
      const { count } = db.prepare("select count(*) as count from play_events").get() as { count: number };
      expect(JSON.parse((await verify()).stdout)).toMatchObject({ events: count });
      db.exec(`insert into play_events (play_id, event_id, kind, number, main_id, cm_id, seconds, at)
        select play_id, 'x', 'seconds', 1, 'm', '', 99, at from play_events limit 1`);
      await expect(verify()).rejects.toThrow(/events/);
      db.exec("delete from play_events where event_id = 'x'");
      db.prepare("update play_events set at = at - 1 where play_id = ?").run(play.playId);
      await expect(verify()).rejects.toThrow(/differs from the table of events/);
    } finally {
      db.close();
    }
  });
});
