import { open } from "node:fs/promises";
import { type ByteSource, InputError } from "../codec/index.ts";

/** Random access to a file that does not change. Opened for each read: nothing stays open that nobody closes. */
export class FileSource implements ByteSource {
  readonly size: number;
  private readonly path: string;

  constructor(path: string, size: number) {
    this.path = path;
    this.size = size;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset < 0 || length < 0 || offset + length > this.size) {
      throw new RangeError(`bytes ${offset} to ${offset + length}: the file has ${this.size}`);
    }
    const bytes = new Uint8Array(length);
    const file = await open(this.path, "r");
    try {
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0)
          throw new InputError(`file changed while it was read: it ends at byte ${offset + done}`, {
            offsetBytes: offset + done,
          });
        done += bytesRead;
      }
    } finally {
      await file.close();
    }
    return bytes;
  }
}
