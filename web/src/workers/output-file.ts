/** Where a division's output goes: files of the browser's own file system (OPFS), or memory where there is none. */
import type { ByteSink } from "../../../codec/format/bytes.ts";

/** Folder of all divisions in the OPFS; one folder a job in it. */
export const DIVISIONS_FOLDER = "cmix-divisions";
/** Small writes are joined to this: each write to a file costs a system call. */
const BUFFER_BYTES = 1 << 20;

export interface OutputFile {
  sink: ByteSink;
  /** What was written; only after `sink.close()`. */
  blob(): Promise<Blob>;
}

/** FileSystemSyncAccessHandle, which TypeScript's page library lacks. */
interface SyncHandle {
  write(bytes: Uint8Array, options: { at: number }): number;
  flush(): void;
  close(): void;
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

export async function openOutputs(jobId: string, names: readonly string[]): Promise<OutputFile[]> {
  const folder = await openFolder(jobId);
  return Promise.all(names.map((name) => (folder === undefined ? memoryOutput() : fileOutput(folder, name))));
}

async function fileOutput(folder: FileSystemDirectoryHandle, name: string): Promise<OutputFile> {
  const file = await folder.getFileHandle(name, { create: true });
  const handle = await (file as unknown as { createSyncAccessHandle(): Promise<SyncHandle> }).createSyncAccessHandle();
  const buffer = new Uint8Array(BUFFER_BYTES);
  let buffered = 0;
  let at = 0;
  let open = true;
  const flush = () => {
    writeAll(handle, buffer.subarray(0, buffered), at);
    at += buffered;
    buffered = 0;
  };
  return {
    sink: {
      async write(bytes) {
        if (buffered + bytes.length > BUFFER_BYTES) flush();
        if (bytes.length > BUFFER_BYTES) {
          writeAll(handle, bytes, at);
          at += bytes.length;
        } else {
          buffer.set(bytes, buffered);
          buffered += bytes.length;
        }
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
    blob: () => file.getFile(),
  };
}

function writeAll(handle: SyncHandle, bytes: Uint8Array, at: number): void {
  const written = handle.write(bytes, { at });
  if (written !== bytes.length)
    throw new Error(`only ${written} of ${bytes.length} bytes could be stored: free some disk space and divide again`);
}

function memoryOutput(): OutputFile {
  let parts: BlobPart[] = [];
  return {
    sink: {
      async write(bytes) {
        parts.push(new Blob([bytes as BlobPart])); // a Blob of its own: browsers keep large ones on disk
      },
      async close() {},
      async abort() {
        parts = [];
      },
    },
    blob: async () => new Blob(parts, { type: "application/octet-stream" }),
  };
}
