/** Databases of every earlier version come up to date, by migrations that are as they were when they were released. */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { Kysely, Migrator, SqliteDialect } from "kysely";
import { describe, expect, it } from "vitest";
import { type LedgerEntry, nextEntry } from "../../server/ledger/chain.ts";
import { walkLedger } from "../../server/ledger/walk-ledger.ts";
import { MasterKey } from "../../server/security/master-key.ts";
import { openDatabase } from "../../server/storage/sqlite/database.ts";
import { withLedgerSnapshot } from "../../server/storage/sqlite/ledger-snapshot.ts";
import { MIGRATIONS } from "../../server/storage/sqlite/migrations/index.ts";
import { createStore } from "../../server/storage/sqlite/store.ts";
import { importsOf, listFiles } from "../support/tree.ts";
import { idOf } from "./contract/fixture.ts";

const NAMES = Object.keys(MIGRATIONS);
const FOLDER = "server/storage/sqlite/migrations";
const [SLAVE, MAIN, CM, PLAY] = [idOf(1), idOf(0x1001), idOf(0x2001), idOf(0x3001)];

const HOUR = 3600 * 1000;
const TIMELINE = Buffer.from("00000000000a0000000f", "hex");

/** SHA-256 of what sqlite_master says after each migration: changes of a migration that was released show here. */
const SCHEMAS: Record<string, string> = {
  "0001-first-light": "0b7ddc2ec688c6a2e79f6870ef329e2b9c44a9e79307a117f87aec38db9aa2fe",
  "0002-ledger": "e8481086fac177f3c3d2ec7ddd89bf19ce14dbc95d72f580557f0b0caa9ee2a2",
  "0003-accounts": "f33145abcc0a45497bab6e809fbafad1e59bdea6ba8665597f044efc215c3607",
  "0004-plays": "a65f9e7c7df74f5bcf16d7d5a6ece222c7380d3b425be2dd1f77785e3b9948bb",
  "0005-library": "8f6947875207911709c654c14a36399308aa0528be7d8bab0b57cacea2a1cb34",
  "0006-remote-cms": "45fc57f304c8b40d7fc0e63c25cb0ebb2922e6ff9ba829305f7ea604d4e1c5d7",
  "0007-surroundings": "d11101cacc75136c7fe4b5da96efcfd738e87df6ff6e699db21fda0f2c6f37cc",
  "0008-main-pieces": "59d7216f4c66bb5521e826d4fe94789908d96ac711e455824efdba3011aa9790",
  "0009-play-media": "81dad06466f3e245d7ad46f13e0b2e74f6df8d194f850ce60bd42b1768bb8e80",
  "0010-counts": "3d7eea7ec73dafb29d18d33b3cc203b84da56be9bd0e4d6fb7f7294a63313bd8",
  "0011-report-sums": "058b117a35f628daaae68a66bea7efd4640780be5115f4008a1a4f6351a772c1",
  "0012-video-states": "1c8c343044707f1ecbbddac9869f1dcf555aff2df994b900024e1dcd8c73f78e",
  "0013-condition-log": "249bd14d14ad94517d27eb2947b02d28d30bcdea90e9ee9d0d3a1ddee22ba6f2",
  "0014-session-networks": "b1c61ba51c4c0382c9a7a28483e2ff30675535662b691714424225f7a9f14c68",
  "0015-complaints": "e5151fc57e94b3962a43363dd9077a1ad180f9063ca32454e7c4aa18800f9593",
  "0016-attributes": "c7952502730d1d7cda8491de6df04d68a70f155d4b6aac510e852204b5544ee1",
  "0017-memberships": "19ed132550e724ea3af3024e489f4ec5b1e3231fbee0e34be754d356e6853eb0",
  "0018-groups": "1ac51cb2fe043f7efb994da7dd894ef8e604716bd300f6b6e2d85925b34b303a",
  "0019-rights": "f23839755447a3f130945a8a8a70319c8bdfd9285102bcafbd2f8d88888c7b9b",
  "0020-reservations": "5dd11d9d3537ecaa72cc79b254b4c0082d028c7b9f43ba483e00a7ca43757355",
  "0021-jobs": "63e728997dafcd289e13425cdba875a71aa0fcd79d24b4ccf80985f9705005ce",
};

async function migrateTo(path: string, version: number): Promise<void> {
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: new SqliteDatabase(path) }) });
  const some = Object.fromEntries(Object.entries(MIGRATIONS).slice(0, version));
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => some } }).migrateToLatest();
  await db.destroy();
  if (error !== undefined) throw error;
}

