import type { Deps } from "../deps.ts";

/**
 * Notes in the division log what an account handed in: who, when, which file, and the settings that main and slave both tell
 * (Cmix patent, [0076]). For a file that is noted already nothing changes: so an upload that is repeated after the server died
 * before noting it is noted then.
 *
 * @param mainId of a video whose slave is in the library
 * @param bytes of the file
 */
export async function logDivision(
  { store, slaveReaders, now }: Pick<Deps, "store" | "slaveReaders" | "now">,
  accountId: string,
  file: "slave" | "main",
  mainId: string,
  bytes: number,
): Promise<void> {
  const video = await store.videos.byMain(mainId);
  if (video === undefined) throw new Error(`main ${mainId} has no slave here`);
  const { method, protection, parameters } = (await slaveReaders.open(video.slaveId)).header;
  await store.accountLogs.addDivision({
    at: now(),
    account_id: accountId,
    file,
    main_id: mainId,
    slave_id: video.slaveId,
    method,
    protection,
    parameters: JSON.stringify(parameters),
    bytes,
  });
}
