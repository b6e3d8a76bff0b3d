import SqliteDatabase from "better-sqlite3";
import { StorageError, type StorageTrouble } from "../../storage-error.ts";
import { fullDisk } from "../full-disk.ts";

/** SQLite's result codes, without what stands behind the first word of extended ones (https://www.sqlite.org/rescode.html). */
const TROUBLES: Record<string, StorageTrouble> = {
  SQLITE_FULL: "full",
  SQLITE_BUSY: "busy",
  SQLITE_CONSTRAINT_PRIMARYKEY: "unique",
  SQLITE_CONSTRAINT_UNIQUE: "unique",
};

export const isBusy = (error: unknown): boolean => codeOf(error).startsWith("SQLITE_BUSY");

/** The file is no database, or its pages do not hold together. */
export const isDamage = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error));

/** The error of the store's interface for one of SQLite's, or of the system's where there is no room; any other as it is. */
export function storageError(error: unknown): unknown {
  if (!(error instanceof SqliteDatabase.SqliteError)) return fullDisk(error);
  const code = isBusy(error) ? "SQLITE_BUSY" : error.code;
  return new StorageError(TROUBLES[code] ?? "broken", error.message, error);
}

/** Runs statements; what SQLite throws comes out as the error of the store's interface. */
export function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storageError(error);
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code);
