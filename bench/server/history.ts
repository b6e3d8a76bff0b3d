/** What opening a play and the library page cost a service that has delivered for long: `CMIX_BENCH_DELIVERIES` deliveries (10^7). */
import { once } from "node:events";
import { linkSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { DATABASE_FILE } from "../../server/config.ts";
import { MasterKey } from "../../server/security/master-key.ts";
import { openDatabase } from "../../server/storage/sqlite/database.ts";
import { createStore } from "../../server/storage/sqlite/store.ts";
import { median, type Ratio } from "../measure.ts";
import { makeLoadData } from "./load-data.ts";
import { startCmix } from "./plays-load.ts";
import { RawClient } from "./raw-client.ts";

const DELIVERIES = Number(process.env.CMIX_BENCH_DELIVERIES ?? 1e7);
const VIDEOS = 50;
const OPENED = 400;
const PAGES = 400;
/** Asked before anything is measured: a service that has delivered for long has its code compiled. */
const WARM = 2000;
/** Between two deliveries. */
const STEP_MILLISECONDS = 3000;
/** The server watches its loop with a timer of so long, which is part of what it tells. */
const LOOP_TIMER_MILLISECONDS = 10;

const TARGETS = { open: 2, many: 50, library: 5, stall: 50 } as const;

/** Of each round beside which the loop is watched. */
const MIXED = 40;

/** Measures on a data folder of its own, which it removes. */
export async function benchHistory(): Promise<Ratio[]> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-history-"));
  const dataDir = join(folder, "data");
  let server: Awaited<ReturnType<typeof startCmix>> | undefined;
  try {
    const mainId = await makeLoadData(dataDir);
    const mainIds = addHistory(dataDir, mainId);
    server = await startCmix(dataDir, ["--plays-per-hour", "1000000000"]);
    const client = new RawClient(server.port);
    const asked = new ServerMeters(server.port);
    const open = (videos: string[]) => client.request("POST", "/api/plays", "", JSON.stringify({ mainIds: videos }));
    const page = (from = client) => from.request("GET", "/api/videos?size=24", "");
    for (let i = 0; i < WARM; i++) [await open([mainId]), await page()];
    const one = await asked.cpuOf(OPENED, () => open([mainId]), 201);
    const many = await asked.cpuOf(OPENED / 10, () => open(mainIds), 201);
    const pages = await asked.cpuOf(PAGES, () => page(), 200);
    await asked.stall(); // what was until now counts no more
    const reader = new RawClient(server.port);
    for (let i = 0; i < MIXED; i++) {
      await Promise.all([open([mainId]), page(reader)]);
      if (i % 10 === 0) await open(mainIds);
    }
    const stall = await asked.stall();
    for (const each of [client, reader]) each.close();
    server.process.kill();
    await once(server.process, "exit");
    const report = await reportOf(join(dataDir, DATABASE_FILE));
    const details = { deliveries: DELIVERIES, videos: VIDEOS };
    const row = (name: string, ours: number, theirs: number, more: object = {}): Ratio => ({
      ...{ name, peer: `target ${theirs}`, ours, theirs, unit: "ms" },
      details: { ...details, ...more },
    });
    const aside = ({ system, wall }: typeof one) => ({ system: system.toFixed(2), answer: wall.toFixed(2) });
    return [
      row("CPU of opening a play", one.cpu, TARGETS.open, aside(one)),
      row("CPU of opening a play of 50 videos", many.cpu, TARGETS.many, aside(many)),
      row("CPU of a library page", pages.cpu, TARGETS.library, aside(pages)),
      row("longest stall of the server's loop", stall, TARGETS.stall),
      row("report of all videos over the whole time", report.all, TARGETS.stall),
      row("report of all videos, minutes around hours", report.edges, TARGETS.stall),
    ];
  } finally {
    server?.process.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the server's own process says of itself at /metrics: nothing of the client's work is in it. */
class ServerMeters {
  private readonly url: string;

  constructor(port: number) {
    this.url = `http://127.0.0.1:${port}/metrics`;
  }

  /** Asks one after another. @returns milliseconds of the server's CPU for each, of these the system's, and the median until its answer */
  async cpuOf(
    times: number,
    ask: () => Promise<{ status: number; milliseconds: number }>,
    status: number,
  ): Promise<{ cpu: number; system: number; wall: number }> {
    const before = await this.cpu();
    const walls: number[] = [];
    for (let i = 0; i < times; i++) {
      const answer = await ask();
      if (answer.status !== status) throw new Error(`status ${answer.status}`);
      walls.push(answer.milliseconds);
    }
    const after = await this.cpu();
    const each = (of: keyof typeof before) => ((after[of] - before[of]) * 1000) / times;
    return { cpu: each("all"), system: each("system"), wall: median(walls) };
  }

  private async cpu(): Promise<{ all: number; system: number }> {
    return {
      all: await this.read("process_cpu_seconds_total"),
      system: await this.read("process_cpu_system_seconds_total"),
    };
  }

  /** For how many milliseconds the loop stood still at most since the last call. */
  async stall(): Promise<number> {
    return (await this.read("nodejs_eventloop_lag_max_seconds")) * 1000 - LOOP_TIMER_MILLISECONDS;
  }

  private async read(name: string): Promise<number> {
    const text = await (await fetch(this.url)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  }
}

/** Milliseconds of this process's thread for reports, as the server would make them. */
async function reportOf(path: string): Promise<{ all: number; edges: number }> {
  const { reports, close } = createStore(await openDatabase(path), new MasterKey(new Uint8Array(32)));
  const end = DELIVERIES * STEP_MILLISECONDS;
  const timed = async (from: number, to: number): Promise<number> => {
    const start = performance.now();
    await reports.lines({ all: true }, from, to);
    return performance.now() - start;
  };
  await timed(0, 1); // prepared
  const found = { all: await timed(0, end), edges: await timed(end / 7 + 1, (end * 6) / 7 + 1) };
  await close();
  return found;
}

const hex = (of: string) => `lower(printf('%032x', ${of}))`;

/** Copies the one video to as many as {@link VIDEOS}, and writes deliveries of a year over them all. @returns their mains' ids */
function addHistory(dataDir: string, mainId: string): string[] {
  const db = new SqliteDatabase(join(dataDir, DATABASE_FILE));
  // Whoever fills a database that nobody else has seen needs neither a journal nor the disk, and no index before its rows.
  db.pragma("journal_mode = OFF");
  db.pragma("synchronous = OFF");
  db.pragma("cache_size = -500000"); // 500 MB
  const indexes = db
    .prepare("select name, sql from sqlite_master where type = 'index' and tbl_name = 'deliveries' and sql is not null")
    .all() as { name: string; sql: string }[];
  for (const { name } of indexes) db.exec(`drop index ${name}`);
  const columns = (db.prepare("select name from pragma_table_info('videos')").all() as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => name !== "slave_id" && name !== "main_id");
  const numbers = `with recursive n(i) as (select ? union all select i + 1 from n where i + 1 < ?)`;
  db.prepare(
    `${numbers} insert into videos (slave_id, main_id, ${columns.join(", ")})
    select ${hex("i")}, ${hex("i + 4096")}, ${columns.join(", ")} from n, videos where main_id = ?`,
  ).run(1, VIDEOS, mainId);
  db.exec(`insert into timelines select slave_id, (select timeline from timelines) from videos
    where slave_id not in (select slave_id from timelines)`);
  // Ids ascend, so that each row comes behind the last, and lie all over their range, as random ones of later plays do.
  const insert = db.prepare(
    `${numbers} insert into deliveries (play_id, video, slave_id, main_id, cm_id, released_at)
    select ${hex(`i * ${Math.floor(2 ** 62 / DELIVERIES)}`)}, 1, v.slave_id, v.main_id, (select id from cms), i * ${STEP_MILLISECONDS}
    from n join (select row_number() over () - 1 as r, slave_id, main_id from videos) as v on v.r = i % ${VIDEOS}`,
  );
  db.transaction(() => insert.run(0, DELIVERIES))();
  for (const { sql } of indexes) db.exec(sql);
  db.exec(`insert into video_counts (main_id, deliveries) select main_id, count(*) from deliveries group by main_id;
    insert into cm_counts select cm_id, count(*), count(*) from deliveries group by cm_id`);
  for (const hours of [1, 24])
    db.exec(`insert into report_sums select main_id, cm_id, ${hours}, released_at / ${hours * 3600 * 1000}, count(*),
      0, 0, 0, 0, 0, 0, 0, 0 from deliveries group by main_id, cm_id, released_at / ${hours * 3600 * 1000}`);
  const mains = db.prepare("select main_id, slave_id from videos").all() as { main_id: string; slave_id: string }[];
  db.pragma("journal_mode = WAL");
  db.close();
  const slaves = join(dataDir, "slaves");
  const [only = ""] = readdirSync(slaves);
  for (const { slave_id } of mains) if (slave_id !== only) linkSync(join(slaves, only), join(slaves, slave_id));
  return mains.map(({ main_id }) => main_id);
}
