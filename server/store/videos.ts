import type { Insertable } from "kysely";
import { sql } from "kysely";
import { packTimeline, type Timeline, unpackTimeline } from "../play/timeline.ts";
import type { Database } from "./database.ts";
import type { MainRow, VideoRow } from "./schema.ts";

export interface Video {
  slaveId: string;
  mainId: string;
  mainName: string;
  title: string;
  durationSeconds: number;
  segments: number;
  slaveBytes: number;
  slaveSha256: string;
  createdAt: number;
}

export interface Main {
  mainId: string;
  bytes: number;
  sha256: string;
  copyright: string;
  genre: string;
  ageLimit: number;
  hasPoster: boolean;
  createdAt: number;
}

export type ListedVideo = Video & { main: Main | undefined };

const LIST_MOST = 500;

const VIDEO_COLUMNS = [
  "slave_id",
  "main_id",
  "main_name",
  "title",
  "duration_ms",
  "segments",
  "slave_bytes",
  "slave_sha256",
  "created_at",
] as const;

/** Slaves and mains that are here. */
export class VideoStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /** Newest first; `words` must all be in title, copyright or genre. */
  async list(words: readonly string[]): Promise<ListedVideo[]> {
    let query = this.db
      .selectFrom("videos")
      .select(VIDEO_COLUMNS)
      .orderBy("created_at", "desc")
      .orderBy("slave_id")
      .limit(LIST_MOST);
    for (const word of words) {
      const pattern = `%${word.replace(/[\\%_]/g, "\\$&")}%`;
      query = query.where(
        sql<boolean>`(title || ' ' || coalesce((select copyright || ' ' || genre from mains where mains.main_id = videos.main_id), '')) like ${pattern} escape '\\'`,
      );
    }
    const rows = await query.execute();
    const mains =
      rows.length === 0
        ? []
        : await this.db
            .selectFrom("mains")
            .selectAll()
            .where(
              "main_id",
              "in",
              rows.map((row) => row.main_id),
            )
            .execute();
    const byId = new Map(mains.map((row) => [row.main_id, mainOf(row)]));
    return rows.map((row) => ({ ...videoOf(row), main: byId.get(row.main_id) }));
  }

  async bySlave(slaveId: string): Promise<Video | undefined> {
    const row = await this.db
      .selectFrom("videos")
      .select(VIDEO_COLUMNS)
      .where("slave_id", "=", slaveId)
      .executeTakeFirst();
    return row && videoOf(row);
  }

  async byMain(mainId: string): Promise<Video | undefined> {
    const row = await this.db
      .selectFrom("videos")
      .select(VIDEO_COLUMNS)
      .where("main_id", "=", mainId)
      .executeTakeFirst();
    return row && videoOf(row);
  }

  async timeline(slaveId: string): Promise<Timeline> {
    const row = await this.db
      .selectFrom("videos")
      .select("timeline")
      .where("slave_id", "=", slaveId)
      .executeTakeFirstOrThrow();
    return unpackTimeline(row.timeline);
  }

  async insert(video: Video, timeline: Timeline): Promise<void> {
    const row: Insertable<VideoRow> = {
      slave_id: video.slaveId,
      main_id: video.mainId,
      main_name: video.mainName,
      title: video.title,
      duration_ms: Math.round(video.durationSeconds * 1000),
      segments: video.segments,
      slave_bytes: video.slaveBytes,
      slave_sha256: video.slaveSha256,
      timeline: packTimeline(timeline),
      created_at: video.createdAt,
    };
    await this.db.insertInto("videos").values(row).execute();
  }

  async main(mainId: string): Promise<Main | undefined> {
    const row = await this.db.selectFrom("mains").selectAll().where("main_id", "=", mainId).executeTakeFirst();
    return row && mainOf(row);
  }

  async insertMain(main: Main): Promise<void> {
    const { mainId, bytes, sha256, copyright, genre, ageLimit, hasPoster, createdAt } = main;
    await this.db
      .insertInto("mains")
      .values({
        main_id: mainId,
        bytes,
        sha256,
        copyright,
        genre,
        age_limit: ageLimit,
        has_poster: hasPoster ? 1 : 0,
        created_at: createdAt,
      })
      .execute();
  }

  async count(): Promise<number> {
    const { count } = await this.db
      .selectFrom("videos")
      .select(sql<number>`count(*)`.as("count"))
      .executeTakeFirstOrThrow();
    return count;
  }
}

function videoOf(row: Omit<VideoRow, "timeline">): Video {
  return {
    slaveId: row.slave_id,
    mainId: row.main_id,
    mainName: row.main_name,
    title: row.title,
    durationSeconds: row.duration_ms / 1000,
    segments: row.segments,
    slaveBytes: row.slave_bytes,
    slaveSha256: row.slave_sha256,
    createdAt: row.created_at,
  };
}

function mainOf(row: MainRow): Main {
  return {
    mainId: row.main_id,
    bytes: row.bytes,
    sha256: row.sha256,
    copyright: row.copyright,
    genre: row.genre,
    ageLimit: row.age_limit,
    hasPoster: row.has_poster !== 0,
    createdAt: row.created_at,
  };
}
