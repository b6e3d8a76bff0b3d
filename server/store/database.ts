import SqliteDatabase from "better-sqlite3";
import { Kysely, Migrator, SqliteDialect } from "kysely";
import { MIGRATIONS } from "./migrations/index.ts";
import type { Tables } from "./schema.ts";

export type Database = Kysely<Tables>;

/** The database, and its file for the few statements that are asked with every unit: prepared once, they cost a tenth. */
export interface OpenDatabase {
  db: Database;
  file: SqliteDatabase.Database;
}

/** Opens the database file, or makes it, and brings its tables up to date. */
export async function openDatabase(path: string): Promise<OpenDatabase> {
  const file = new SqliteDatabase(path);
  file.pragma("journal_mode = WAL");
  file.pragma("synchronous = FULL"); // a delivery that was answered is paid for: it must outlast a power cut
  file.pragma("foreign_keys = ON");
  file.pragma("busy_timeout = 5000");
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: file }) });
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } }).migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    throw error;
  }
  return { db, file };
}
