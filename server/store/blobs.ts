/** Files of the data folder: slaves, mains and CMs. Each is written once, whole or not at all, and never changed. */
import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ByteSource } from "../../codec/format/bytes.ts";
import { FileSource } from "./file-source.ts";

export type BlobKind = "slaves" | "mains" | "cms";

/** A file on its way in. Exactly one of `commit` and `discard` ends it. */
export interface BlobUpload {
  write(bytes: Uint8Array): Promise<void>;
  /** Writes through to the disk and gives what was written, to be checked; nothing can be written after that. */
  finish(): Promise<{ source: ByteSource; sha256: string }>;
  /** Puts the file in its place; an older file there (left by a crash before its row was stored) is replaced. */
  commit(kind: BlobKind, id: string): Promise<void>;
  /** Removes what was written; harmless after `commit`. */
  discard(): Promise<void>;
}

export interface Blobs {
  upload(): Promise<BlobUpload>;
  /** Random access; the file must be there. */
  source(kind: BlobKind, id: string): Promise<ByteSource>;
  /** Harmless where it is not there. */
  remove(kind: BlobKind, id: string): Promise<void>;
}

const ID = /^[0-9a-f]{32}$/;
const TEMPORARY = "tmp";

/** Files below `folder`. What an earlier run left unfinished is removed. */
export async function openFileBlobs(folder: string): Promise<Blobs> {
  const temporary = join(folder, TEMPORARY);
  await rm(temporary, { recursive: true, force: true });
  for (const name of [TEMPORARY, "slaves", "mains", "cms"])
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  const pathOf = (kind: BlobKind, id: string): string => {
    if (!ID.test(id)) throw new RangeError(`id "${id.slice(0, 40)}": not 32 hexadecimal digits`);
    return join(folder, kind, id);
  };
  return {
    upload: async () => {
      const path = join(temporary, randomBytes(16).toString("hex"));
      return new FileUpload(path, await open(path, "wx", 0o600), pathOf);
    },
    source: async (kind, id) => {
      const path = pathOf(kind, id);
      return new FileSource(path, (await stat(path)).size);
    },
    remove: async (kind, id) => rm(pathOf(kind, id), { force: true }),
  };
}

class FileUpload implements BlobUpload {
  private readonly hash = createHash("sha256");
  private readonly path: string;
  private readonly pathOf: (kind: BlobKind, id: string) => string;
  private file: FileHandle | undefined;
  private size = 0;

  constructor(path: string, file: FileHandle, pathOf: (kind: BlobKind, id: string) => string) {
    this.path = path;
    this.file = file;
    this.pathOf = pathOf;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.file === undefined) throw new Error("written after its end");
    this.hash.update(bytes);
    for (let done = 0; done < bytes.length; ) done += (await this.file.write(bytes, done)).bytesWritten;
    this.size += bytes.length;
  }

  async finish(): Promise<{ source: ByteSource; sha256: string }> {
    await this.file?.sync();
    await this.close();
    return { source: new FileSource(this.path, this.size), sha256: this.hash.digest("hex") };
  }

  async commit(kind: BlobKind, id: string): Promise<void> {
    const target = this.pathOf(kind, id);
    await rename(this.path, target);
    // The new name is safe only when its folder is on the disk too.
    const folder = await open(dirname(target), "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  async discard(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }

  private async close(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    await file?.close();
  }
}