function schemaOf(path: string): string[] {
  const db = new SqliteDatabase(path, { readonly: true });
  const rows = db
    .prepare(
      "select sql from sqlite_master where sql is not null and name not like 'kysely%' and (type <> 'table' or name not like 'video_search_%')",
    )
    .all();
  db.close();
  return (rows as { sql: string }[]).map(({ sql }) => sql).sort();
}

const hashOf = (schema: string[]): string => createHash("sha256").update(schema.join("\n")).digest("hex");

/** What a server of that version would have stored: a video with its main, a CM, a delivery, and whatever else it knew. */
function fill(path: string, version: number): void {
  const db = new SqliteDatabase(path);
  const insert = (table: string, row: Record<string, unknown>) => {
    const names = Object.keys(row);
    db.prepare(`insert into ${table} (${names.join(", ")}) values (${names.map((name) => `@${name}`).join(", ")})`).run(
      row,
    );
  };
  insert("videos", {
    ...{
      slave_id: SLAVE,
      main_id: MAIN,
      main_name: "bay.cmx",
      title: "Ｂａｙ of  Ise",
      duration_ms: 1000,
      segments: 1,
    },
    ...{ slave_bytes: 9, slave_sha256: "0".repeat(64), created_at: 5 },
    ...(version < 11 && { timeline: TIMELINE }),
    ...(version >= 12 && { state: "public" }),
    ...(version >= 5 && { copyright: "Kuwana", genre: "Drama", search_text: "bay of ise\nkuwana\ndrama\n" }),
  });
  if (version >= 5 && version < 12)
    for (const [number, withdrawn_at] of [
      [2, null],
      [3, 7],
    ] as const) {
      const row = {
        main_name: "",
        title: "",
        duration_ms: 1,
        segments: 1,
        slave_bytes: 9,
        slave_sha256: "",
        created_at: 1,
      };
      insert("videos", {
        ...{ ...row, slave_id: idOf(number), main_id: idOf(0x1000 + number), withdrawn_at, removed_at: withdrawn_at },
        ...(version < 11 && { timeline: TIMELINE }),
      });
    }
  if (version >= 11) insert("timelines", { slave_id: SLAVE, timeline: TIMELINE });
  insert("mains", {
    ...{ main_id: MAIN, bytes: 7, sha256: "1".repeat(64), copyright: "Kuwana", genre: "Drama", age_limit: 12 },
    ...{ has_poster: 0, created_at: 6 },
  });
  insert("cms", {
    ...{ id: CM, title: "CM", sponsor: "S", link: "", house: 1, duration_ms: 5000, bytes: 3, sha256: "2".repeat(64) },
    ...{ kinds: "[]", genres: "[]", genders: "[]", languages: "[]", age_min: null, age_max: null, created_at: 4 },
  });
  let last: LedgerEntry | undefined;
  const enter = (kind: LedgerEntry["kind"], at: number, body: object) => {
    if (version < 2) return;
    last = nextEntry(last, { at, kind, body: JSON.stringify(body) });
    insert("ledger", { ...last });
  };
  for (const [i, released_at] of [100, 200].entries()) {
    const play_id = idOf(0x4000 + i);
    const row = { play_id, slave_id: SLAVE, main_id: MAIN, cm_id: CM, released_at };
    insert("deliveries", version < 4 ? row : { ...row, video: 1 });
    enter("delivery", released_at, { playId: play_id, slaveId: SLAVE, mainId: MAIN, cmId: CM });
  }
  if (version >= 10) {
    insert("video_counts", { main_id: MAIN, deliveries: 2, downloads: 0 });
    insert("cm_counts", { cm_id: CM, deliveries: 2, billable: 1 });
  }
  if (version >= 11)
    for (const hours of [1, 24]) {
      const none = { repeats: 0, over_cap: 0, over_rate: 0, downloads: 0, impressions: 0, completes: 0, seconds: 0 };
      insert("report_sums", { main_id: MAIN, cm_id: CM, hours, start: 0, deliveries: 2, clicks: 1, ...none });
    }
  if (version >= 3)
    insert("accounts", {
      ...{ id: "a", email: "a@example.org", password_hash: "h", role: "provider", status: "active", company: "C" },
      ...{ section: "", responsible_person: "P", address: "A", created_at: 1 },
    });
  if (version >= 4) {
    insert("plays", {
      ...{ id: PLAY, session_id: idOf(9), viewer: "v", created_at: 1, seen_at: 2, over: 0, key: Buffer.alloc(60) },
      videos: JSON.stringify([{ mainId: MAIN, slaveId: SLAVE, segments: 1, durationMilliseconds: 1000 }]),
      cms: JSON.stringify([CM, CM].map((cmId) => ({ cmId, durationMilliseconds: 5000 }))),
      state: "{}",
    });
    if (version >= 9) {
      insert("play_videos", { play_id: PLAY, number: 1, slave_id: SLAVE });
      for (const number of [1, 2]) insert("play_cms", { play_id: PLAY, number, cm_id: CM });
    }
    const event = { play_id: idOf(0x4000), event_id: "e", kind: "click", number: 1, main_id: "", cm_id: CM };
    insert("play_events", { ...event, seconds: 0, at: 300 });
    enter("event", 300, { playId: event.play_id, eventId: "e", kind: "click", number: 1, cmId: CM });
  }
  db.close();
}

