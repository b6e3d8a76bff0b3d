import type { LibraryDeps } from "./deps.ts";

/**
 * Notes in the division log what an account handed in: who, when, which files, and the settings that their headers tell
 * (Cmix patent, [0076]). The slave must be in the library; main and slave tell the same settings. For a file that is noted
 * already nothing changes, so it may be called for every upload: one that is repeated after the server died in between is noted then.
 */
export async function logDivision(
  { store, slaveReaders, now }: Pick<LibraryDeps, "store" | "slaveReaders" | "now">,
  accountId: string,
  file: "slave" | "main",
  { slaveId, mainId, bytes }: { slaveId: string; mainId: string; bytes: number },
): Promise<void> {
  const { method, protection, parameters } = (await slaveReaders.open(slaveId)).header;
  await store.accountLogs.addDivision({
    at: now(),
    accountId,
    file,
    mainId,
    slaveId,
    method,
    protection,
    parameters,
    bytes,
  });
}
