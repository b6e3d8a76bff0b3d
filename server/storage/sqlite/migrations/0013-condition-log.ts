import { type Kysely, type Migration, sql } from "kysely";

/** What conditions an account set on a video, and when; those from before are not known. */
export const conditionLog: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table condition_log (seq integer primary key autoincrement, at integer not null,
      account_id text not null, main_id text not null references videos (main_id), conditions text not null)`.execute(
      db,
    );
    await sql`create index condition_log_by_account on condition_log (account_id, seq)`.execute(db);
  },
};
