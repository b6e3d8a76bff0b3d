/**
 * Files that are encrypted on the disk and read at any place (AES-256-GCM in chunks).
 *
 * 8 bytes magic, 32 bytes salt, then chunks of 16 KiB, the last one shorter, each followed by its tag of 16 bytes. The file's key
 * comes from the master key and the salt, so that it serves this one file; a chunk's IV is its number, with a mark on the last one:
 * chunks that were moved, left out or cut off are found out.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { ByteSource } from "../../../codec/index.ts";
import type { MasterKey } from "../../security/master-key.ts";

const MAGIC = Buffer.from("CMIXSEAL");
const SALT_BYTES = 32;
const HEAD_BYTES = MAGIC.length + SALT_BYTES;
/** A segment of 1 s takes one or two. */
const CHUNK_BYTES = 16 << 10;
const TAG_BYTES = 16;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
const PURPOSE = "file";

/** Turns a file's bytes, in pieces of any length, into the bytes to store. */
export class FileSealer {
  private readonly key: Uint8Array;
  private readonly chunk = Buffer.alloc(CHUNK_BYTES);
  private filled = 0;
  private number = 0;
  private head: Buffer | undefined;

  constructor(master: MasterKey) {
    const salt = randomBytes(SALT_BYTES);
    this.key = master.derive(PURPOSE, salt);
    this.head = Buffer.concat([MAGIC, salt]);
  }

  push(bytes: Uint8Array): Uint8Array {
    const sealed: Buffer[] = this.takeHead();
    for (let done = 0; done < bytes.length; ) {
      // A full chunk waits for the next byte: only then it is known not to be the last.
      if (this.filled === CHUNK_BYTES) sealed.push(this.seal(false));
      const length = Math.min(CHUNK_BYTES - this.filled, bytes.length - done);
      this.chunk.set(bytes.subarray(done, done + length), this.filled);
      this.filled += length;
      done += length;
    }
    return Buffer.concat(sealed);
  }

  /** The last bytes to store. */
  end(): Uint8Array {
    return Buffer.concat([...this.takeHead(), this.seal(true)]);
  }

  private takeHead(): Buffer[] {
    const head = this.head === undefined ? [] : [this.head];
    this.head = undefined;
    return head;
  }

  private seal(last: boolean): Buffer {
    const cipher = createCipheriv("aes-256-gcm", this.key, chunkIv(this.number++, last));
    const body = cipher.update(this.chunk.subarray(0, this.filled));
    this.filled = 0;
    return Buffer.concat([body, cipher.final(), cipher.getAuthTag()]);
  }
}

/** @throws Error it is no encrypted file, or was encrypted with another key */
export async function openSealed(stored: ByteSource, master: MasterKey): Promise<ByteSource> {
  if (!(await isSealed(stored)))
    throw new Error("a stored file is not encrypted as it should be: restore it from a backup");
  const salt = (await stored.read(MAGIC.length, SALT_BYTES)).slice();
  const body = stored.size - HEAD_BYTES;
  const chunks = Math.ceil(body / SEALED_CHUNK_BYTES);
  const key = master.derive(PURPOSE, salt);
  return new SealedSource(stored, key, body - chunks * TAG_BYTES, chunks);
}

export async function isSealed(stored: ByteSource): Promise<boolean> {
  return stored.size >= HEAD_BYTES + TAG_BYTES && MAGIC.equals(await stored.read(0, MAGIC.length));
}

class SealedSource implements ByteSource {
  readonly size: number;
  private readonly stored: ByteSource;
  private readonly key: Uint8Array;
  private readonly chunks: number;

  constructor(stored: ByteSource, key: Uint8Array, size: number, chunks: number) {
    this.stored = stored;
    this.key = key;
    this.size = size;
    this.chunks = chunks;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset < 0 || length < 0 || offset + length > this.size)
      throw new RangeError(`bytes ${offset} to ${offset + length}: the file has ${this.size}`);
    if (length === 0) return new Uint8Array(0);
    const first = Math.floor(offset / CHUNK_BYTES);
    const last = Math.floor((offset + length - 1) / CHUNK_BYTES);
    const start = HEAD_BYTES + first * SEALED_CHUNK_BYTES;
    const end = Math.min(this.stored.size, HEAD_BYTES + (last + 1) * SEALED_CHUNK_BYTES);
    const sealed = await this.stored.read(start, end - start);
    const plain = new Uint8Array(length);
    for (let number = first; number <= last; number++) {
      const at = (number - first) * SEALED_CHUNK_BYTES;
      const chunk = this.open(number, sealed.subarray(at, at + SEALED_CHUNK_BYTES));
      const from = Math.max(0, offset - number * CHUNK_BYTES);
      const to = Math.min(chunk.length, offset + length - number * CHUNK_BYTES);
      plain.set(chunk.subarray(from, to), number * CHUNK_BYTES + from - offset);
    }
    return plain;
  }

  private open(number: number, sealed: Uint8Array): Buffer {
    const end = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv("aes-256-gcm", this.key, chunkIv(number, number === this.chunks - 1), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(sealed.subarray(end));
    const plain = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch (cause) {
      throw new Error(
        `chunk ${number} of a stored file was changed, or encrypted with another key: restore it from a backup`,
        { cause },
      );
    }
    return plain;
  }
}

function chunkIv(number: number, last: boolean): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(number, 7); // 2^32 chunks are 64 TiB
  iv[11] = last ? 1 : 0;
  return iv;
}
