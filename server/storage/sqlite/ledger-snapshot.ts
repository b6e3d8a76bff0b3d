import SqliteDatabase from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { InputError } from "../../../codec/index.ts";
import type { LedgerSnapshot } from "../../ledger/store.ts";
import { deliveryOf, eventOf } from "./ledger-rows.ts";
import type { Tables } from "./schema.ts";

/**
 * Lets `read` see the ledger of a database file as of one moment, without a server; one may be running on it.
 *
 * @throws {@link InputError} the database is older than the ledger
 */
export async function withLedgerSnapshot<T>(path: string, read: (snapshot: LedgerSnapshot) => Promise<T>): Promise<T> {
  const file = new SqliteDatabase(path, { readonly: true });
  const tables = file.prepare("select name from sqlite_master where name in ('ledger', 'play_events')").all();
  if (tables.length < 2) {
    file.close();
    throw new InputError(`${path} is older than the ledger: start the server on it once`);
  }
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: file }) });
  try {
    // What a running server adds meanwhile is not half seen.
    return await db.transaction().execute((transaction) => read(snapshotOf(transaction)));
  } finally {
    await db.destroy();
  }
}

function snapshotOf(db: Kysely<Tables>): LedgerSnapshot {
  const count = async (table: "deliveries" | "play_events"): Promise<number> => {
    const counting = db.selectFrom(table).select((of) => of.fn.countAll<number>().as("rows"));
    return (await counting.executeTakeFirstOrThrow()).rows;
  };
  return {
    entries: (after, most) =>
      db.selectFrom("ledger").selectAll().where("seq", ">", after).orderBy("seq").limit(most).execute(),
    delivery: async (playId, video) => {
      const row = await db
        .selectFrom("deliveries")
        .selectAll()
        .where("play_id", "=", playId)
        .where("video", "=", video)
        .executeTakeFirst();
      return row && deliveryOf(row);
    },
    event: async (playId, eventId) => {
      const row = await db
        .selectFrom("play_events")
        .selectAll()
        .where("play_id", "=", playId)
        .where("event_id", "=", eventId)
        .executeTakeFirst();
      return row && eventOf(row);
    },
    countDeliveries: () => count("deliveries"),
    countEvents: () => count("play_events"),
  };
}
