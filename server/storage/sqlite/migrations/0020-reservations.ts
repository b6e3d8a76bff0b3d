import { type Kysely, type Migration, sql } from "kysely";

/** Reservations of protection, and what the service offers for them. */
export const reservations: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table restriction_options (id integer primary key check (id = 1), options text not null,
      at integer not null)`.execute(db);
    await sql`create table reservations (id text primary key, owner_id text not null references accounts (id),
      title text not null, protection text not null, choice text, main_id text unique, made_at integer not null)`.execute(
      db,
    );
    await sql`create index reservations_by_owner on reservations (owner_id, made_at)`.execute(db);
  },
};
