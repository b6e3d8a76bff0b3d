import SqliteDatabase from "better-sqlite3";

/** Copies a database that others may be writing to, as of one moment; the copy is one file and was checked. */
export async function snapshotDatabase(path: string, copy: string): Promise<void> {
  const source = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
  try {
    await source.backup(copy);
  } finally {
    source.close();
  }
  const made = new SqliteDatabase(copy);
  try {
    made.pragma("journal_mode = DELETE");
    const found = made.pragma("integrity_check", { simple: true });
    if (found !== "ok") throw new Error(`the database is damaged: ${String(found)}`);
  } finally {
    made.close();
  }
}
