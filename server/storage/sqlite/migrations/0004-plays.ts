import { type Kysely, type Migration, sql } from "kysely";

/** Plays over several videos, events, what is counted by viewer, conditions of videos, images as CMs. Plays that are going on end. */
export const plays: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropTable("plays").execute();
    await db.schema
      .createTable("plays")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("session_id", "text", (column) => column.notNull())
      .addColumn("viewer", "text", (column) => column.notNull())
      .addColumn("created_at", "integer", (column) => column.notNull())
      .addColumn("seen_at", "integer", (column) => column.notNull())
      .addColumn("over", "integer", (column) => column.notNull())
      .addColumn("key", "blob", (column) => column.notNull())
      .addColumn("videos", "text", (column) => column.notNull())
      .addColumn("cms", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("plays_by_age").on("plays").column("created_at").execute();
    await db.schema.createIndex("plays_by_viewer").on("plays").column("viewer").execute();

    // A play has a delivery for each of its videos; before, it had one video.
    await sql`create table deliveries_new (
      play_id text not null, video integer not null, slave_id text not null, main_id text not null, cm_id text not null,
      released_at integer not null, primary key (play_id, video))`.execute(db);
    await sql`insert into deliveries_new select play_id, 1, slave_id, main_id, cm_id, released_at from deliveries`.execute(
      db,
    );
    await db.schema.dropTable("deliveries").execute();
    await db.schema.alterTable("deliveries_new").renameTo("deliveries").execute();
    await db.schema.createIndex("deliveries_by_cm").on("deliveries").column("cm_id").execute();

    await db.schema
      .createTable("play_events")
      .addColumn("play_id", "text", (column) => column.notNull())
      .addColumn("event_id", "text", (column) => column.notNull())
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("number", "integer", (column) => column.notNull())
      .addColumn("main_id", "text", (column) => column.notNull())
      .addColumn("cm_id", "text", (column) => column.notNull())
      .addColumn("seconds", "real", (column) => column.notNull())
      .addColumn("at", "integer", (column) => column.notNull())
      .addPrimaryKeyConstraint("play_events_key", ["play_id", "event_id"])
      .execute();
    await sql`create unique index play_events_once on play_events (play_id, kind, number) where kind <> 'seconds'`.execute(
      db,
    );
    await db.schema.createIndex("play_events_by_cm").on("play_events").columns(["cm_id", "kind"]).execute();
    await db.schema.createIndex("play_events_by_main").on("play_events").columns(["main_id", "kind"]).execute();

    await db.schema
      .createTable("owed_cms")
      .addColumn("play_id", "text", (column) => column.primaryKey())
      .addColumn("viewer", "text", (column) => column.notNull())
      .addColumn("cm_id", "text", (column) => column.notNull())
      .addColumn("at", "integer", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("owed_cms_by_viewer").on("owed_cms").column("viewer").execute();
    await db.schema
      .createTable("cm_views")
      .addColumn("viewer", "text", (column) => column.notNull())
      .addColumn("cm_id", "text", (column) => column.notNull())
      .addColumn("day", "integer", (column) => column.notNull())
      .addColumn("views", "integer", (column) => column.notNull())
      .addPrimaryKeyConstraint("cm_views_key", ["viewer", "cm_id", "day"])
      .execute();
    await db.schema
      .createTable("video_views")
      .addColumn("viewer", "text", (column) => column.notNull())
      .addColumn("main_id", "text", (column) => column.notNull())
      .addColumn("views", "integer", (column) => column.notNull())
      .addPrimaryKeyConstraint("video_views_key", ["viewer", "main_id"])
      .execute();

    await db.schema
      .createTable("video_conditions")
      .addColumn("main_id", "text", (column) => column.primaryKey().references("videos.main_id"))
      .addColumn("plays", "integer")
      .addColumn("plays_per_viewer", "integer")
      .addColumn("from_at", "integer")
      .addColumn("until_at", "integer")
      .addColumn("kinds_allowed", "text", (column) => column.notNull())
      .addColumn("kinds_excluded", "text", (column) => column.notNull())
      .execute();

    for (const [name, kind, standard] of [
      ["type", "text", "'video/mp4'"],
      ["active", "integer", "1"],
      ["age_limit", "integer", "0"],
      ["per_viewer_day", "integer", "null"],
      ["from_at", "integer", "null"],
      ["until_at", "integer", "null"],
      ["removed_at", "integer", "null"],
      ["sponsor_account_id", "text", "null"], // whose campaign it belongs to; null: entered by an administrator
    ] as const) {
      const rule = standard === "null" ? "" : ` not null default ${standard}`;
      await sql.raw(`alter table cms add column ${name} ${kind}${rule}`).execute(db);
    }
  },
};
