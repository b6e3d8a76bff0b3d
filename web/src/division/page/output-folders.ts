/** The page's side of a division's files: which are in use, by which page, and removing those that are not. */
import { deferred } from "../../shared/deferred.ts";
import { onceUnlocked, removeFile } from "../../shared/files/file-access.ts";
import { DIVISIONS_FOLDER, type DivisionPlace } from "../protocol/divide-api.ts";
import { listRecords } from "./division-records.ts";

const lockName = (id: string): string => `${DIVISIONS_FOLDER}/${id}`;
/** Divisions that this page holds, with what ends it. */
const held = new Map<string, () => void>();

async function divisionsFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(DIVISIONS_FOLDER);
  } catch {
    return undefined;
  }
}

/** Marks a division as this page's until `releaseDivision`, or until the page is gone. */
export function holdDivision(id: string): void {
  if (held.has(id)) return;
  const { promise: released, resolve: release } = deferred<void>();
  held.set(id, release);
  // A lock ends with its page, however that ends; other pages then see a division that nobody holds.
  void navigator.locks?.request(lockName(id), () => released).catch(() => {});
}

export function releaseDivision(id: string): void {
  held.get(id)?.();
  held.delete(id);
}

/** Ids of the divisions that another page is at. */
export async function heldElsewhere(): Promise<Set<string>> {
  const names = (await navigator.locks?.query())?.held?.map(({ name }) => name ?? "") ?? [];
  const ids = names.filter((name) => name.startsWith(lockName(""))).map((name) => name.slice(lockName("").length));
  return new Set(ids.filter((id) => !held.has(id)));
}

/** How much of the main is in the browser's own file system. */
export async function storedBytes(id: string): Promise<number> {
  try {
    const folder = await (await divisionsFolder())?.getDirectoryHandle(id);
    return (await (await folder?.getFileHandle("main.cmx"))?.getFile())?.size ?? 0;
  } catch {
    return 0;
  }
}

/** The files of a division that came to its end. */
export async function finishedFiles({ id, target }: DivisionPlace): Promise<{ main: Blob; slave: Blob }> {
  const folder = await (await divisionsFolder())?.getDirectoryHandle(id);
  const main = target ?? (await folder?.getFileHandle("main.cmx"));
  const slave = await folder?.getFileHandle("slave.cms");
  if (main === undefined || slave === undefined) throw new Error("the browser has removed its files: divide it again");
  return { main: await main.getFile(), slave: await slave.getFile() };
}

/** Removes all that was written of a division, also where the creator chose the place. */
export async function removeOutput({ id, target }: DivisionPlace): Promise<void> {
  const folder = await divisionsFolder();
  await onceUnlocked(async () => folder?.removeEntry(id, { recursive: true })).catch(() => {}); // already gone
  if (target !== undefined) await removeFile(target);
}

/** Removes what closed or crashed pages left behind and no record tells of. */
export async function removeStaleFolders(): Promise<void> {
  const folder = await divisionsFolder();
  if (folder === undefined || navigator.locks === undefined) return;
  const elsewhere = await heldElsewhere();
  const recorded = new Set((await listRecords()).map(({ id }) => id));
  const entries = folder as unknown as { keys(): AsyncIterable<string> };
  for await (const id of entries.keys())
    if (!held.has(id) && !elsewhere.has(id) && !recorded.has(id)) await removeOutput({ id });
}
