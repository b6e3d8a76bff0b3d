/** Files of the browser's own file system (OPFS), written by workers: on the disk at once, so that what is there outlives the page. */

import { CHECKED_BYTES } from "../../../../codec/index.ts";
import { type ByteSink, type ByteSource, InputError } from "../../../../codec/page.ts";
import { onceUnlocked } from "../files/file-access.ts";

/** Small writes are joined to this: each one to a file costs a call, in private windows one to another process. */
const BUFFER_BYTES = 1 << 20;

export interface OutputFile {
  /** What an interruption left; nothing in a new file. */
  left(): Promise<ByteSource>;
  /** Cuts the file; comes before the first write. */
  startAt(offsetBytes: number): Promise<void>;
  sink: ByteSink;
  /** Hands over what is held back. */
  flush(): void;
  /** What was written; only after `sink.close()`. */
  blob(): Promise<Blob>;
}

/** FileSystemSyncAccessHandle, which TypeScript's page library lacks. */
interface SyncHandle {
  read(bytes: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(bytes: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

interface SyncFile {
  createSyncAccessHandle(): Promise<SyncHandle>;
}

/**
 * Opens a folder, and makes it where it is not there.
 *
 * @param path from the OPFS's root
 * @returns undefined where the engine has no OPFS, or none with synchronous access (WebKitGTK)
 */
export async function openStoredFolder(...path: string[]): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    if (!("createSyncAccessHandle" in FileSystemFileHandle.prototype)) return undefined;
    let folder = await navigator.storage.getDirectory();
    for (const name of path) folder = await folder.getDirectoryHandle(name, { create: true });
    return folder;
  } catch {
    return undefined; // private windows refuse
  }
}

/**
 * Opens a file, for this worker alone. Its writes throw {@link InputError} with `details.storageFull` where there is no room.
 *
 * @param first are flushed before this file is
 * @param elseDo besides freeing space, what can be done where there is none
 */
export async function openStoredFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  first: readonly OutputFile[] = [],
  elseDo = "",
): Promise<OutputFile> {
  const file = await folder.getFileHandle(name, { create: true });
  const handle = await onceUnlocked(() => (file as unknown as SyncFile).createSyncAccessHandle());
  const buffer = new Uint8Array(BUFFER_BYTES);
  let buffered = 0;
  let at = 0;
  let unsyncedBytes = 0;
  let open = true;

  const put = (bytes: Uint8Array): void => {
    writeAll(handle, bytes, at, elseDo);
    at += bytes.length;
    unsyncedBytes += bytes.length;
    // What is older than this is not looked at again when the division goes on.
    if (unsyncedBytes < CHECKED_BYTES) return;
    handle.flush();
    unsyncedBytes = 0;
  };
  const flush = (): void => {
    for (const other of first) other.flush();
    if (buffered > 0) put(buffer.subarray(0, buffered));
    buffered = 0;
  };

  return {
    left: async () => ({
      size: handle.getSize(),
      async read(offset, length) {
        const bytes = new Uint8Array(length);
        if (handle.read(bytes, { at: offset }) !== length)
          throw new RangeError(`${name} ends before ${offset + length}`);
        return bytes;
      },
    }),
    async startAt(offset) {
      handle.truncate(offset);
      at = offset;
    },
    sink: {
      async write(bytes) {
        if (buffered + bytes.length > BUFFER_BYTES) flush();
        if (bytes.length > BUFFER_BYTES) return put(bytes);
        buffer.set(bytes, buffered);
        buffered += bytes.length;
      },
      async close() {
        flush();
        handle.flush();
        handle.close();
        open = false;
      },
      async abort() {
        if (open) handle.close();
        open = false;
        await folder.removeEntry(name).catch(() => {});
      },
    },
    flush: () => {
      if (open) flush();
    },
    blob: () => file.getFile(),
  };
}

function writeAll(handle: SyncHandle, bytes: Uint8Array, at: number, elseDo: string): void {
  let written = 0;
  try {
    written = handle.write(bytes, { at });
  } catch (error) {
    if ((error as Error).name !== "QuotaExceededError") throw error;
  }
  if (written !== bytes.length)
    throw new InputError(`the browser's storage is full after ${at + written} bytes: free some disk space${elseDo}`, {
      storageFull: true,
    });
}

/** A file that is written here and there. */
export interface PlacedFile {
  /** @throws {@link InputError} with `details.storageFull`, there is no room */
  write(bytes: Uint8Array, offsetBytes: number): void;
  /** @returns what was written */
  close(): Promise<Blob>;
}

/** Opens such a file; in memory where there is no folder. @param isKept what it holds stays; else it begins empty */
export async function writePlaces(
  folder: FileSystemDirectoryHandle | undefined,
  name: string,
  isKept: boolean,
): Promise<PlacedFile> {
  if (folder === undefined) return placesInMemory();
  const file = await folder.getFileHandle(name, { create: true });
  const handle = await onceUnlocked(() => (file as unknown as SyncFile).createSyncAccessHandle());
  if (!isKept) handle.truncate(0);
  let isOpen = true;
  return {
    write: (bytes, offset) => writeAll(handle, bytes, offset, ""),
    async close() {
      if (isOpen) handle.close();
      isOpen = false;
      return file.getFile();
    },
  };
}

function placesInMemory(): PlacedFile {
  let bytes = new Uint8Array(1 << 20);
  let length = 0;
  return {
    write(part, offset) {
      length = Math.max(length, offset + part.length);
      if (length > bytes.length) {
        const larger = new Uint8Array(Math.max(length, 2 * bytes.length));
        larger.set(bytes);
        bytes = larger;
      }
      bytes.set(part, offset);
    },
    close: async () => new Blob([bytes.subarray(0, length)]),
  };
}
