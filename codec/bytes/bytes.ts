import { InputError } from "../errors.ts";

/** Random access to bytes that need not be in memory: a Blob, a file, an HTTP resource with ranges. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`; the caller keeps inside `size`. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A stream of bytes that cannot seek. Nothing is kept when `abort` is called instead of `close`. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

/** Bytes in memory as a source; reads are views of them. */
export function sourceFromBytes(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

/**
 * A Blob or File as a source.
 *
 * @throws {@link InputError} from `read`: the file behind it has changed
 */
export function sourceFromBlob(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      if (bytes.length !== length)
        throw new InputError(
          `file changed while it was read: ${length} bytes wanted at byte ${offset}, ${bytes.length} there`,
        );
      return bytes;
    },
  };
}

/** Collects what is written, for small files and tests. */
export class MemorySink implements ByteSink {
  private parts: Uint8Array[] = [];
  aborted = false;

  async write(bytes: Uint8Array): Promise<void> {
    this.parts.push(bytes.slice());
  }

  async close(): Promise<void> {}

  async abort(): Promise<void> {
    this.parts = [];
    this.aborted = true;
  }

  bytes(): Uint8Array {
    return concatBytes(...this.parts);
  }
}

/** A copy of all parts, one behind the other. */
export function concatBytes(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Whether two arrays hold the same bytes; not for secrets, since its time depends on them. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Two lower-case hexadecimal digits a byte. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @throws {@link InputError} the text is not an even number of hexadecimal digits */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text))
    throw new InputError(`not hexadecimal: "${text.slice(0, 40)}"`);
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
