import { type Kysely, type Migration, sql } from "kysely";

/** What viewers reported of videos. */
export const complaints: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table complaints (number integer primary key autoincrement, at integer not null,
      main_id text not null references videos (main_id), reason text not null, text text not null, account_id text,
      settled_at integer, settled_by text, note text not null)`.execute(db);
    await sql`create index complaints_open on complaints (number) where settled_at is null`.execute(db);
    await sql`create index complaints_by_settlement on complaints (settled_at) where settled_at is not null`.execute(
      db,
    );
  },
};
