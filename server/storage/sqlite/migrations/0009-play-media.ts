import { type Kysely, type Migration, sql } from "kysely";

/** Which slaves and CMs a play needs, to be looked up by: they stood in JSON only. */
export const playMedia: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const [table, item, list, key] of [
      ["play_videos", "slave_id", "videos", "slaveId"],
      ["play_cms", "cm_id", "cms", "cmId"],
    ] as const) {
      await db.schema
        .createTable(table)
        .addColumn("play_id", "text", (column) => column.notNull().references("plays.id").onDelete("cascade"))
        .addColumn("number", "integer", (column) => column.notNull()) // from 1, in the play's list
        .addColumn(item, "text", (column) => column.notNull())
        .addPrimaryKeyConstraint(`${table}_key`, ["play_id", "number"])
        .execute();
      await db.schema.createIndex(`${table}_by_item`).on(table).column(item).execute();
      await sql`insert into ${sql.table(table)} (play_id, number, ${sql.ref(item)})
        select plays.id, each.key + 1, json_extract(each.value, ${`$.${key}`}) from plays, json_each(plays.${sql.ref(list)}) as each`.execute(
        db,
      );
    }
  },
};
