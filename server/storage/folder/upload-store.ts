/** Unfinished uploads on the disk, encrypted: a slave among them must not lie there in the clear either. */
import { createCipheriv } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FileStore } from "@tus/file-store";
import type { Upload } from "@tus/server";
import type { MasterKey } from "../../security/master-key.ts";
import { onDisk } from "../full-disk.ts";

const BLOCK_BYTES = 16;

export class UploadStore extends FileStore {
  private readonly key: MasterKey;

  constructor(directory: string, key: MasterKey) {
    super({ directory });
    this.key = key;
  }

  /** @throws StorageError full */
  override async create(upload: Upload): Promise<Upload> {
    this.pathOf(upload.id);
    return onDisk(() => super.create(upload));
  }

  override async getUpload(id: string): Promise<Upload> {
    this.pathOf(id);
    return super.getUpload(id);
  }

  override async remove(id: string): Promise<void> {
    this.pathOf(id);
    await super.remove(id);
  }

  /** @returns the length that is on the disk then @throws StorageError full */
  override async write(bytes: Readable, id: string, offset: number): Promise<number> {
    let end = offset;
    const count = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        end += chunk.length;
        done(null, chunk);
      },
    });
    const file = createWriteStream(this.pathOf(id), { flags: "r+", start: offset, flush: true });
    await onDisk(() => pipeline(bytes, count, this.keyStream(id, offset), file));
    return end;
  }

  /** The bytes as they were sent. */
  plainBytes(id: string): Readable {
    const file = createReadStream(this.pathOf(id));
    const plain = this.keyStream(id, 0);
    file.on("error", (error) => plain.destroy(error));
    return file.pipe(plain);
  }

  /** Beside it lies what was said of the upload, under its id with an ending. @throws RangeError no id */
  private pathOf(id: string): string {
    if (!/^[\w-]+$/.test(id)) throw new RangeError(`"${id.slice(0, 40)}" is no id of an upload`);
    return join(this.directory, id);
  }

  /** AES-256-CTR goes on at any offset; each upload has its own key, and no offset of it is written twice with other bytes. */
  private keyStream(id: string, offset: number): ReturnType<typeof createCipheriv> {
    const counter = Buffer.alloc(BLOCK_BYTES);
    counter.writeBigUInt64BE(BigInt(Math.floor(offset / BLOCK_BYTES)), 8);
    const stream = createCipheriv("aes-256-ctr", this.key.derive("upload", Buffer.from(id)), counter);
    stream.update(Buffer.alloc(offset % BLOCK_BYTES));
    return stream;
  }
}
