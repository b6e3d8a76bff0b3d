import type { Kysely, Migration } from "kysely";

export const surroundings: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("surroundings")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("owner_id", "text")
      .addColumn("main_id", "text")
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("title", "text", (column) => column.notNull())
      .addColumn("text", "text", (column) => column.notNull())
      .addColumn("link", "text", (column) => column.notNull())
      .addColumn("image", "blob")
      .addColumn("image_type", "text")
      .addColumn("image_sha256", "text")
      .addColumn("active", "integer", (column) => column.notNull())
      .addColumn("kinds", "text", (column) => column.notNull())
      .addColumn("age_limit", "integer", (column) => column.notNull())
      .addColumn("genres", "text", (column) => column.notNull())
      .addColumn("genders", "text", (column) => column.notNull())
      .addColumn("languages", "text", (column) => column.notNull())
      .addColumn("age_min", "integer")
      .addColumn("age_max", "integer")
      .addColumn("from_at", "integer")
      .addColumn("until_at", "integer")
      .addColumn("created_at", "integer", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("surroundings_by_main").on("surroundings").column("main_id").execute();
  },
};
