/**
 * kill -9 of the server while it takes uploads and plays: what it accepted is there afterwards, no file is half, the chain holds.
 * CMIX_KILLS says how often and CMIX_SEED from where; a seeded sample of 3 runs always.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import SqliteDatabase from "better-sqlite3";
import { expect, it } from "vitest";
import { sourceFromBytes } from "../../codec/bytes/bytes.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { openMasterKey } from "../../server/security/master-key.ts";
import { openFileBlobs } from "../../server/storage/folder/file-blobs.ts";
import { makePair, openTestPlay, startTestServer, type TestPair, uploadFile, uploadPair } from "./harness.ts";

const CLI = new URL("../../dist/node/cli/cmix.js", import.meta.url).pathname;
const KILLS = Number(process.env.CMIX_KILLS ?? 3);
const SEED = Number(process.env.CMIX_SEED ?? 1);
const LONGEST_MILLISECONDS = 700;

let state = SEED;
const random = (below: number): number => {
  state = (state * 48271) % 2147483647;
  return state % below;
};

async function start(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [CLI, "serve", "--port", "0", "--data", dataDir], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      const { event, url } = JSON.parse(line) as { event: string; url?: string };
      if (event === "listening" && url !== undefined) resolve(url);
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { child, url };
}

const gone = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });

it(`S7 after kill -9 at ${KILLS} random points no accepted event is lost, no file is half, and the chain holds`, {
  timeout: 120_000 + KILLS * 30_000,
}, async () => {
  // Accounts and the first pair come from a server of the test's own on the same folder.
  const setup = await startTestServer();
  setup.advance(Date.now() / 1000 - Date.UTC(2026, 0, 1) / 1000); // the killed servers go by the real time
  const dataDir = join(setup.folder, "data");
  try {
    const pair = await makePair({ seconds: 4 });
    await uploadPair(setup, pair);
    const provider = await setup.as("provider");
    await setup.stop();
    const accepted: { playId: string; id: string }[] = [];
    const uploaded: TestPair[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const { child, url } = await start(dataDir);
      const server = { ...setup, url };
      const fresh = await makePair({ seconds: 20, withheldBytes: 20_000 });
      const upload = uploadFile(server, "slave", fresh.slaveId, fresh.slave, provider).then((answer) => {
        if (answer.status === 201) uploaded.push(fresh);
      });
      const play = async () => {
        for (;;) {
          const { playId, cookie, cm } = await openTestPlay(server, pair.mainId);
          await fetch(`${url}${cm.url}`, { headers: { Cookie: cookie } });
          for (const kind of ["impression", "start", "click"]) {
            const id = `${kind}-${kill}`;
            const answer = await fetch(`${url}/api/plays/${playId}/events`, {
              method: "POST",
              headers: { Cookie: cookie, "Content-Type": "application/json" },
              body: JSON.stringify({ events: [{ id, kind, number: 1 }] }),
            });
            const { events } = (await answer.json()) as { events: { outcome: string }[] };
            if (events[0]?.outcome === "counted") accepted.push({ playId, id });
          }
        }
      };
      const working = [upload, ...Array.from({ length: 4 }, play)].map((work) => work.catch(() => {}));
      await new Promise((resolve) => setTimeout(resolve, random(LONGEST_MILLISECONDS)));
      await gone(child);
      await Promise.all(working);
    }
    const db = new SqliteDatabase(join(dataDir, "cmix.sqlite"));
    const row = db.prepare("select 1 from play_events where play_id = ? and event_id = ?");
    const lost = accepted.filter(({ playId, id }) => row.get(playId, id) === undefined);
    const { count } = db.prepare("select count(*) as count from play_events").get() as { count: number };
    const slaves = db.prepare("select slave_id from videos").all() as { slave_id: string }[];
    db.close();
    expect(lost, `seed ${SEED}`).toEqual([]);
    expect(accepted.length).toBeGreaterThan(0);
    const { stdout } = await promisify(execFile)(process.execPath, [
      CLI,
      "ledger",
      "verify",
      "--data",
      dataDir,
      "--json",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ events: count });
    // Every slave that is listed, and every one that was accepted, is whole.
    const ids = slaves.map(({ slave_id }) => slave_id);
    for (const { slaveId } of uploaded) expect(ids).toContain(slaveId);
    const { child } = await start(dataDir);
    await gone(child); // a start clears up what the kill left
    const { key } = await openMasterKey(dataDir, undefined);
    const blobs = await openFileBlobs(dataDir, key);
    for (const id of ids) {
      const source = await blobs.source("slaves", id);
      const reader = await SlaveReader.open(sourceFromBytes(await source.read(0, source.size)));
      for (let segment = 0; segment < reader.segments; segment++) await reader.readSegment(segment);
    }
    expect(await readdir(join(dataDir, "tmp"))).toEqual([]);
  } finally {
    await setup.close();
  }
});
