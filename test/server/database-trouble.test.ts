/** S14: a database that another program holds, and one that has no room, say so, lose and count nothing wrongly, and pass by themselves. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import SqliteDatabase from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createListener } from "../../server/app.ts";
import { DATABASE_FILE } from "../../server/config.ts";
import type { Deps } from "../../server/deps.ts";
import { importSamples } from "../../server/jobs/first-start.ts";
import { importSlave } from "../../server/library/import-slave.ts";
import { Uploads } from "../../server/library/uploads.ts";
import { openDeps } from "../../server/open-deps.ts";
import { LivePlays } from "../../server/plays/live-plays.ts";
import { type OpenDatabase, openDatabase } from "../../server/storage/sqlite/database.ts";
import { createStore } from "../../server/storage/sqlite/store.ts";
import { verifyLedger } from "../../server/verify-ledger.ts";
import {
  askPlay,
  askSecret,
  type ErrorBody,
  HOUSE_CM,
  makePair,
  type OpenPlay,
  openTestPlay,
  post,
  secretTicket,
  spendTicket,
  startTestServer,
  type TestPair,
  type TestServer,
  ticketAt,
  uploadPair,
  WASM_PATH,
} from "./harness.ts";

const refusalOf = async (answer: Response) => ((await answer.json()) as ErrorBody).error;

/** What a play's player tells; ids make it count once. */
async function tell(at: Pick<TestServer, "url">, play: OpenPlay, ...ids: string[]): Promise<Response> {
  return askPlay(at, play, "/events", { body: { events: ids.map((id) => ({ id, kind: "click", number: 1 })) } });
}

function counted(dataDir: string): string[] {
  const db = new SqliteDatabase(join(dataDir, DATABASE_FILE), { readonly: true });
  try {
    return (db.prepare("select event_id from play_events order by rowid").all() as { event_id: string }[]).map(
      ({ event_id }) => event_id,
    );
  } finally {
    db.close();
  }
}

describe("S14 a database that another program holds", () => {
  let server: TestServer;
  let pair: TestPair;
  let dataDir: string;

  beforeAll(async () => {
    server = await startTestServer();
    pair = await makePair({ seconds: 10 });
    await uploadPair(server, pair);
    dataDir = join(server.folder, "data");
  });
  afterAll(() => server.close());

  async function whileHeld<T>(work: () => Promise<T>): Promise<T> {
    const holder = new SqliteDatabase(join(dataDir, DATABASE_FILE));
    holder.exec("begin immediate");
    try {
      return await work();
    } finally {
      holder.close(); // releases it
    }
  }

  it("refuses changes with 503 and when to come again, reads on meanwhile, and needs no restart", async () => {
    const play = await openTestPlay(server, pair.mainId);
    await askPlay(server, play, "/cm"); // its clock runs: a click counts
    const ticket = await ticketAt(server, play, 0);
    const order: string[] = [];
    const change = async (asked: Promise<Response>) => {
      const answer = await asked;
      order.push("change");
      expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "2"]);
      expect(await refusalOf(answer)).toMatchObject({
        code: "unavailable",
        message: expect.stringMatching(/: try again$/),
      });
    };
    await whileHeld(async () => {
      const changes = [
        change(askPlay(server, play, "/units?most=1", { ticket })),
        change(tell(server, play, "held")),
        change(post(`${server.url}/api/plays`, { mainIds: [pair.mainId] })),
      ];
      for (let i = 0; i < 20; i++)
        for (const path of ["/api/videos", "/readyz", "/api/session"]) {
          expect((await fetch(`${server.url}${path}`, { headers: { Cookie: play.cookie } })).status).toBe(200);
          order.push("read");
        }
      await Promise.all(changes);
    });
    expect(order).toEqual([...Array(60).fill("read"), "change", "change", "change"]);
    expect(counted(dataDir)).toEqual([]);
    // What was refused did not happen: the same ticket and the same event are good now.
    expect((await spendTicket(server, play, ticket, 1)).status).toBe(200);
    expect(await (await tell(server, play, "held")).json()).toEqual({ events: [{ id: "held", outcome: "counted" }] });
    expect(counted(dataDir)).toEqual(["held"]);
    await openTestPlay(server, pair.mainId);
  });

  it("waits for one that releases it in time, and then changes what was asked", async () => {
    const play = await openTestPlay(server, pair.mainId);
    await askPlay(server, play, "/cm");
    const { opening, telling } = await whileHeld(async () => {
      const asked = { opening: openTestPlay(server, pair.mainId), telling: tell(server, play, "waited") };
      await pause(300);
      return asked;
    });
    expect((await opening).segments).toBe(pair.segments);
    expect(await (await telling).json()).toEqual({ events: [{ id: "waited", outcome: "counted" }] });
  });
});

