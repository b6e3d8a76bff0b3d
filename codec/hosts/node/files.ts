/** Files as byte sources and sinks. */
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import type { ByteSink, ByteSource } from "../../bytes/bytes.ts";
import type { Y4mSource } from "../../containers/y4m/y4m.ts";
import { InputError } from "../../errors.ts";

function describe(error: unknown, path: string): never {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") throw new InputError(`${path}: no such file; check the name`);
  if (code === "EISDIR") throw new InputError(`${path}: is a folder; name a file`);
  if (code === "EACCES" || code === "EPERM") throw new InputError(`${path}: no permission; check the file's rights`);
  throw error;
}

async function fileSize(path: string): Promise<number> {
  const facts = await stat(path).catch((error: unknown) => describe(error, path));
  if (!facts.isFile()) throw new InputError(`${path}: not a plain file; name a file`);
  return facts.size;
}

/** A file that is open for reading. */
export interface OpenFile extends ByteSource, Y4mSource {
  close(): Promise<void>;
}

/**
 * A file for random access; close it.
 *
 * @throws {@link InputError} it is not there, no plain file, or may not be read; a read beyond its end
 */
export async function openFile(path: string): Promise<OpenFile> {
  const size = await fileSize(path);
  const handle = await open(path, "r").catch((error: unknown) => describe(error, path));
  async function readInto(offset: number, target: Uint8Array): Promise<void> {
    let filled = 0;
    while (filled < target.length) {
      const { bytesRead } = await handle.read(target, filled, target.length - filled, offset + filled);
      if (bytesRead === 0)
        throw new InputError(`${path}: ends at byte ${offset + filled}, ${target.length - filled} more were expected`, {
          offsetBytes: offset + filled,
        });
      filled += bytesRead;
    }
  }
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(length);
      await readInto(offset, bytes);
      return bytes;
    },
    readInto,
    close: () => handle.close(),
  };
}

/** Writes under a temporary name beside the target and takes the target's name only when all is written. */
export class FileSink implements ByteSink {
  private constructor(
    private readonly path: string,
    private readonly temporaryPath: string,
    private readonly handle: FileHandle,
  ) {}

  static async open(path: string): Promise<FileSink> {
    const temporaryPath = `${path}.part`;
    return new FileSink(path, temporaryPath, await open(temporaryPath, "w"));
  }

  /** Main and slave of a division; where one cannot be opened, nothing is left of the other. */
  static async openPair(mainPath: string, slavePath: string): Promise<{ main: FileSink; slave: FileSink }> {
    const main = await FileSink.open(mainPath);
    try {
      return { main, slave: await FileSink.open(slavePath) };
    } catch (error) {
      await main.abort();
      throw error;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.length) written += (await this.handle.write(bytes, written)).bytesWritten;
  }

  async close(): Promise<void> {
    await this.handle.sync();
    await this.handle.close();
    await rename(this.temporaryPath, this.path);
  }

  async abort(): Promise<void> {
    await this.handle.close().catch(() => {});
    await rm(this.temporaryPath, { force: true });
  }
}
