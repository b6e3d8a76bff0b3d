import { type Kysely, type Migration, sql } from "kysely";
import { type DeliveryRow, deliveryEntry, type LedgerEntry } from "./0002-ledger-frozen.ts";

export const ledger: Migration = {
  async up(unknown: Kysely<unknown>): Promise<void> {
    const db = unknown as Kysely<{ deliveries: DeliveryRow; ledger: LedgerEntry }>;
    await db.schema
      .createTable("ledger")
      .addColumn("seq", "integer", (column) => column.primaryKey())
      .addColumn("at", "integer", (column) => column.notNull())
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("body", "text", (column) => column.notNull())
      .addColumn("previous", "text", (column) => column.notNull())
      .addColumn("hash", "text", (column) => column.notNull())
      .execute();
    let last: LedgerEntry | undefined;
    for (const row of await db.selectFrom("deliveries").selectAll().orderBy("released_at").execute()) {
      last = deliveryEntry(last, row);
      await db.insertInto("ledger").values(last).execute();
    }
    // The server's own mistakes are refused; who owns the file is found out by the chain.
    for (const change of ["update", "delete"] as const)
      await sql`create trigger ${sql.ref(`ledger_no_${change}`)} before ${sql.raw(change)} on ledger
        begin select raise(abort, 'the ledger is append-only'); end`.execute(db);
  },
};
