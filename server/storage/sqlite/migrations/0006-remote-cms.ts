import { type Kysely, type Migration, sql } from "kysely";

/** CMs on their sponsors' own servers, and addresses that the counts of one CM or video are posted to. */
export const remoteCms: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const column of [
      "origin_url text",
      "origin_tag text not null default ''",
      "origin_check_at integer not null default 0",
      "origin_failures integer not null default 0",
      "origin_fault text",
    ])
      await sql`alter table cms add column ${sql.raw(column)}`.execute(db);
    await db.schema
      .createTable("webhooks")
      .addColumn("subject", "text", (column) => column.primaryKey())
      .addColumn("url", "text", (column) => column.notNull())
      .addColumn("secret", "blob", (column) => column.notNull())
      .addColumn("since", "integer", (column) => column.notNull())
      .execute();
  },
};
