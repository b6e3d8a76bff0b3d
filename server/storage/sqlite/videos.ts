import type { Insertable } from "kysely";
import { sql } from "kysely";
import { searchText } from "../../library/search-text.ts";
import { GIVEN_STATES, type GivenState } from "../../library/states.ts";
import type { Main, Shown, Video, VideoStore } from "../../library/store.ts";
import { PackedTimeline } from "../../timeline.ts";
import type { Database, OpenDatabase } from "./database.ts";
import type { MainRow, VideoRow } from "./schema.ts";

export const VIDEO_COLUMNS = [
  "slave_id",
  "main_id",
  "main_name",
  "title",
  "copyright",
  "genre",
  "age_limit",
  "description",
  "duration_ms",
  "segments",
  "slave_bytes",
  "slave_sha256",
  "created_at",
  "owner_id",
  "state",
  "withdrawn_at",
] as const;

export class SqliteVideos implements VideoStore {
  private readonly db: Database;
  private readonly findBySlave: (slaveId: string) => Promise<ReadVideoRow[]>;
  private readonly findByMain: (mainId: string) => Promise<ReadVideoRow[]>;

  constructor({ db, file }: OpenDatabase) {
    this.db = db;
    this.findBySlave = file.query(`select ${VIDEO_COLUMNS.join()} from videos where slave_id = ?`);
    this.findByMain = file.query(`select ${VIDEO_COLUMNS.join()} from videos where main_id = ?`);
  }

  async bySlave(slaveId: string): Promise<Video | undefined> {
    const [row] = await this.findBySlave(slaveId);
    return row && videoOf(row);
  }

  async byMain(mainId: string): Promise<Video | undefined> {
    const [row] = await this.findByMain(mainId);
    return row && videoOf(row);
  }

  async timeline(slaveId: string): Promise<PackedTimeline> {
    const row = await this.db
      .selectFrom("timelines")
      .select("timeline")
      .where("slave_id", "=", slaveId)
      .executeTakeFirstOrThrow();
    return new PackedTimeline(row.timeline);
  }

  async insert(video: Video, timeline: PackedTimeline): Promise<void> {
    const row: Insertable<VideoRow> = {
      slave_id: video.slaveId,
      main_id: video.mainId,
      main_name: video.mainName,
      duration_ms: Math.round(video.durationSeconds * 1000),
      segments: video.segments,
      slave_bytes: video.slaveBytes,
      slave_sha256: video.slaveSha256,
      created_at: video.createdAt,
      owner_id: video.ownerId,
      state: video.state,
      withdrawn_at: video.withdrawnAt,
      ...shownColumns(video),
    };
    await this.db.transaction().execute(async (transaction) => {
      await transaction.insertInto("videos").values(row).execute();
      await transaction.insertInto("timelines").values({ slave_id: video.slaveId, timeline: timeline.bytes }).execute();
    });
  }

  async edit(slaveId: string, shown: Shown, editedAt: number): Promise<void> {
    await this.db
      .updateTable("videos")
      .set({ ...shownColumns(shown), edited_at: editedAt })
      .where("slave_id", "=", slaveId)
      .execute();
  }

