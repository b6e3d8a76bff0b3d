import type { Play } from "../../plays/play.ts";
import type { MasterKey } from "../../security/master-key.ts";
import type { Database, OpenDatabase } from "./database.ts";
import { dayOf, type Fact, factWriter } from "./facts.ts";
import type { PlayRow } from "./schema.ts";
import type { SqliteFile } from "./sqlite-file.ts";

type PlayAsIs = Pick<Play, "id" | "state">;

export class PlayStore {
  private readonly db: Database;
  private readonly file: SqliteFile;
  private readonly master: MasterKey;
  private readonly updateState: (play: PlayAsIs) => void;
  private readonly writeFact: (fact: Fact) => boolean;

  /** @param master seals each play's own key */
  constructor({ db, file }: OpenDatabase, master: MasterKey) {
    this.db = db;
    this.file = file;
    this.master = master;
    const statement = file.writer.prepare("update plays set seen_at = ?, over = ?, state = ? where id = ?");
    this.updateState = ({ id, state }) =>
      void statement.run(state.seenAt, state.place.kind === "over" ? 1 : 0, JSON.stringify(state), id);
    this.writeFact = factWriter(file.writer);
  }

  async insert(play: Play): Promise<void> {
    const { id, sessionId, viewer, createdAt, key, videos, cms, state } = play;
    const [videosJson, cmsJson] = [JSON.stringify(videos), JSON.stringify(cms)];
    await this.db
      .insertInto("plays")
      .values({
        id,
        session_id: sessionId,
        viewer,
        created_at: createdAt,
        seen_at: state.seenAt,
        over: 0,
        key: this.master.seal(key, purposeOf(id)),
        videos: videosJson,
        cms: cmsJson,
        state: JSON.stringify(state),
      })
      .execute();
  }

  async byId(id: string): Promise<Play | undefined> {
    const row = await this.db.selectFrom("plays").selectAll().where("id", "=", id).executeTakeFirst();
    return row && this.playOf(row);
  }

  /**
   * Stores the states of plays and what happened, all of it or nothing.
   *
   * @param since when the first change was made (performance.now)
   * @returns of each fact whether it was new
   */
  write(plays: readonly PlayAsIs[], facts: readonly Fact[], since: number): Promise<boolean[]> {
    return this.file.write(() => {
      for (const play of plays) this.updateState(play);
      return facts.map(this.writeFact);
    }, since);
  }

  /** Forgets plays opened before `time`, with what was counted by viewer; deliveries and events stay. */
  async removeBefore(time: number): Promise<void> {
    await this.db.deleteFrom("plays").where("created_at", "<", time).execute();
    await this.db.deleteFrom("cm_views").where("day", "<", dayOf(time)).execute();
  }

  /** Plays of a viewer that are not over and were not heard of since `time`. */
  async left(viewer: string, time: number): Promise<Play[]> {
    const rows = await this.db
      .selectFrom("plays")
      .selectAll()
      .where("viewer", "=", viewer)
      .where("over", "=", 0)
      .where("seen_at", "<", time)
      .execute();
    return rows.map((row) => this.playOf(row));
  }

  /** How many plays a viewer opened since `time`. */
  async openedSince(viewer: string, time: number): Promise<number> {
    const { count } = await this.db
      .selectFrom("plays")
      .select((of) => of.fn.countAll<number>().as("count"))
      .where("viewer", "=", viewer)
      .where("created_at", ">", time)
      .executeTakeFirstOrThrow();
    return count;
  }

  /** Ids of CMs that a viewer missed, the oldest first. */
  async owed(viewer: string): Promise<string[]> {
    const rows = await this.db
      .selectFrom("owed_cms")
      .select("cm_id")
      .where("viewer", "=", viewer)
      .orderBy("at")
      .execute();
    return rows.map(({ cm_id }) => cm_id);
  }

  /** How often a viewer saw each CM on the day of `time`. */
  async cmViews(viewer: string, time: number): Promise<Map<string, number>> {
    const rows = await this.db
      .selectFrom("cm_views")
      .select(["cm_id", "views"])
      .where("viewer", "=", viewer)
      .where("day", "=", dayOf(time))
      .execute();
    return new Map(rows.map(({ cm_id, views }) => [cm_id, views]));
  }

  /** Deliveries of a video in all, and to one viewer. */
  async videoPlays(mainId: string, viewer: string): Promise<{ all: number; ofViewer: number }> {
    const all = await this.db
      .selectFrom("deliveries")
      .select((of) => of.fn.countAll<number>().as("count"))
      .where("main_id", "=", mainId)
      .executeTakeFirstOrThrow();
    const own = await this.db
      .selectFrom("video_views")
      .select("views")
      .where("main_id", "=", mainId)
      .where("viewer", "=", viewer)
      .executeTakeFirst();
    return { all: all.count, ofViewer: own?.views ?? 0 };
  }

  /** Whether plays that are not over will show a CM. */
  async showing(cmId: string): Promise<number> {
    const { count } = await this.db
      .selectFrom("plays")
      .select((of) => of.fn.countAll<number>().as("count"))
      .where("over", "=", 0)
      .where("cms", "like", `%"cmId":"${cmId}"%`)
      .executeTakeFirstOrThrow();
    return count;
  }

  async deliveries(): Promise<
    { playId: string; video: number; slaveId: string; mainId: string; cmId: string; releasedAt: number }[]
  > {
    const rows = await this.db.selectFrom("deliveries").selectAll().orderBy("released_at").execute();
    return rows.map((row) => ({
      playId: row.play_id,
      video: row.video,
      slaveId: row.slave_id,
      mainId: row.main_id,
      cmId: row.cm_id,
      releasedAt: row.released_at,
    }));
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

const purposeOf = (playId: string): string => `play ${playId}`;
