/** Recomputes the ledger of a data folder, without a server; one may be running on it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { FormatError, InputError } from "../../codec/errors.ts";
import { DATABASE_FILE } from "../config.ts";
import type { DeliveryRow, Tables } from "../store/schema.ts";
import { faultOf, GENESIS, type LedgerEntry } from "./chain.ts";

const PAGE_ENTRIES = 1000;

export interface VerifiedLedger {
  entries: number;
  deliveries: number;
  /** Noted down elsewhere, it shows later whether entries were taken off the end. */
  lastHash: string;
}

/**
 * Walks the whole chain, and holds it against the table of deliveries that reports are made of.
 *
 * @throws {@link InputError} there is no database in the folder
 * @throws {@link FormatError} the first entry that is wrong, or the first delivery that differs
 */
export async function verifyLedger(dataDir: string): Promise<VerifiedLedger> {
  const path = join(dataDir, DATABASE_FILE);
  if (!existsSync(path)) throw new InputError(`${path} is not there: name the server's data folder with --data`);
  const file = new SqliteDatabase(path, { readonly: true });
  if (file.prepare("select name from sqlite_master where name = 'ledger'").get() === undefined) {
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
  let deliveries = 0;
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
      await checkDelivery(db, entry);
      deliveries += 1;
      last = entry;
    }
    if (page.length < PAGE_ENTRIES) break;
  }
  const { rows } = await db
    .selectFrom("deliveries")
    .select((of) => of.fn.countAll<number>().as("rows"))
    .executeTakeFirstOrThrow();
  if (rows !== deliveries)
    throw broken(`it has ${deliveries} deliveries, the table of deliveries ${rows}: entries were taken off its end`);
  return { entries: last?.seq ?? 0, deliveries, lastHash: last?.hash ?? GENESIS };
}

async function checkDelivery(db: Kysely<Tables>, { seq, at, body }: LedgerEntry): Promise<void> {
  const written = JSON.parse(body) as Record<string, string>;
  const row = await db
    .selectFrom("deliveries")
    .selectAll()
    .where("play_id", "=", written.playId ?? "")
    .executeTakeFirst();
  if (row === undefined || body !== deliveryBody(row) || row.released_at !== at)
    throw broken(`entry ${seq} differs from the table of deliveries`);
}

function broken(what: string): FormatError {
  return new FormatError(`the ledger does not hold: ${what}; compare with a backup`);
}

/** A delivery as its entry tells it. */
export function deliveryBody({ play_id, slave_id, main_id, cm_id }: Omit<DeliveryRow, "released_at">): string {
  return JSON.stringify({ playId: play_id, slaveId: slave_id, mainId: main_id, cmId: cm_id });
}
