/** Which rows of all domains belong to an account. */
import { sql, type Transaction } from "kysely";
import type { Database } from "./database.ts";
import type { Tables } from "./schema.ts";

/** All of them are told to the account's owner. What `goes` with the account is personal; the others are facts that are counted by its id. */
const ROWS: readonly { table: keyof Tables; column: string; goes: boolean }[] = [
  { table: "attributes", column: "account_id", goes: true },
  { table: "attribute_requests", column: "account_id", goes: true },
  { table: "attribute_requests", column: "asker_id", goes: true },
  { table: "viewer_groups", column: "account_id", goes: true },
  { table: "viewer_groups", column: "owner_id", goes: true },
  { table: "reservations", column: "owner_id", goes: true },
  // With their sources, which the service removes a little later.
  { table: "jobs", column: "owner_id", goes: false },
  { table: "points", column: "account_id", goes: false },
  { table: "member_periods", column: "account_id", goes: false },
  { table: "rights_keys", column: "owner_id", goes: false },
  { table: "access_log", column: "account_id", goes: false },
  { table: "division_log", column: "account_id", goes: false },
  { table: "condition_log", column: "account_id", goes: false },
  { table: "complaints", column: "account_id", goes: false },
  { table: "downloads", column: "account_id", goes: false },
];

/** By table, as they are stored. */
export async function personalRows(db: Database, accountId: string): Promise<Record<string, object[]>> {
  const found: Record<string, object[]> = {};
  for (const { table, column } of ROWS) {
    const query = sql<object>`select * from ${sql.table(table)} where ${sql.ref(column)} = ${accountId}`;
    found[table] = [...(found[table] ?? []), ...(await query.execute(db)).rows];
  }
  return found;
}

export async function removePersonalRows(transaction: Transaction<Tables>, accountId: string): Promise<void> {
  for (const { table, column, goes } of ROWS)
    if (goes) await sql`delete from ${sql.table(table)} where ${sql.ref(column)} = ${accountId}`.execute(transaction);
}
