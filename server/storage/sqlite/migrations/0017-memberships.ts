import { type Kysely, type Migration, sql } from "kysely";

/** Premium membership: rules, the append-only ledger of points, periods and vouchers. */
export const memberships: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create table point_rules (id integer primary key check (id = 1), rules text not null, at integer not null)`.execute(
      db,
    );
    await sql`create table points (seq integer primary key autoincrement,
      account_id text not null references accounts (id), at integer not null, amount integer not null check (amount <> 0),
      balance integer not null check (balance >= 0), kind text not null, reference text not null,
      unique (account_id, kind, reference))`.execute(db);
    await sql`create index points_by_account on points (account_id, seq, balance)`.execute(db);
    await sql`create index points_of_cms on points (account_id, at, amount) where kind = 'cm'`.execute(db);
    for (const change of ["update", "delete"] as const)
      await sql`create trigger ${sql.ref(`points_no_${change}`)} before ${sql.raw(change)} on points
        begin select raise(abort, 'points are append-only'); end`.execute(db);
    await sql`create trigger points_follow before insert on points when new.balance <> new.amount +
      ifnull((select balance from points where account_id = new.account_id order by seq desc limit 1), 0)
      begin select raise(abort, 'the balance does not follow from the entry before'); end`.execute(db);
    await sql`create table member_periods (number integer primary key autoincrement,
      account_id text not null references accounts (id), from_at integer not null, until_at integer, main_id text,
      source text not null, reference text not null, made_at integer not null, by_account_id text, ended_at integer,
      unique (account_id, source, reference))`.execute(db);
    await sql`create table vouchers (id text primary key, code_hash text not null unique, days integer not null,
      points integer not null, note text not null, made_at integer not null, by_account_id text not null,
      expires_at integer not null, redeemed_at integer, redeemed_by text, revoked_at integer)`.execute(db);
    await sql`create index vouchers_by_time on vouchers (made_at)`.execute(db);
  },
};
