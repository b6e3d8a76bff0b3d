import { type Kysely, type Migration, sql } from "kysely";
import { searchText } from "./0005-search-text-frozen.ts";

/** What this migration reads and writes row by row. */
interface Tables {
  videos: {
    slave_id: string;
    main_id: string;
    title: string;
    copyright: string;
    genre: string;
    age_limit: number;
    search_text: string;
  };
  mains: { main_id: string; copyright: string; genre: string; age_limit: number };
}

export const library: Migration = {
  async up(unknown: Kysely<unknown>): Promise<void> {
    const db = unknown as Kysely<Tables>;
    // What the library shows: from the files at first, then as the provider changes it.
    for (const name of ["copyright", "genre", "description", "search_text"])
      await addTo(db, "videos", name, sql`text not null default ''`);
    await addTo(db, "videos", "age_limit", sql`integer not null default 0`);
    await addTo(db, "videos", "owner_id", sql`text`);
    for (const name of ["edited_at", "withdrawn_at", "removed_at"]) await addTo(db, "videos", name, sql`integer`);
    await db.schema.createIndex("videos_by_owner").on("videos").column("owner_id").execute();
    await db.schema.createIndex("videos_by_age").on("videos").column("created_at").execute();
    // A main on its provider's own server; null where it lies here.
    await addTo(db, "mains", "url", sql`text`);
    await addTo(db, "mains", "plays_in_browser", sql`integer not null default 1`);
    await searchTable(db);
    await db.schema
      .createTable("extras")
      .addColumn("main_id", "text", (column) => column.notNull().references("videos.main_id"))
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("bytes", "integer", (column) => column.notNull())
      .addColumn("sha256", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("extras_key", ["main_id", "kind"])
      .execute();
    await db.schema
      .createTable("downloads")
      .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
      .addColumn("at", "integer", (column) => column.notNull())
      .addColumn("main_id", "text", (column) => column.notNull())
      .addColumn("account_id", "text")
      .execute();
    await db.schema.createIndex("downloads_by_main").on("downloads").columns(["main_id", "at"]).execute();
    await db.schema.createIndex("deliveries_by_main").on("deliveries").columns(["main_id", "released_at"]).execute();
    await reportTables(db);
  },
};

const addTo = (db: Kysely<Tables>, table: string, name: string, type: ReturnType<typeof sql>) =>
  sql`alter table ${sql.table(table)} add column ${sql.ref(name)} ${type}`.execute(db);

/** Any three characters in a row are found (trigram), as Japanese has no spaces to find words by. */
async function searchTable(db: Kysely<Tables>): Promise<void> {
  await sql`create virtual table video_search using fts5(slave_id unindexed, search_text, tokenize = 'trigram')`.execute(
    db,
  );
  await sql`create trigger video_search_insert after insert on videos begin
    insert into video_search (slave_id, search_text) values (new.slave_id, new.search_text); end`.execute(db);
  await sql`create trigger video_search_update after update of search_text on videos begin
    delete from video_search where slave_id = old.slave_id;
    insert into video_search (slave_id, search_text) values (new.slave_id, new.search_text); end`.execute(db);
  const rows = await db
    .selectFrom("videos")
    .leftJoin("mains", "mains.main_id", "videos.main_id")
    .select(["videos.slave_id", "videos.title", "mains.copyright", "mains.genre", "mains.age_limit"])
    .execute();
  for (const row of rows) {
    const shown = { title: row.title, copyright: row.copyright ?? "", genre: row.genre ?? "", description: "" };
    const { copyright, genre } = shown;
    await db
      .updateTable("videos")
      .set({ copyright, genre, age_limit: row.age_limit ?? 0, search_text: searchText(shown) })
      .where("slave_id", "=", row.slave_id)
      .execute();
  }
}

async function reportTables(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable("report_settings")
    .addColumn("account_id", "text", (column) => column.primaryKey().references("accounts.id"))
    .addColumn("every_deliveries", "integer")
    .addColumn("period", "text", (column) => column.notNull())
    .addColumn("by_email", "integer", (column) => column.notNull())
    .addColumn("webhook_url", "text")
    .addColumn("webhook_secret", "blob")
    .addColumn("since", "integer", (column) => column.notNull()) // when the settings began to hold
    .execute();
  await db.schema
    .createTable("reports")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("account_id", "text", (column) => column.notNull())
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("from_at", "integer", (column) => column.notNull())
    .addColumn("to_at", "integer", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("reports_by_account").on("reports").columns(["account_id", "reason", "to_at"]).execute();
  await db.schema
    .createTable("outbox")
    .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("report_id", "text", (column) => column.notNull().references("reports.id"))
    .addColumn("account_id", "text", (column) => column.notNull())
    .addColumn("by", "text", (column) => column.notNull())
    .addColumn("attempts", "integer", (column) => column.notNull())
    .addColumn("next_at", "integer")
    .addColumn("sent_at", "integer")
    .addColumn("error", "text")
    .execute();
  await db.schema.createIndex("outbox_by_time").on("outbox").column("next_at").execute();
}