  async setState(slaveId: string, state: GivenState): Promise<boolean> {
    const { numUpdatedRows } = await this.db
      .updateTable("videos")
      .set({ state })
      .where("slave_id", "=", slaveId)
      .where("state", "!=", "withdrawn")
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async withdraw(slaveId: string, at: number): Promise<void> {
    await this.db
      .updateTable("videos")
      .set({ state: "withdrawn", withdrawn_at: at })
      .where("slave_id", "=", slaveId)
      .execute();
  }

  async bringBack(slaveId: string): Promise<void> {
    await this.db
      .updateTable("videos")
      .set({ state: "draft", withdrawn_at: null, removed_at: null })
      .where("slave_id", "=", slaveId)
      .execute();
  }

  async unusedSince(time: number): Promise<{ slaveId: string; mainId: string }[]> {
    const rows = await this.db
      .selectFrom("videos")
      .select(["slave_id", "main_id"])
      .where("withdrawn_at", "<=", time)
      .where("removed_at", "is", null)
      .where((where) =>
        where.not(
          where.exists(
            where.selectFrom("play_videos").select("play_id").whereRef("play_videos.slave_id", "=", "videos.slave_id"),
          ),
        ),
      )
      .execute();
    return rows.map((row) => ({ slaveId: row.slave_id, mainId: row.main_id }));
  }

  async markRemoved(slaveId: string, mainId: string, at: number): Promise<void> {
    await this.db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom("mains").where("main_id", "=", mainId).execute();
      await transaction.deleteFrom("extras").where("main_id", "=", mainId).execute();
      await transaction.updateTable("videos").set({ removed_at: at }).where("slave_id", "=", slaveId).execute();
    });
  }

  async main(mainId: string): Promise<Main | undefined> {
    const row = await this.db.selectFrom("mains").selectAll().where("main_id", "=", mainId).executeTakeFirst();
    return row && mainOf(row);
  }

  async forget(slaveId: string): Promise<void> {
    await this.db.transaction().execute(async (transaction) => {
      const whole = await transaction
        .selectFrom("videos")
        .innerJoin("mains", "mains.main_id", "videos.main_id")
        .select("slave_id")
        .where("slave_id", "=", slaveId)
        .executeTakeFirst();
      if (whole !== undefined) return;
      await transaction.deleteFrom("timelines").where("slave_id", "=", slaveId).execute();
      await transaction.deleteFrom("videos").where("slave_id", "=", slaveId).execute();
    });
  }

  async putMain(main: Main, state?: GivenState): Promise<void> {
    const { mainId, copyright, genre, ageLimit } = main;
    const row: Insertable<MainRow> = {
      main_id: mainId,
      bytes: main.bytes,
      sha256: main.sha256,
      pieces_sha256: main.piecesSha256,
      copyright,
      genre,
      age_limit: ageLimit,
      has_poster: main.hasPoster ? 1 : 0,
      created_at: main.createdAt,
      url: main.url,
      plays_in_browser: main.playsInBrowser ? 1 : 0,
    };
    await this.db.transaction().execute(async (transaction) => {
      const before = await transaction
        .selectFrom("mains")
        .select("main_id")
        .where("main_id", "=", mainId)
        .executeTakeFirst();
      const isFirst = before === undefined;
      if (state !== undefined || isFirst)
        await transaction
          .updateTable("videos")
          .set({ state: state ?? "public" })
          .where("main_id", "=", mainId)
          .where("state", "in", state === undefined ? ["draft"] : GIVEN_STATES)
          .execute();
      await transaction
        .insertInto("mains")
        .values(row)
        .onConflict((conflict) => conflict.column("main_id").doUpdateSet(row))
        .execute();
      const video = await transaction
        .selectFrom("videos")
        .select(["title", "description"])
        .where("main_id", "=", mainId)
        .where("edited_at", "is", null)
        .executeTakeFirst();
      if (video !== undefined)
        await transaction
          .updateTable("videos")
          .set(shownColumns({ ...video, copyright, genre, ageLimit }))
          .where("main_id", "=", mainId)
          .execute();
    });
  }

  async mainWithoutPieces(): Promise<string | undefined> {
    const row = await this.db
      .selectFrom("mains")
      .select("main_id")
      .where("pieces_sha256", "is", null)
      .where("url", "is", null)
      .executeTakeFirst();
    return row?.main_id;
  }

  async putPieces(mainId: string, piecesSha256: string): Promise<void> {
    await this.db
      .updateTable("mains")
      .set({ pieces_sha256: piecesSha256 })
      .where("main_id", "=", mainId)
      .where("url", "is", null)
      .execute();
  }

  async mainOrigins(): Promise<string[]> {
    const rows = await this.db
      .selectFrom("mains")
      .select("url")
      .distinct()
      .where("url", "is not", null)
      .where("plays_in_browser", "=", 1)
      .execute();
    return [...new Set(rows.map(({ url }) => new URL(url ?? "").origin))];
  }

  async bytesOf(ownerId: string): Promise<number> {
    const { bytes } = await this.db
      .selectFrom("videos")
      .leftJoin("mains", (join) => join.onRef("mains.main_id", "=", "videos.main_id").on("mains.url", "is", null))
      .select(sql<number>`coalesce(sum(videos.slave_bytes + coalesce(mains.bytes, 0)), 0)`.as("bytes"))
      .where("owner_id", "=", ownerId)
      .where("removed_at", "is", null)
      .executeTakeFirstOrThrow();
    return bytes;
  }

  async count(): Promise<number> {
    const { count } = await this.db
      .selectFrom("videos")
      .select(sql<number>`count(*)`.as("count"))
      .executeTakeFirstOrThrow();
    return count;
  }
}

function shownColumns(shown: Shown) {
  const { title, copyright, genre, description, ageLimit } = shown;
  return { title, copyright, genre, description, age_limit: ageLimit, search_text: searchText(shown) };
}

type ReadVideoRow = Pick<VideoRow, (typeof VIDEO_COLUMNS)[number]>;

export function videoOf(row: ReadVideoRow): Video {
  return {
    slaveId: row.slave_id,
    mainId: row.main_id,
    mainName: row.main_name,
    title: row.title,
    copyright: row.copyright,
    genre: row.genre,
    ageLimit: row.age_limit,
    description: row.description,
    durationSeconds: row.duration_ms / 1000,
    segments: row.segments,
    slaveBytes: row.slave_bytes,
    slaveSha256: row.slave_sha256,
    createdAt: row.created_at,
    ownerId: row.owner_id,
    state: row.state,
    withdrawnAt: row.withdrawn_at,
  };
}

export function mainOf(row: MainRow): Main {
  return {
    mainId: row.main_id,
    bytes: row.bytes,
    sha256: row.sha256,
    piecesSha256: row.pieces_sha256,
    copyright: row.copyright,
    genre: row.genre,
    ageLimit: row.age_limit,
    hasPoster: row.has_poster !== 0,
    createdAt: row.created_at,
    url: row.url,
    playsInBrowser: row.plays_in_browser !== 0,
  };
}
