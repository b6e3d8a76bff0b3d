/** The thread of checkpoints.ts. Plain JavaScript: Node starts threads from files as they are, in the tests too. */
import { parentPort, workerData } from "node:worker_threads";
import SqliteDatabase from "better-sqlite3";

/** Commits wait meanwhile, and other programs seldom hold the lock for longer. */
const LOCK_MILLISECONDS = 100;

const database = new SqliteDatabase(workerData.path, { fileMustExist: true });
database.pragma(`busy_timeout = ${LOCK_MILLISECONDS}`);

parentPort?.on("message", (mode) => {
  let error;
  try {
    database.pragma(`wal_checkpoint(${mode})`);
  } catch (caught) {
    error = String(caught);
  }
  parentPort?.postMessage({ error });
});
