import { CompiledQuery, type SelectQueryBuilder, sql } from "kysely";
import type { DownloadEntry, Extra, ExtraKind, LibraryQuery, LibraryStore, ListedVideo } from "../../library/store.ts";
import type { Database } from "./database.ts";
import { ADD_SUMS, sumRows } from "./report-sums.ts";
import type { ExtraRow, MainRow, Tables } from "./schema.ts";
import { mainOf, VIDEO_COLUMNS, videoOf } from "./videos.ts";

type VideoQuery<O> = SelectQueryBuilder<Tables, "videos", O>;

/** A trigram index knows nothing shorter. */
const TRIGRAM = 3;
/** Some milliseconds' work. */
const FORGOTTEN_AT_ONCE = 500;

export class SqliteLibrary implements LibraryStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async list(query: LibraryQuery): Promise<{ videos: ListedVideo[]; total: number }> {
    const found = matching(this.db.selectFrom("videos"), query);
    const { total } = await found.select(sql<number>`count(*)`.as("total")).executeTakeFirstOrThrow();
    const count = (name: string) =>
      sql<number>`coalesce((select ${sql.ref(name)} from video_counts where video_counts.main_id = videos.main_id), 0)`;
    const rows = await found
      .select(VIDEO_COLUMNS)
      .select([count("downloads").as("downloads"), count("deliveries").as("deliveries")])
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

  async genres(): Promise<{ genre: string; videos: number }[]> {
    return this.db
      .selectFrom("videos")
      .select(["genre", sql<number>`count(*)`.as("videos")])
      .where("state", "=", "public")
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

  async usesExtra(sha256: string): Promise<boolean> {
    const row = await this.db.selectFrom("extras").select("main_id").where("sha256", "=", sha256).executeTakeFirst();
    return row !== undefined;
  }

  async addDownload({ at, mainId, accountId }: DownloadEntry, once: string): Promise<boolean> {
    return this.db.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto("downloads")
        .values({ at, main_id: mainId, account_id: accountId, once })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      if (!numInsertedOrUpdatedRows) return false;
      await transaction
        .insertInto("video_counts")
        .values({ main_id: mainId, deliveries: 0, downloads: 1 })
        .onConflict((conflict) =>
          conflict.column("main_id").doUpdateSet({ downloads: sql<number>`video_counts.downloads + 1` }),
        )
        .execute();
      for (const row of sumRows({ mainId, cmId: "", at }, { downloads: 1 }))
        await transaction.executeQuery(CompiledQuery.raw(ADD_SUMS, row));
      return true;
    });
  }

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

  async forgetDownloaders(time: number): Promise<void> {
    await sql`update downloads set account_id = null, once = null where seq in (select seq from downloads
      where at < ${time} and (account_id is not null or once is not null) limit ${FORGOTTEN_AT_ONCE})`.execute(this.db);
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
  if (ageMost !== undefined) query = query.where("age_limit", "<=", ageMost);
  if (mainId !== undefined) return query.where("main_id", "=", mainId);
  return ownerId === undefined
    ? query.where("state", "=", "public")
    : query.where("owner_id", "=", ownerId).where("removed_at", "is", null);
}

function extraOf({ kind, type, bytes, sha256 }: ExtraRow): Extra {
  return { kind, type, bytes, sha256 };
}
