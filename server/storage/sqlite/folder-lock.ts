import { join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import { InputError } from "../../../codec/index.ts";
import { isBusy } from "./storage-errors.ts";

/** In the data folder. Nothing stands in it: who has it open in an exclusive transaction has the folder. */
export const LOCK_FILE = "cmix.lock";

/**
 * Takes a data folder, with the database in it, for this server alone. Two would throw each other's unfinished files away, and count each
 * for itself. The system lets it go with the process, however that ends; programs that only read, such as a backup, need no lock.
 *
 * @returns what lets it go
 * @throws InputError another server has it
 */
export function lockFolder(dataDir: string): () => void {
  const file = new SqliteDatabase(join(dataDir, LOCK_FILE), { timeout: 0 });
  try {
    file.exec("begin exclusive");
  } catch (error) {
    file.close();
    if (!isBusy(error)) throw error;
    throw new InputError(
      `another Cmix server runs on the folder ${dataDir} and its database: stop that one, or give this one another folder with --data`,
    );
  }
  return () => file.close();
}
