/** `cmix ledger verify`: a data folder's ledger, without a server; one may be running on it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../codec/index.ts";
import { DATABASE_FILE } from "./config.ts";
import { type VerifiedLedger, walkLedger } from "./ledger/walk-ledger.ts";
import { withLedgerSnapshot } from "./storage/sqlite/ledger-snapshot.ts";

/**
 * @throws {@link InputError} there is no database in the folder
 * @throws {@link FormatError} the ledger does not hold
 */
export async function verifyLedger(dataDir: string): Promise<VerifiedLedger> {
  const path = join(dataDir, DATABASE_FILE);
  if (!existsSync(path)) throw new InputError(`${path} is not there: name the server's data folder with --data`);
  return withLedgerSnapshot(path, walkLedger);
}
