import type { Kysely, Migration } from "kysely";

export const firstLight: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("videos")
      .addColumn("slave_id", "text", (column) => column.primaryKey())
      .addColumn("main_id", "text", (column) => column.notNull().unique())
      .addColumn("main_name", "text", (column) => column.notNull())
      .addColumn("title", "text", (column) => column.notNull())
      .addColumn("duration_ms", "integer", (column) => column.notNull())
      .addColumn("segments", "integer", (column) => column.notNull())
      .addColumn("slave_bytes", "integer", (column) => column.notNull())
      .addColumn("slave_sha256", "text", (column) => column.notNull())
      .addColumn("timeline", "blob", (column) => column.notNull())
      .addColumn("created_at", "integer", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("mains")
      .addColumn("main_id", "text", (column) => column.primaryKey().references("videos.main_id"))
      .addColumn("bytes", "integer", (column) => column.notNull())
      .addColumn("sha256", "text", (column) => column.notNull())
      .addColumn("copyright", "text", (column) => column.notNull())
      .addColumn("genre", "text", (column) => column.notNull())
      .addColumn("age_limit", "integer", (column) => column.notNull())
      .addColumn("has_poster", "integer", (column) => column.notNull())
      .addColumn("created_at", "integer", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("cms")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("title", "text", (column) => column.notNull())
      .addColumn("sponsor", "text", (column) => column.notNull())
      .addColumn("link", "text", (column) => column.notNull())
      .addColumn("house", "integer", (column) => column.notNull())
      .addColumn("duration_ms", "integer", (column) => column.notNull())
      .addColumn("bytes", "integer", (column) => column.notNull())
      .addColumn("sha256", "text", (column) => column.notNull())
      .addColumn("kinds", "text", (column) => column.notNull())
      .addColumn("genres", "text", (column) => column.notNull())
      .addColumn("genders", "text", (column) => column.notNull())
      .addColumn("languages", "text", (column) => column.notNull())
      .addColumn("age_min", "integer")
      .addColumn("age_max", "integer")
      .addColumn("created_at", "integer", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("plays")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("slave_id", "text", (column) => column.notNull().references("videos.slave_id"))
      .addColumn("cm_id", "text", (column) => column.notNull().references("cms.id"))
      .addColumn("secret", "blob", (column) => column.notNull())
      .addColumn("created_at", "integer", (column) => column.notNull())
      .addColumn("cm_started_at", "integer")
      .addColumn("cm_duration_ms", "integer", (column) => column.notNull())
      .addColumn("position", "integer", (column) => column.notNull())
      .addColumn("released", "blob", (column) => column.notNull())
      .addColumn("seeks", "integer", (column) => column.notNull())
      .addColumn("seek_tokens", "real", (column) => column.notNull())
      .addColumn("seek_tokens_at", "integer", (column) => column.notNull())
      .addColumn("revision", "integer", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("plays_by_age").on("plays").column("created_at").execute();
    await db.schema
      .createTable("deliveries")
      .addColumn("play_id", "text", (column) => column.primaryKey()) // the play itself is forgotten earlier
      .addColumn("slave_id", "text", (column) => column.notNull())
      .addColumn("main_id", "text", (column) => column.notNull())
      .addColumn("cm_id", "text", (column) => column.notNull())
      .addColumn("released_at", "integer", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("deliveries_by_cm").on("deliveries").column("cm_id").execute();
  },
};
