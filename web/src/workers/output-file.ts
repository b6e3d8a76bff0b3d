/**
 * Where a division's output goes: files of the browser's own file system (OPFS), a file that the creator chose, or memory where there is no
 * OPFS. The main is held back last: what is in its file, journal and slave have too, wherever the page crashes.
 */
import { InputError } from "../../../codec/errors.ts";
import { type ByteSink, type ByteSource, sourceFromBlob } from "../../../codec/format/bytes.ts";
import { readAhead } from "../../../codec/format/read-ahead.ts";
import { CHECKED_BYTES } from "../../../codec/format/unfinished.ts";
import { onceUnlocked, removeFile } from "../shared/file-access.ts";
import { DIVISIONS_FOLDER } from "./division-records.ts";

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

export interface DivisionFiles {
  main: OutputFile;
  slave: OutputFile;
  /** Absent where a division cannot be gone on with. */
  journal?: OutputFile;
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

/** @param target where the main goes, if not into the OPFS */
export async function openFiles(
  jobId: string,
  target: FileSystemFileHandle | undefined,
  withJournal: boolean,
): Promise<DivisionFiles> {
  const folder = await openFolder(jobId);
  const open = (name: string, first: OutputFile[] = []) =>
    folder === undefined ? memoryFile() : storedFile(folder, name, first);
  const journal = withJournal && folder !== undefined ? await open("journal") : undefined;
  const slave = await open("slave.cms");
  const first = journal === undefined ? [slave] : [journal, slave];
  return {
    main: target === undefined ? await open("main.cmx", first) : chosenFile(target, first),
    slave,
    ...(journal === undefined ? {} : { journal }),
  };
}

/** @returns undefined where the engine has no OPFS, or none with synchronous access (WebKitGTK) */
async function openFolder(jobId: string): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    if (!("createSyncAccessHandle" in FileSystemFileHandle.prototype)) return undefined;
    const root = await navigator.storage.getDirectory();
    return await (await root.getDirectoryHandle(DIVISIONS_FOLDER, { create: true })).getDirectoryHandle(jobId, {
      create: true,
    });
  } catch {
    return undefined; // private windows refuse
  }
}

// ---- OPFS: on the disk at once ----

/** @param first are flushed before this file is */
async function storedFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  first: readonly OutputFile[],
): Promise<OutputFile> {
  const file = await folder.getFileHandle(name, { create: true });
  const handle = await onceUnlocked(() => (file as unknown as SyncFile).createSyncAccessHandle());
  const buffer = new Uint8Array(BUFFER_BYTES);
  let buffered = 0;
  let at = 0;
  let unsyncedBytes = 0;
  let open = true;

  const put = (bytes: Uint8Array): void => {
    writeAll(handle, bytes, at);
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

function writeAll(handle: SyncHandle, bytes: Uint8Array, at: number): void {
  let written = 0;
  try {
    written = handle.write(bytes, { at });
  } catch (error) {
    if ((error as Error).name !== "QuotaExceededError") throw error;
  }
  if (written !== bytes.length)
    throw new InputError(
      `the browser's storage is full after ${at + written} bytes: free some disk space, or divide straight into a file`,
    );
}

// ---- A file that the creator chose ----

/** Writes to such a file cost milliseconds each. */
const CHOSEN_BUFFER_BYTES = 4 << 20;
/**
 * Chromium writes to a copy beside the file, which takes the file's place when it is closed, and is lost with the page before. So the file is
 * closed and opened again at this size and at each doubling: after an interruption half of it is there, for one more copy of it in all.
 */
const FIRST_CLOSE_BYTES = 128 << 20;

/** @param first are flushed before this file is */
function chosenFile(file: FileSystemFileHandle, first: readonly OutputFile[]): OutputFile {
  let writable: FileSystemWritableFileStream | undefined;
  let at = 0;
  let closeAt = FIRST_CLOSE_BYTES;
  let buffer: Uint8Array[] = [];
  let buffered = 0;

  async function open(offset: number): Promise<void> {
    writable = await file.createWritable({ keepExistingData: offset > 0 });
    await writable.truncate(offset);
    await writable.seek(offset);
    at = offset;
  }

  async function flush(): Promise<void> {
    for (const other of first) other.flush();
    // One Blob, so that the parts need not be joined here.
    if (buffered > 0) await writable?.write(new Blob(buffer as BlobPart[]));
    at += buffered;
    buffer = [];
    buffered = 0;
  }

  return {
    left: async () => readAhead(sourceFromBlob(await file.getFile())),
    async startAt(offset) {
      await open(offset);
      while (closeAt <= offset) closeAt *= 2;
    },
    sink: {
      async write(bytes) {
        buffer.push(bytes);
        buffered += bytes.length;
        if (buffered < CHOSEN_BUFFER_BYTES) return;
        await flush();
        if (at < closeAt) return;
        await writable?.close();
        await open(at);
        closeAt *= 2;
      },
      async close() {
        await flush();
        await writable?.close();
      },
      async abort() {
        await writable?.abort().catch(() => {});
        await removeFile(file);
      },
    },
    flush() {},
    blob: () => file.getFile(),
  };
}

// ---- Memory ----

function memoryFile(): OutputFile {
  let parts: BlobPart[] = [];
  return {
    left: async () => sourceFromBlob(new Blob()),
    async startAt() {},
    sink: {
      async write(bytes) {
        parts.push(new Blob([bytes as BlobPart])); // a Blob of its own: browsers keep large ones on disk
      },
      async close() {},
      async abort() {
        parts = [];
      },
    },
    flush() {},
    blob: async () => new Blob(parts, { type: "application/octet-stream" }),
  };
}
