/** What opening a play and the library page cost a service that has delivered for long: `CMIX_BENCH_DELIVERIES` deliveries (10^7). */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { DATABASE_FILE } from "../../server/config.ts";
import { median, type Ratio } from "../measure.ts";
import { makeLoadData } from "./load-data.ts";
import { cpuMilliseconds } from "./pinned-process.ts";
import { startCmix } from "./plays-load.ts";
import { RawClient } from "./raw-client.ts";

const DELIVERIES = Number(process.env.CMIX_BENCH_DELIVERIES ?? 1e7);
/** Rows of one transaction. */
const BATCH = 100_000;
const VIDEOS = 50;
const OPENED = 400;
const PAGES = 400;
/** Beside the work an answer is asked for that needs none: what it waits is what the loop stood still. */
const PING_MILLISECONDS = 5;

const TARGETS = { open: 2, many: 50, library: 5, stall: 50 } as const;

/** Measures on a data folder of its own, which it removes. */
export async function benchHistory(): Promise<Ratio[]> {
  const folder = await mkdtemp(join(tmpdir(), "cmix-history-"));
  const dataDir = join(folder, "data");
  let server: Awaited<ReturnType<typeof startCmix>> | undefined;
  try {
    const mainId = await makeLoadData(dataDir);
    const mainIds = addHistory(join(dataDir, DATABASE_FILE), mainId);
    server = await startCmix(dataDir, ["--plays-per-hour", "1000000000"]);
    const client = new RawClient(server.port);
    const open = (videos: string[]) => client.request("POST", "/api/plays", "", JSON.stringify({ mainIds: videos }));
    const page = () => client.request("GET", "/api/videos?size=24", "");
    const pid = server.process.pid ?? 0;
    for (let i = 0; i < 50; i++) await Promise.all([await open([mainId]), await page()]); // warm
    const stalls = new Stalls(server.port);
    const one = await cpuOf(pid, OPENED, () => open([mainId]), 201);
    const many = await cpuOf(pid, OPENED / 10, () => open(mainIds), 201);
    const pages = await cpuOf(pid, PAGES, page, 200);
    const worst = await stalls.end();
    client.close();
    const details = { deliveries: DELIVERIES, videos: VIDEOS };
    const row = (name: string, ours: number, theirs: number, more: object = {}): Ratio => ({
      ...{ name, peer: `target ${theirs}`, ours, theirs, unit: "ms" },
      details: { ...details, ...more },
    });
    return [
      row("CPU of opening a play", one.cpu, TARGETS.open, { answer: one.wall.toFixed(2) }),
      row("CPU of opening a play of 50 videos", many.cpu, TARGETS.many, { answer: many.wall.toFixed(2) }),
      row("CPU of a library page", pages.cpu, TARGETS.library, { answer: pages.wall.toFixed(2) }),
      row("longest stall", worst, TARGETS.stall),
    ];
  } finally {
    server?.process.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Asks one after another. @returns milliseconds of the server's CPU for each, and the median until its answer */
async function cpuOf(
  pid: number,
  times: number,
  ask: () => Promise<{ status: number; milliseconds: number }>,
  status: number,
): Promise<{ cpu: number; wall: number }> {
  const before = await cpuMilliseconds(pid);
  const walls: number[] = [];
  for (let i = 0; i < times; i++) {
    const answer = await ask();
    if (answer.status !== status) throw new Error(`status ${answer.status}`);
    walls.push(answer.milliseconds);
  }
  return { cpu: ((await cpuMilliseconds(pid)) - before) / times, wall: median(walls.sort((a, b) => a - b)) };
}

/** Asks for /healthz all the time. */
class Stalls {
  private readonly client: RawClient;
  private isOver = false;
  private worst = 0;
  private readonly running: Promise<void>;

  constructor(port: number) {
    this.client = new RawClient(port);
    this.running = this.run();
  }

  private async run(): Promise<void> {
    while (!this.isOver) {
      const { milliseconds } = await this.client.request("GET", "/healthz", "");
      this.worst = Math.max(this.worst, milliseconds);
      await new Promise((resolve) => setTimeout(resolve, PING_MILLISECONDS));
    }
  }

  /** @returns the longest wait, in milliseconds */
  async end(): Promise<number> {
    this.isOver = true;
    await this.running;
    this.client.close();
    return this.worst;
  }
}

const hex = (of: string) => `lower(printf('%032x', ${of}))`;

/** Copies the one video to as many as {@link VIDEOS}, and writes deliveries of a year over them all. @returns their mains' ids */
function addHistory(path: string, mainId: string): string[] {
  const db = new SqliteDatabase(path);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = OFF");
  const columns = (db.prepare("select name from pragma_table_info('videos')").all() as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => name !== "slave_id" && name !== "main_id");
  const numbers = `with recursive n(i) as (select ? union all select i + 1 from n where i + 1 < ?)`;
  db.prepare(
    `${numbers} insert into videos (slave_id, main_id, ${columns.join(", ")})
    select ${hex("i")}, ${hex("i + 4096")}, ${columns.join(", ")} from n, videos where main_id = ?`,
  ).run(1, VIDEOS, mainId);
  const insert = db.prepare(
    `${numbers} insert into deliveries (play_id, video, slave_id, main_id, cm_id, released_at)
    select ${hex("i * 2654435761 % 4294967296 * 65536 + i % 65536")}, 1, v.slave_id, v.main_id, (select id from cms), i * 3000
    from n join (select row_number() over () - 1 as r, slave_id, main_id from videos) as v on v.r = i % ${VIDEOS}`,
  );
  const batch = db.transaction((from: number) => insert.run(from, Math.min(DELIVERIES, from + BATCH)));
  for (let from = 0; from < DELIVERIES; from += BATCH) batch(from);
  db.exec(`insert into video_counts (main_id, deliveries) select main_id, count(*) from deliveries group by main_id;
    insert into cm_counts select cm_id, count(*), count(*) from deliveries group by cm_id`);
  const mains = db.prepare("select main_id from videos").all() as { main_id: string }[];
  db.close();
  return mains.map(({ main_id }) => main_id);
}
