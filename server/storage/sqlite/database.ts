import { existsSync } from "node:fs";
import SqliteDatabase from "better-sqlite3";
import { Kysely, Migrator } from "kysely";
import { InputError } from "../../../codec/index.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import type { Tables } from "./schema.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import { SqliteFile } from "./sqlite-file.ts";
import { isDamage } from "./storage-errors.ts";

export type Database = Kysely<Tables>;

/** The database, and its file for the few statements that are asked with every unit: kysely would cost more than they do. */
export interface OpenDatabase {
  db: Database;
  file: SqliteFile;
}

/**
 * Opens the database file, or makes it, and brings its tables up to date. All of its pages are looked at first: 1 GB takes about 2 s.
 *
 * @throws InputError it is damaged
 */
export async function openDatabase(path: string): Promise<OpenDatabase> {
  if (existsSync(path)) mustBeWhole(path);
  const file = new SqliteFile(path);
  const db = new Kysely<Tables>({ dialect: sqliteDialect(file) });
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } }).migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    throw error;
  }
  return { db, file };
}

function mustBeWhole(path: string): void {
  const file = new SqliteDatabase(path);
  try {
    const found = file.pragma("quick_check(1)", { simple: true });
    if (found !== "ok") throw damaged(path, String(found));
  } catch (error) {
    if (isDamage(error)) throw damaged(path, (error as Error).message);
    throw error;
  } finally {
    file.close();
  }
}

const damaged = (path: string, why: string) =>
  new InputError(
    `the database ${path} is damaged (${why.replaceAll(/\s+/g, " ")}): restore a backup with cmix restore FILE --data NEW`,
  );
