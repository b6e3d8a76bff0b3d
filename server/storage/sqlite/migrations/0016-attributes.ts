import { type Kysely, type Migration, sql } from "kysely";

/** Certified attributes of viewers, who asks for which, and the programs that certify. */
export const attributes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table attributes (account_id text not null references accounts (id), name text not null,
      value text not null, told_at integer not null, certified_at integer, certified_by text,
      primary key (account_id, name)) without rowid`.execute(db);
    await sql`create index attributes_waiting on attributes (told_at) where certified_at is null`.execute(db);
    await sql`create table attribute_requests (number integer primary key autoincrement,
      asker_id text references accounts (id), account_id text not null references accounts (id), name text not null,
      purpose text not null, at integer not null, agreed integer)`.execute(db);
    await sql`create unique index attribute_requests_once on attribute_requests (account_id, name, ifnull(asker_id, ''))`.execute(
      db,
    );
    await sql`create index attribute_requests_by_asker on attribute_requests (asker_id, number)`.execute(db);
    await sql`create table certifiers (id text primary key, name text not null, token_hash text not null unique,
      created_at integer not null)`.execute(db);
  },
};
