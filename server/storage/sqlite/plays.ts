import { sql } from "kysely";
import type { Delivery } from "../../ledger/entries.ts";
import type { Play, PlayCm } from "../../plays/play.ts";
import type { PlayStore } from "../../plays/store.ts";
import type { VideoShare } from "../../plays/video-share.ts";
import type { MasterKey } from "../../security/master-key.ts";
import type { Database, OpenDatabase } from "./database.ts";
import { deliveryOf } from "./ledger-rows.ts";
import type { PlayRow } from "./schema.ts";
import { dayOf, hourOf } from "./spans.ts";

/** Rows that are forgotten in one transaction: some milliseconds. */
const FORGOTTEN_AT_ONCE = 200;

export class SqlitePlays implements PlayStore {
  private readonly db: Database;
  private readonly master: MasterKey;
  private readonly sharesOf: (viewer: string) => Promise<{ slave_id: string; state: string }[]>;
  private readonly leftOf: (viewer: string, seenAt: number) => Promise<PlayRow[]>;
  private readonly countSince: (viewer: string, createdAt: number) => Promise<{ count: number }[]>;
  private readonly owedOf: (viewer: string) => Promise<{ cm_id: string }[]>;
  private readonly viewsOf: (viewer: string, day: number) => Promise<{ cm_id: string; views: number }[]>;

  constructor({ db, file }: OpenDatabase, master: MasterKey) {
    this.db = db;
    this.master = master;
    this.sharesOf = file.query("select slave_id, state from viewer_videos where viewer = ?");
    // The index plays_open holds those of over = 0 alone: a parameter would not find it.
    this.leftOf = file.query("select * from plays where viewer = ? and over = 0 and seen_at < ?");
    this.countSince = file.query("select count(*) as count from plays where viewer = ? and created_at > ?");
    this.owedOf = file.query("select cm_id from owed_cms where viewer = ? order by at");
    this.viewsOf = file.query("select cm_id, views from cm_views where viewer = ? and day = ?");
  }

  async byId(id: string): Promise<Play | undefined> {
    const row = await this.db.selectFrom("plays").selectAll().where("id", "=", id).executeTakeFirst();
    return row && this.playOf(row);
  }

  async putCms(playId: string, cms: readonly PlayCm[]): Promise<void> {
    await this.db.transaction().execute(async (transaction) => {
      await transaction
        .updateTable("plays")
        .set({ cms: JSON.stringify(cms) })
        .where("id", "=", playId)
        .execute();
      for (const [i, { cmId }] of cms.entries())
        await transaction
          .updateTable("play_cms")
          .set({ cm_id: cmId })
          .where("play_id", "=", playId)
          .where("number", "=", i + 1)
          .execute();
    });
  }

  async shares(viewer: string): Promise<Map<string, VideoShare>> {
    const rows = await this.sharesOf(viewer);
    return new Map(rows.map(({ slave_id, state }) => [slave_id, JSON.parse(state) as VideoShare]));
  }

  async removeBefore(time: number): Promise<void> {
    const [day, hour] = [dayOf(time), hourOf(time)];
    for (const [table, old] of [
      ["plays", sql`created_at < ${time}`],
      ["viewer_videos", sql`seen_at < ${time}`],
      ["cm_views", sql`day < ${day}`],
      ["viewer_deliveries", sql`day < ${day}`],
      ["network_deliveries", sql`hour < ${hour}`],
    ] as const)
      for (let gone = FORGOTTEN_AT_ONCE; gone === FORGOTTEN_AT_ONCE; ) {
        const some = sql`select rowid from ${sql.table(table)} where ${old} limit ${FORGOTTEN_AT_ONCE}`;
        const { numAffectedRows } = await sql`delete from ${sql.table(table)} where rowid in (${some})`.execute(
          this.db,
        );
        gone = Number(numAffectedRows ?? 0);
      }
  }

  async left(viewer: string, time: number): Promise<Play[]> {
    return (await this.leftOf(viewer, time)).map((row) => this.playOf(row));
  }

  async openedSince(viewer: string, time: number): Promise<number> {
    const [row] = await this.countSince(viewer, time);
    return row?.count ?? 0;
  }

  async owed(viewer: string): Promise<string[]> {
    return (await this.owedOf(viewer)).map(({ cm_id }) => cm_id);
  }

  async cmViews(viewer: string, time: number): Promise<Map<string, number>> {
    const rows = await this.viewsOf(viewer, dayOf(time));
    return new Map(rows.map(({ cm_id, views }) => [cm_id, views]));
  }

  async videoPlays(mainId: string, viewer: string): Promise<{ all: number; ofViewer: number }> {
    const all = await this.db
      .selectFrom("video_counts")
      .select("deliveries")
      .where("main_id", "=", mainId)
      .executeTakeFirst();
    const own = await this.db
      .selectFrom("video_views")
      .select("views")
      .where("main_id", "=", mainId)
      .where("viewer", "=", viewer)
      .executeTakeFirst();
    return { all: all?.deliveries ?? 0, ofViewer: own?.views ?? 0 };
  }

  async deliveries(): Promise<Delivery[]> {
    const rows = await this.db.selectFrom("deliveries").selectAll().orderBy("released_at").execute();
    return rows.map(deliveryOf);
  }

  private playOf(row: PlayRow): Play {
    return {
      id: row.id,
      sessionId: row.session_id,
      viewer: row.viewer,
      createdAt: row.created_at,
      key: this.master.open(new Uint8Array(row.key), purposeOf(row.id)),
      videos: JSON.parse(row.videos),
      cms: JSON.parse(row.cms),
      state: JSON.parse(row.state),
    };
  }
}

/** A play as it begins; `playOf` of the store reads it. */
export function playRowOf(play: Play, master: MasterKey): PlayRow {
  const { id, sessionId, viewer, createdAt, key, videos, cms, state } = play;
  return {
    id,
    session_id: sessionId,
    viewer,
    created_at: createdAt,
    seen_at: state.seenAt,
    over: 0,
    key: master.seal(key, purposeOf(id)),
    videos: JSON.stringify(videos),
    cms: JSON.stringify(cms),
    state: JSON.stringify(state),
  };
}

const purposeOf = (playId: string): string => `play ${playId}`;
