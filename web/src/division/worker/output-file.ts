/**
 * Where a division's output goes: files of the browser's own file system (OPFS), a file that the creator chose, or memory where there is no
 * OPFS. The main is held back last: what is in its file, journal and slave have too, wherever the page crashes.
 */

import { readAhead } from "../../../../codec/index.ts";
import { sourceFromBlob } from "../../../../codec/page.ts";
import { removeFile } from "../../shared/files/file-access.ts";
import { type OutputFile, openStoredFile, openStoredFolder } from "../../shared/worker/stored-file.ts";
import { DIVISIONS_FOLDER } from "../protocol/divide-api.ts";

export interface DivisionFiles {
  main: OutputFile;
  slave: OutputFile;
  /** Absent where there is no OPFS: then no division is gone on with. */
  journal?: OutputFile;
}

/** @param target where the main goes, if not into the OPFS */
export async function openFiles(jobId: string, target: FileSystemFileHandle | undefined): Promise<DivisionFiles> {
  const folder = await openStoredFolder(DIVISIONS_FOLDER, jobId);
  const open = (name: string, first: OutputFile[] = []) =>
    folder === undefined ? memoryFile() : openStoredFile(folder, name, first, ", or divide straight into a file");
  const journal = folder !== undefined ? await open("journal") : undefined;
  const slave = await open("slave.cms");
  const first = journal === undefined ? [slave] : [journal, slave];
  return {
    main: target === undefined ? await open("main.cmx", first) : chosenFile(target, first),
    slave,
    ...(journal === undefined ? {} : { journal }),
  };
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
