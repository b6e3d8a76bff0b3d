import { StorageError } from "../storage-error.ts";

/** What the system says where there is no room; EFBIG: the process may not write larger files. */
const FULL: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** The stores' error for one of the system's that says that there is no room; any other as it is. */
export function fullDisk(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  return FULL.has(code) ? new StorageError("full", message, error) : error;
}

/** Runs what writes files. @throws StorageError full */
export async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fullDisk(error);
  }
}
