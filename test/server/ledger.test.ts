/** S7: what was delivered is in a ledger that shows every change made to it. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import SqliteDatabase from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askSecret, makePair, openTestPlay, startTestServer, type TestServer, uploadPair, watchCm } from "./harness.ts";

const CLI = new URL("../../dist/node/cli/cmix.js", import.meta.url).pathname;
const PLAYS = 5;

let server: TestServer;
const playIds: string[] = [];

beforeAll(async () => {
  server = await startTestServer();
  const pair = await makePair({ seconds: 5 });
  await uploadPair(server, pair);
  for (let i = 0; i < PLAYS; i++) {
    const play = await openTestPlay(server, pair.mainId);
    await watchCm(server, play);
    for (let again = 0; again < 3; again++) expect((await askSecret(server, play)).status).toBe(200);
    playIds.push(play.playId);
  }
});
afterAll(() => server.close());

async function verify(folder: string): Promise<{ code: number; out: string; error: string }> {
  const args = [CLI, "ledger", "verify", "--data", folder, "--json"];
  return promisify(execFile)(process.execPath, args).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, error: stderr }),
    ({ code, stdout, stderr }) => ({ code, out: stdout, error: stderr }),
  );
}

/** Verifies a copy of the data folder that `forge` has had its way with. */
async function verifyForged(forge: (db: SqliteDatabase.Database) => void): Promise<{ code: number; error: string }> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-ledger-"));
  try {
    await cp(join(server.folder, "data"), folder, { recursive: true });
    const db = new SqliteDatabase(join(folder, "cmix.sqlite"));
    db.exec("drop trigger ledger_no_update; drop trigger ledger_no_delete");
    forge(db);
    db.close();
    return await verify(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe("cmix ledger verify", () => {
  it("S7: holds while the server runs: one entry a play, however often its secret was asked", async () => {
    const { code, out } = await verify(join(server.folder, "data"));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ entries: PLAYS, deliveries: PLAYS });
  });

  it("S7: holds after a restart, and goes on from there", async () => {
    const before = JSON.parse((await verify(join(server.folder, "data"))).out) as { lastHash: string };
    await server.restart();
    expect(JSON.parse((await verify(join(server.folder, "data"))).out)).toEqual({ ...before });
  });

  const forgeries: Record<string, { forge: (db: SqliteDatabase.Database) => void; says: RegExp }> = {
    "an entry's content changed": {
      forge: (db) => db.exec("update ledger set body = replace(body, 'cmId\":\"', 'cmId\":\"f') where seq = 3"),
      says: /entry 3 was changed/,
    },
    "an entry's time changed": {
      forge: (db) => db.exec("update ledger set at = at + 1 where seq = 2"),
      says: /entry 2 was changed/,
    },
    "an entry taken out": {
      forge: (db) => db.exec("delete from ledger where seq = 2"),
      says: /entry 2 is missing/,
    },
    "an entry taken out and the numbers closed up": {
      forge: (db) => db.exec("delete from ledger where seq = 2; update ledger set seq = seq - 1 where seq > 2"),
      says: /entry 2 does not follow/,
    },
    "the last entry taken off": {
      forge: (db) => db.exec(`delete from ledger where seq = ${PLAYS}`),
      says: /taken off its end/,
    },
    "a delivery added to its table": {
      forge: (db) =>
        db.exec("insert into deliveries select 'x', 1, slave_id, main_id, cm_id, 1, null from deliveries limit 1"),
      says: /deliveries/,
    },
    "a delivery that is said not to be paid for": {
      forge: (db) => db.prepare("update deliveries set unbilled = 'cap' where play_id = ?").run(playIds[0]),
      says: /entry 1 differs/,
    },
    "a delivery given to another CM": {
      forge: (db) => db.prepare("update deliveries set cm_id = 'other' where play_id = ?").run(playIds[0]),
      says: /entry 1 differs/,
    },
  };
  for (const [name, { forge, says }] of Object.entries(forgeries))
    it(`S7: names what is wrong: ${name}`, async () => {
      const { code, error } = await verifyForged(forge);
      expect(error).toMatch(says);
      expect(error.trim().split("\n")).toHaveLength(1);
      expect(code).toBe(3);
    });

  it("S7: entries cannot be changed through the server's own connection", () => {
    const db = new SqliteDatabase(join(server.folder, "data/cmix.sqlite"));
    expect(() => db.exec("update ledger set at = 0")).toThrow(/append-only/);
    expect(() => db.exec("delete from ledger")).toThrow(/append-only/);
    db.close();
  });

  it("says what to do with a database of before the ledger", async () => {
    const { code, error } = await verifyForged((db) => db.exec("drop table ledger"));
    expect(code).toBe(3);
    expect(error).toMatch(/older than the ledger: start the server on it once/);
  });

  it("says where to look when the folder has no database", async () => {
    const { code, error } = await verify(join(server.folder, "web"));
    expect(code).toBe(3);
    expect(error).toMatch(/cmix\.sqlite is not there: name the server's data folder with --data/);
  });
});
