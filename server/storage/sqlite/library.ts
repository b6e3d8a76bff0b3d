import { type SelectQueryBuilder, sql } from "kysely";
import type { Database } from "./database.ts";
import type { ExtraRow, MainRow, Tables } from "./schema.ts";
import { type Main, mainOf, VIDEO_COLUMNS, type Video, videoOf } from "./videos.ts";

export type ExtraKind = ExtraRow["kind"];

/** A poster or teaser; its bytes are the blob of kind `extras` whose id is the start of the hash. */
export interface Extra {
  kind: ExtraKind;
  type: string;
  bytes: number;
  sha256: string;
}

export interface LibraryQuery {
  /** All must be found; folded as in library/search-text.ts. */
  words: readonly string[];
  genre?: string | undefined;
  /** The most that a video's age limit may be. */
  ageMost?: number | undefined;
  /** Only this account's, withdrawn ones too. */
  ownerId?: string | undefined;
  mainId?: string | undefined;
  offset: number;
  most: number;
}

export interface ListedVideo extends Video {
  main: Main | undefined;
  extras: Partial<Record<ExtraKind, Extra>>;
  downloads: number;
  deliveries: number;
}

export interface DownloadEntry {
  at: number;
  mainId: string;
  accountId: string | null;
}

type VideoQuery<O> = SelectQueryBuilder<Tables, "videos", O>;

/** A trigram index knows nothing shorter. */
const TRIGRAM = 3;

/** What the library shows, and who took what out of it. */
export class LibraryStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /** Newest first. `total` is how many there are without `offset` and `most`. */
  async list(query: LibraryQuery): Promise<{ videos: ListedVideo[]; total: number }> {
    const found = matching(this.db.selectFrom("videos"), query);
    const { total } = await found.select(sql<number>`count(*)`.as("total")).executeTakeFirstOrThrow();
    const rows = await found
      .select(VIDEO_COLUMNS)
      .select([
        sql<number>`(select count(*) from downloads where downloads.main_id = videos.main_id)`.as("downloads"),
        sql<number>`(select count(*) from deliveries where deliveries.main_id = videos.main_id)`.as("deliveries"),
      ])
      .orderBy("created_at", "desc")
      .orderBy("slave_id")
      .limit(query.most)
      .offset(query.offset)
      .execute();
    const mainIds = rows.map((row) => row.main_id);
    const mains = await this.rowsOf<MainRow>("mains", mainIds);
    const extras = await this.rowsOf<ExtraRow>("extras", mainIds);
    const videos = rows.map((row) => {
      const main = mains.find(({ main_id }) => main_id === row.main_id);
      const own = extras.filter(({ main_id }) => main_id === row.main_id);
      return {
        ...videoOf(row),
        main: main && mainOf(main),
        extras: Object.fromEntries(own.map((extra) => [extra.kind, extraOf(extra)])),
        downloads: row.downloads,
        deliveries: row.deliveries,
      };
    });
    return { videos, total };
  }

  /** Of the videos that are listed, with how many each has. */
  async genres(): Promise<{ genre: string; videos: number }[]> {
    return this.db
      .selectFrom("videos")
      .select(["genre", sql<number>`count(*)`.as("videos")])
      .where("withdrawn_at", "is", null)
      .where("genre", "!=", "")
      .groupBy("genre")
      .orderBy("videos", "desc")
      .orderBy("genre")
      .limit(100)
      .execute();
  }

  async extra(mainId: string, kind: ExtraKind): Promise<Extra | undefined> {
    const row = await this.db
      .selectFrom("extras")
      .selectAll()
      .where("main_id", "=", mainId)
      .where("kind", "=", kind)
      .executeTakeFirst();
    return row && extraOf(row);
  }

  async putExtra(mainId: string, extra: Extra): Promise<void> {
    const row = { main_id: mainId, ...extra };
    await this.db
      .insertInto("extras")
      .values(row)
      .onConflict((conflict) => conflict.columns(["main_id", "kind"]).doUpdateSet(row))
      .execute();
  }

  async removeExtra(mainId: string, kind: ExtraKind): Promise<void> {
    await this.db.deleteFrom("extras").where("main_id", "=", mainId).where("kind", "=", kind).execute();
  }

  /** Whether any video still shows this blob. */
  async usesExtra(sha256: string): Promise<boolean> {
    const row = await this.db.selectFrom("extras").select("main_id").where("sha256", "=", sha256).executeTakeFirst();
    return row !== undefined;
  }

  async addDownload({ at, mainId, accountId }: DownloadEntry): Promise<void> {
    await this.db.insertInto("downloads").values({ at, main_id: mainId, account_id: accountId }).execute();
  }

  /** Newest first. */
  async downloads(mainId: string, most: number): Promise<DownloadEntry[]> {
    const rows = await this.db
      .selectFrom("downloads")
      .selectAll()
      .where("main_id", "=", mainId)
      .orderBy("seq", "desc")
      .limit(most)
      .execute();
    return rows.map((row) => ({ at: row.at, mainId: row.main_id, accountId: row.account_id }));
  }

  /** The downloads before `time` still count, but for nobody in particular. */
  async forgetDownloaders(time: number): Promise<void> {
    await this.db
      .updateTable("downloads")
      .set({ account_id: null })
      .where("at", "<", time)
      .where("account_id", "is not", null)
      .execute();
  }

  private async rowsOf<R>(table: "mains" | "extras", mainIds: string[]): Promise<R[]> {
    if (mainIds.length === 0) return [];
    return (await this.db.selectFrom(table).selectAll().where("main_id", "in", mainIds).execute()) as R[];
  }
}

function matching<O>(from: VideoQuery<O>, { words, genre, ageMost, ownerId, mainId }: LibraryQuery): VideoQuery<O> {
  let query = from;
  const long = words.filter((word) => [...word].length >= TRIGRAM);
  if (long.length > 0) {
    const phrases = long.map((word) => `"${word.replaceAll('"', '""')}"`).join(" AND ");
    query = query.where(
      sql<boolean>`slave_id in (select slave_id from video_search where search_text match ${phrases})`,
    );
  }
  for (const word of words.filter((short) => !long.includes(short)))
    query = query.where(sql<boolean>`instr(search_text, ${word}) > 0`);
  if (genre !== undefined) query = query.where("genre", "=", genre);
  if (mainId !== undefined) query = query.where("main_id", "=", mainId);
  if (ageMost !== undefined) query = query.where("age_limit", "<=", ageMost);
  return ownerId === undefined
    ? query.where("withdrawn_at", "is", null)
    : query.where("owner_id", "=", ownerId).where("removed_at", "is", null);
}

function extraOf({ kind, type, bytes, sha256 }: ExtraRow): Extra {
  return { kind, type, bytes, sha256 };
}
