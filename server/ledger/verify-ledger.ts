/** Recomputes the ledger of a data folder, without a server; one may be running on it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { FormatError, InputError } from "../../codec/index.ts";
import { DATABASE_FILE } from "../config.ts";
import type { Tables } from "../storage/sqlite/schema.ts";
import { deliveryBody, eventBody, faultOf, GENESIS, type LedgerEntry } from "./chain.ts";

const PAGE_ENTRIES = 1000;

export interface VerifiedLedger {
  entries: number;
  deliveries: number;
  events: number;
  /** Noted down elsewhere, it shows later whether entries were taken off the end. */
  lastHash: string;
}

/**
 * Walks the whole chain, and holds it against the tables of deliveries and events that reports are made of.
 *
 * @throws {@link InputError} there is no database in the folder
 * @throws {@link FormatError} the first entry that is wrong, or the first delivery or event that differs
 */
export async function verifyLedger(dataDir: string): Promise<VerifiedLedger> {
  const path = join(dataDir, DATABASE_FILE);
  if (!existsSync(path)) throw new InputError(`${path} is not there: name the server's data folder with --data`);
  const file = new SqliteDatabase(path, { readonly: true });
  const tables = file.prepare("select name from sqlite_master where name in ('ledger', 'play_events')").all();
  if (tables.length < 2) {
    file.close();
    throw new InputError(`${path} is older than the ledger: start the server on it once`);
  }
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: file }) });
  try {
    // One snapshot: what a running server adds meanwhile is not half seen.
    return await db.transaction().execute(async (snapshot) => walk(snapshot));
  } finally {
    await db.destroy();
  }
}

async function walk(db: Kysely<Tables>): Promise<VerifiedLedger> {
  let last: LedgerEntry | undefined;
  const seen = { delivery: 0, event: 0 };
  for (;;) {
    const page = await db
      .selectFrom("ledger")
      .selectAll()
      .where("seq", ">", last?.seq ?? 0)
      .orderBy("seq")
      .limit(PAGE_ENTRIES)
      .execute();
    for (const entry of page) {
      const fault = faultOf(entry, last);
      if (fault !== undefined) throw broken(fault);
      await (entry.kind === "delivery" ? checkDelivery(db, entry) : checkEvent(db, entry));
      seen[entry.kind] += 1;
      last = entry;
    }
    if (page.length < PAGE_ENTRIES) break;
  }
  for (const [table, name, count] of [
    ["deliveries", "deliveries", seen.delivery],
    ["play_events", "events", seen.event],
  ] as const) {
    const { rows } = await db
      .selectFrom(table)
      .select((of) => of.fn.countAll<number>().as("rows"))
      .executeTakeFirstOrThrow();
    if (rows !== count)
      throw broken(`it has ${count} ${name}, the table of ${name} ${rows}: entries were taken off its end`);
  }
  return {
    entries: last?.seq ?? 0,
    deliveries: seen.delivery,
    events: seen.event,
    lastHash: last?.hash ?? GENESIS,
  };
}

async function checkDelivery(db: Kysely<Tables>, { seq, at, body }: LedgerEntry): Promise<void> {
  const { playId = "", video = 1 } = JSON.parse(body) as { playId?: string; video?: number };
  const row = await db
    .selectFrom("deliveries")
    .selectAll()
    .where("play_id", "=", playId)
    .where("video", "=", video)
    .executeTakeFirst();
  if (row === undefined || body !== deliveryBody(row) || row.released_at !== at)
    throw broken(`entry ${seq} differs from the table of deliveries`);
}

async function checkEvent(db: Kysely<Tables>, { seq, at, body }: LedgerEntry): Promise<void> {
  const { playId = "", eventId = "" } = JSON.parse(body) as { playId?: string; eventId?: string };
  const row = await db
    .selectFrom("play_events")
    .selectAll()
    .where("play_id", "=", playId)
    .where("event_id", "=", eventId)
    .executeTakeFirst();
  if (row === undefined || body !== eventBody(row) || row.at !== at)
    throw broken(`entry ${seq} differs from the table of events`);
}

function broken(what: string): FormatError {
  return new FormatError(`the ledger does not hold: ${what}; compare with a backup`);
}
