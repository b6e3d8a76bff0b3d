import { type Kysely, type Migration, sql } from "kysely";

/** Rights holders' public keys, and the records of marks that they signed. */
export const rights: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table rights_keys (key_id text primary key, public_key text not null,
      owner_id text not null references accounts (id), holder text not null, registered_at integer not null,
      revoked_at integer)`.execute(db);
    await sql`create index rights_keys_by_owner on rights_keys (owner_id)`.execute(db);
    await sql`create table mark_records (id text primary key, owner_id text not null references accounts (id),
      key_id text not null references rights_keys (key_id), signed blob not null, made_at integer not null,
      revoked_at integer)`.execute(db);
    await sql`create index mark_records_by_owner on mark_records (owner_id, made_at)`.execute(db);
  },
};
