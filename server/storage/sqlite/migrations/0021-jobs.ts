import { type Kysely, type Migration, sql } from "kysely";

/** Source videos that the service divides itself. */
export const jobs: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table jobs (id text primary key, owner_id text not null references accounts (id),
      reservation_id text, settings text not null, state text not null, starts_itself integer not null,
      source_bytes integer, stage text, progress real not null, attempts integer not null, requeued_because text,
      error_code text, error_message text, main_id text, slave_id text, made_at integer not null,
      changed_at integer not null)`.execute(db);
    await sql`create index jobs_by_owner on jobs (owner_id, made_at)`.execute(db);
    await sql`create index jobs_by_state on jobs (state, made_at)`.execute(db);
  },
};
