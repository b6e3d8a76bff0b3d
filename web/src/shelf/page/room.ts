/** Whether there is room for a main in the browser's storage. */
import { InputError } from "../../../../codec/page.ts";
import { type KeptMain, storedFile } from "./kept-mains.ts";

/** What the browser says that it leaves for this site; undefined where it does not. */
export async function freeBytes(): Promise<number | undefined> {
  const { quota, usage } = await navigator.storage.estimate();
  return quota === undefined || usage === undefined ? undefined : Math.max(0, quota - usage);
}

/** @param free left out where the browser says one thing and does another: Chromium always tells of 10 GB */
export const storageFull = (neededBytes: number, free?: number): InputError =>
  new InputError(`the browser's storage has no room for ${neededBytes} bytes: free some space`, {
    storageFull: true,
    neededBytes,
    ...(free === undefined ? {} : { freeBytes: free }),
  });

/** @throws InputError `details.storageFull`, with `neededBytes` and `freeBytes` */
export async function holdToRoom({ mainId, bytes }: KeptMain): Promise<void> {
  const neededBytes = bytes - ((await storedFile(mainId))?.size ?? 0);
  const free = await freeBytes();
  if (free !== undefined && neededBytes > free) throw storageFull(neededBytes, free);
}
