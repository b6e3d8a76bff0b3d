import { Kysely, Migrator } from "kysely";
import { MIGRATIONS } from "./migrations/index.ts";
import type { Tables } from "./schema.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import { SqliteFile } from "./sqlite-file.ts";

export type Database = Kysely<Tables>;

/** The database, and its file for the few statements that are asked with every unit: kysely would cost more than they do. */
export interface OpenDatabase {
  db: Database;
  file: SqliteFile;
}

/** Opens the database file, or makes it, and brings its tables up to date. */
export async function openDatabase(path: string): Promise<OpenDatabase> {
  const file = new SqliteFile(path);
  const db = new Kysely<Tables>({ dialect: sqliteDialect(file) });
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } }).migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    throw error;
  }
  return { db, file };
}