describe("migrations", () => {
  it("import nothing but kysely, Node and what is frozen beside them", () => {
    const files = listFiles(FOLDER, [".ts"]);
    expect(files.length).toBeGreaterThanOrEqual(NAMES.length);
    const outside = files.flatMap((path) =>
      importsOf(path)
        .map(({ target }) => target)
        .filter((target) => target !== "kysely" && !target.startsWith("node:") && !target.startsWith(`${FOLDER}/`))
        .map((target) => `${path} imports ${target}`),
    );
    expect(outside).toEqual([]);
  });

  it.each(NAMES.map((name, i) => [name, i + 1] as const))(
    "bring a database of %s up to date with all that it holds",
    async (name, version) => {
      const folder = await mkdtemp(join(tmpdir(), "cmix-migrations-"));
      try {
        const [path, fresh] = [join(folder, "old.sqlite"), join(folder, "fresh.sqlite")];
        await migrateTo(path, version);
        expect([name, hashOf(schemaOf(path))]).toEqual([name, SCHEMAS[name]]);
        fill(path, version);
        const opened = await openDatabase(path);
        const { videos, library, accounts, cms, plays, reports, close } = createStore(
          opened,
          new MasterKey(new Uint8Array(32)),
        );
        const shown = { title: "Ｂａｙ of  Ise", copyright: "Kuwana", genre: "Drama", durationSeconds: 1 };
        expect(await videos.bySlave(SLAVE)).toMatchObject(shown);
        const states = await Promise.all([1, 2, 3].map(async (n) => (await videos.bySlave(idOf(n)))?.state));
        expect(states).toEqual([
          "public",
          ...(version >= 5 && version < 12 ? ["unlisted", "withdrawn"] : [undefined, undefined]),
        ]);
        for (const word of ["bay of ise", "kuwana", "dr"])
          expect((await library.list({ words: [word], offset: 0, most: 9 })).total, word).toBe(1);
        const [listed] = (await library.list({ words: [], offset: 0, most: 9 })).videos;
        expect(listed).toMatchObject({ deliveries: 2, main: { bytes: 7, piecesSha256: null, playsInBrowser: true } });
        expect(await cms.list()).toMatchObject([
          { id: CM, type: "video/mp4", active: true, house: true, deliveries: 2, billable: version < 10 ? 2 : 1 },
        ]);
        expect((await accounts.byId("a"))?.company).toBe(version < 3 ? undefined : "C");
        expect((await videos.timeline(SLAVE)).at(0)).toEqual({
          lane: 0,
          startMilliseconds: 10,
          durationMilliseconds: 15,
        });
        for (const to of [HOUR, 24 * HOUR])
          expect(await reports.lines({ cmId: CM }, 0, to)).toMatchObject([
            { deliveries: 2, billable: 2, clicks: version < 4 ? 0 : 1 },
          ]);
        expect(await cms.playsShowing(CM)).toBe(version < 10 ? 0 : 1); // 0010 ended the plays that were going on
        await videos.withdraw(SLAVE, 10);
        expect(await videos.unusedSince(10)).toHaveLength(version < 4 ? 1 : 0);
        await plays.removeBefore(2);
        expect(await videos.unusedSince(10)).toHaveLength(1);
        await close();
        const ledger = await withLedgerSnapshot(path, walkLedger);
        expect(ledger).toMatchObject({ deliveries: 2, events: version < 4 ? 0 : 1 });
        await (await openDatabase(fresh)).db.destroy();
        expect(schemaOf(path)).toEqual(schemaOf(fresh));
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});