describe("S14 a database that has no room", () => {
  let folder: string;
  let opened: OpenDatabase;
  let deps: Deps;
  let http: Server;
  let at: Pick<TestServer, "url">;
  let pair: TestPair;
  let clock = Date.UTC(2026, 0, 1);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cmix-full-"));
    const now = () => clock;
    const whole = await openDeps({ dataDir: folder, wasmPath: WASM_PATH, webDir: folder }, { log: () => {}, now });
    await whole.store.close();
    // The server's own connection, within reach.
    opened = await openDatabase(join(folder, DATABASE_FILE));
    const store = createStore(opened, whole.key);
    deps = { ...whole, store, livePlays: new LivePlays(store, now) };
    await importSamples(deps, dirname(HOUSE_CM));
    pair = await makePair({ seconds: 10 });
    await importSlave(deps, pair.slaveId, Readable.from([pair.slave]), null, "unlisted");
    http = createServer(createListener(deps, new Uploads(deps), "127.0.0.1"));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    at = { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
  });
  afterAll(async () => {
    http.close();
    http.closeAllConnections();
    await deps.store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("refuses with 507, counts nothing that it refused, and goes on when there is room again", async () => {
    const play = await openTestPlay(at, pair.mainId);
    const ticket = await secretTicket(at, play);
    clock += 10_000;
    expect((await askSecret(at, play, ticket)).status).toBe(200);
    clock += 10_000_000; // so much may have been shown by now
    const tellShown = (seconds: number) =>
      askPlay(at, play, "/events", {
        body: { events: [{ id: `shown-${seconds}`, kind: "seconds", number: 1, seconds }] },
      });
    const limitPages = (pages: number) => void opened.file.writer.pragma(`max_page_count = ${pages}`);
    limitPages(opened.file.writer.pragma("page_count", { simple: true }) as number);
    const accepted: string[] = [];
    const refused: number[] = [];
    for (let seconds = 5; refused.length < 3 && seconds < 5000; seconds += 5) {
      const answer = await tellShown(seconds);
      if (answer.status === 200) accepted.push(`shown-${seconds}`);
      else {
        expect(answer.status).toBe(507);
        expect(await refusalOf(answer)).toMatchObject({
          code: "storage_full",
          message: expect.stringMatching(/disk is full/),
        });
        refused.push(seconds);
      }
    }
    expect([accepted.length > 0, refused.length]).toEqual([true, 3]);
    expect((await fetch(`${at.url}/api/videos`)).status).toBe(200);
    expect(counted(folder)).toEqual(accepted);
    expect(await verifyLedger(folder)).toMatchObject({ deliveries: 1, events: accepted.length });
    limitPages(2 ** 30);
    for (const seconds of refused) {
      expect(await (await tellShown(seconds)).json()).toMatchObject({ events: [{ outcome: "counted" }] });
      accepted.push(`shown-${seconds}`);
    }
    expect(counted(folder)).toEqual(accepted);
    expect(await verifyLedger(folder)).toMatchObject({ deliveries: 1, events: accepted.length });
  });
});
