/** What is kept on this device: one record a main in IndexedDB, and its file in the browser's own file system (OPFS). */
import { onceUnlocked } from "../../shared/files/file-access.ts";
import { RecordStore } from "../../shared/files/record-store.ts";
import { keptName, SHELF_FOLDER } from "../protocol/shelf-api.ts";

export interface KeptMain {
  mainId: string;
  title: string;
  durationSeconds: number;
  bytes: number;
  /** By shared/pieces-hash.ts; null until it is known. */
  piecesSha256: string | null;
  poster: Blob | undefined;
  /** Where it comes from; undefined for a copy of the viewer's own file. */
  url: string | undefined;
  posterUrl: string | undefined;
  keptAt: number;
  /** `storing` goes on by itself, `stopped` failed and goes on when asked; of what is `damaged` the file has been removed. */
  state: "storing" | "stopped" | "kept" | "damaged";
}

export const keptRecords = new RecordStore<KeptMain>("cmix-shelf", "mains", "mainId");

async function shelfFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(SHELF_FOLDER);
  } catch {
    return undefined; // nothing was kept yet
  }
}

/** Whether this browser lets pages store files: WebKitGTK does not, nor do some private windows. */
export async function canStore(): Promise<boolean> {
  try {
    await navigator.storage.getDirectory();
    await keptRecords.list();
    return "locks" in navigator;
  } catch {
    return false;
  }
}

/** What there is of a main, whole or not. */
export async function storedFile(mainId: string): Promise<File | undefined> {
  try {
    return await (await (await shelfFolder())?.getFileHandle(keptName(mainId)))?.getFile();
  } catch {
    return undefined;
  }
}

export async function removeFileOf(mainId: string): Promise<void> {
  const folder = await shelfFolder();
  await onceUnlocked(async () => folder?.removeEntry(keptName(mainId))).catch(() => {}); // already gone
}

/** A kept main, to be played; undefined where it is not here whole. */
export async function keptFile(mainId: string): Promise<File | undefined> {
  const record = await keptRecords.get(mainId).catch(() => undefined);
  const file = await storedFile(mainId);
  if (record?.state !== "kept" || file?.size !== record.bytes) return undefined;
  return new File([file], record.title); // what the player calls it where it cannot open it
}
