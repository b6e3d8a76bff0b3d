/** Files of the data folder: slaves, mains, CMs and what the library shows. Each is written once, whole or not at all, and never changed. */
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ByteSource } from "../../../codec/index.ts";
import { BLOB_KINDS, type BlobKind, type Blobs, type BlobUpload } from "../../blobs/store.ts";
import { FileSource } from "../../file-source.ts";
import type { MasterKey } from "../../security/master-key.ts";
import { onDisk } from "../full-disk.ts";
import { FileSealer, isSealed, openSealed } from "./sealed-file.ts";

/** Encrypted on the disk. */
const SEALED_KINDS: readonly BlobKind[] = ["slaves", "sources"];

const ID = /^[0-9a-f]{32}$/;
const TEMPORARY = "tmp";
const COPY_BYTES = 1 << 20;

/** Files below `folder`. What an earlier run left unfinished is removed. */
export async function openFileBlobs(folder: string, key: MasterKey): Promise<Blobs> {
  const temporary = join(folder, TEMPORARY);
  await rm(temporary, { recursive: true, force: true });
  for (const name of [TEMPORARY, ...BLOB_KINDS]) await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  const pathOf = (kind: BlobKind, id: string): string => {
    if (!ID.test(id)) throw new RangeError(`id "${id.slice(0, 40)}": not 32 hexadecimal digits`);
    return join(folder, kind, id);
  };
  return {
    upload: async (kind) => {
      const path = join(temporary, randomBytes(16).toString("hex"));
      const sealing = SEALED_KINDS.includes(kind) ? key : undefined;
      const file = await onDisk(() => open(path, "wx", 0o600));
      return new FileUpload(path, file, sealing, (id) => pathOf(kind, id));
    },
    source: async (kind, id) => {
      const stored = await fileSource(pathOf(kind, id));
      return SEALED_KINDS.includes(kind) ? openSealed(stored, key) : stored;
    },
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    remove: (kind, id) => rm(pathOf(kind, id), { force: true }),
  };
}

const fileSource = async (path: string): Promise<FileSource> => new FileSource(path, (await stat(path)).size);

/** Paths of what lies encrypted in a folder. */
export async function sealedFiles(folder: string): Promise<string[]> {
  const sealed: string[] = [];
  for (const kind of SEALED_KINDS) {
    const names = existsSync(join(folder, kind)) ? await readdir(join(folder, kind)) : [];
    for (const path of names.map((name) => join(folder, kind, name)))
      if (await isSealed(await fileSource(path))) sealed.push(path);
  }
  return sealed;
}

/**
 * Encrypts what lies in a folder from before it had a key.
 *
 * @throws Error what is encrypted already is so with another key
 */
export async function sealOlderFiles(folder: string, blobs: Blobs): Promise<void> {
  for (const kind of SEALED_KINDS) {
    for (const id of await readdir(join(folder, kind))) {
      const plain = await fileSource(join(folder, kind, id));
      if (await isSealed(plain)) {
        await (await blobs.source(kind, id)).read(0, 1);
        continue;
      }
      const upload = await blobs.upload(kind);
      try {
        for (let offset = 0; offset < plain.size; offset += COPY_BYTES)
          await upload.write(await plain.read(offset, Math.min(COPY_BYTES, plain.size - offset)));
        await upload.finish();
        await upload.commit(id);
      } finally {
        await upload.discard();
      }
    }
  }
}

class FileUpload implements BlobUpload {
  private readonly hash = createHash("sha256");
  private readonly sealer: FileSealer | undefined;
  private readonly path: string;
  private readonly key: MasterKey | undefined;
  private readonly pathOf: (id: string) => string;
  private file: FileHandle | undefined;

  constructor(path: string, file: FileHandle, key: MasterKey | undefined, pathOf: (id: string) => string) {
    this.path = path;
    this.file = file;
    this.key = key;
    this.sealer = key && new FileSealer(key);
    this.pathOf = pathOf;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.hash.update(bytes);
    await this.store(this.sealer?.push(bytes) ?? bytes);
  }

  async finish(): Promise<{ source: ByteSource; sha256: string }> {
    if (this.sealer !== undefined) await this.store(this.sealer.end());
    await onDisk(async () => this.file?.sync());
    await onDisk(() => this.close());
    const stored = await fileSource(this.path);
    const source = this.key === undefined ? stored : await openSealed(stored, this.key);
    return { source, sha256: this.hash.digest("hex") };
  }

  async commit(id: string): Promise<void> {
    const target = this.pathOf(id);
    await onDisk(async () => {
      await rename(this.path, target);
      // The new name is safe only when its folder is on the disk too.
      const folder = await open(dirname(target), "r");
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    });
  }

  async discard(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }

  private async store(bytes: Uint8Array): Promise<void> {
    const { file } = this;
    if (file === undefined) throw new Error("written after its end");
    await onDisk(async () => {
      for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
    });
  }

  private async close(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    await file?.close();
  }
}
