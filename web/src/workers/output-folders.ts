/** The page's side of a division's files: which folders are in use, and removing those that are not. */
import { deferred } from "../shared/deferred.ts";
import { DIVISIONS_FOLDER } from "./output-file.ts";

const lockName = (jobId: string): string => `${DIVISIONS_FOLDER}/${jobId}`;

async function divisionsFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(DIVISIONS_FOLDER);
  } catch {
    return undefined;
  }
}

/** Marks a job's folder as in use until the returned function is called, which removes it. */
export function holdFolder(jobId: string): () => Promise<void> {
  const { promise: released, resolve: release } = deferred<void>();
  // A lock ends with its page, however that ends; other tabs then see a folder that nobody holds.
  void navigator.locks?.request(lockName(jobId), () => released).catch(() => {});
  return async () => {
    await removeFolder(jobId);
    release();
  };
}

export async function removeFolder(jobId: string): Promise<void> {
  await (await divisionsFolder())?.removeEntry(jobId, { recursive: true }).catch(() => {});
}

/** Removes what closed or crashed pages left behind. */
export async function removeStaleFolders(): Promise<void> {
  const folder = await divisionsFolder();
  if (folder === undefined || navigator.locks === undefined) return;
  const held = new Set((await navigator.locks.query()).held?.map((lock) => lock.name));
  const entries = folder as unknown as { keys(): AsyncIterable<string> };
  for await (const jobId of entries.keys()) if (!held.has(lockName(jobId))) await removeFolder(jobId);
}
