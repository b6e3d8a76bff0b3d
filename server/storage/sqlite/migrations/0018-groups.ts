import { type Kysely, type Migration, sql } from "kysely";

/** Groups of viewers, by the provider who named them. */
export const groups: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table viewer_groups (owner_id text not null references accounts (id), name text not null,
      account_id text not null references accounts (id), added_at integer not null,
      primary key (owner_id, name, account_id)) without rowid`.execute(db);
    await sql`create index viewer_groups_by_account on viewer_groups (account_id, owner_id)`.execute(db);
  },
};
