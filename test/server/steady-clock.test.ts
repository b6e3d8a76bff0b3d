/** S5: setting the system's clock neither ends a CM nor keeps it. */

import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, describe, expect, it } from "vitest";
import { DATABASE_FILE } from "../../server/config.ts";
import { steadyClock } from "../../server/steady-clock.ts";
import { askPlay, askSecret, makePair, openTestPlay, startTestServer, type TestServer, uploadPair } from "./harness.ts";
import { refusalOf } from "./play-facts.ts";

const HOUR = 3600_000;

function clocks() {
  const real = { wall: 1_000_000_000_000, monotonic: 5000.25 };
  const now = steadyClock({ wall: () => real.wall, monotonic: () => real.monotonic });
  const pass = (milliseconds: number) => {
    real.wall += milliseconds;
    real.monotonic += milliseconds;
  };
  return { real, now, pass };
}

describe("the service's clock", () => {
  it("is the system's while nobody sets that", () => {
    const { real, now, pass } = clocks();
    for (let i = 0; i < 1000; i++) {
      pass(i / 7);
      expect(Math.abs(now() - real.wall)).toBeLessThanOrEqual(1);
    }
  });

  it.each([-HOUR, HOUR])("neither jumps nor stops when the system's is set by %d ms during a CM of 30 s", (step) => {
    const { real, now, pass } = clocks();
    pass(10_000);
    const start = now();
    real.wall += step;
    const seen = [start];
    for (let i = 0; i < 300; i++) {
      pass(100);
      seen.push(now());
    }
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(Math.abs((seen.at(-1) ?? 0) - start - 30_000)).toBeLessThanOrEqual(30_000 * 0.05 + 1);
    // A day later it tells the system's time again.
    for (let i = 0; i < 24 * 60; i++) {
      pass(60_000);
      now();
    }
    expect(Math.abs(now() - real.wall)).toBeLessThanOrEqual(1);
  });
});

describe("S5 a clock set back while the server does not run", () => {
  let server: TestServer;
  afterEach(() => server.close());

  const real = { wall: Date.UTC(2027, 0, 1), monotonic: 0 };
  const pass = (seconds: number) => {
    real.wall += seconds * 1000;
    real.monotonic += seconds * 1000;
  };
  const start = async () => {
    server = await startTestServer({ clock: { wall: () => real.wall, monotonic: () => real.monotonic } });
  };

  it("by an hour: a CM goes on, neither ended nor an hour longer; sessions hold; the ledger's times never go back", async () => {
    await start();
    const pair = await makePair({ seconds: 60 });
    await uploadPair(server, pair);
    const provider = await server.as("provider");
    const play = await openTestPlay(server, pair.mainId);
    const ticketOf = async () => {
      const cm = await askPlay(server, play, "/cm");
      await cm.arrayBuffer();
      return cm.headers.get("Cmix-Ticket") ?? "";
    };
    await ticketOf();
    pass(1);
    await askPlay(server, play, "/place");
    await server.stop();
    real.wall -= HOUR;
    await server.restart();
    expect((await fetch(`${server.url}/api/uploads`, { headers: provider })).status).toBe(200);
    const ticket = await ticketOf();
    const early = await askSecret(server, play, ticket);
    expect(early.status).toBe(425);
    const wait = Number(
      ((await early.json()) as { error: { details: { retryAfterSeconds: number } } }).error.details.retryAfterSeconds,
    );
    expect(wait).toBeLessThanOrEqual(play.cm.durationSeconds);
    pass(wait - 0.5);
    expect(await refusalOf(await askSecret(server, play, ticket))).toEqual([425, "too_early"]);
    pass(2);
    expect((await askSecret(server, play, ticket)).status).toBe(200);
    await openTestPlay(server, pair.mainId, { cookie: play.cookie });
    await server.stop();
    const database = new Sqlite(join(server.folder, "data", DATABASE_FILE), { readonly: true });
    const times = database.prepare("select at from ledger order by seq").pluck().all() as number[];
    const plays = database.prepare("select created_at from plays order by rowid").pluck().all() as number[];
    database.close();
    expect(times.length).toBeGreaterThan(0);
    expect(times[0]).toBeGreaterThan(Date.UTC(2027, 0, 1)); // and not an hour before
    for (const list of [times, plays]) expect(list).toEqual(list.toSorted((a, b) => a - b));
  });

  it("by more than a day: the start is refused in a line that names both times", async () => {
    await start();
    await uploadPair(server, await makePair({ seconds: 2 }));
    await server.stop();
    real.wall -= 25 * HOUR;
    await expect(server.restart()).rejects.toThrow(
      /^this machine's clock says \S+Z, and \S+ was in use at \S+Z: set the clock right, or restore a backup/,
    );
    real.wall += 25 * HOUR;
    await server.restart();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });
});
