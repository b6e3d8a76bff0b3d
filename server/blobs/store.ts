/** The store of files: slaves, mains, CMs, what the library shows, and sources that wait to be divided. Each is written once, whole or not at all, and never changed. */
import type { ByteSource } from "../../codec/index.ts";

export const BLOB_KINDS = ["slaves", "mains", "cms", "extras", "sources"] as const;
export type BlobKind = (typeof BLOB_KINDS)[number];

/** A file on its way in. Exactly one of `commit` and `discard` ends it. */
/** @throws StorageError full, of each that writes */
export interface BlobUpload {
  write(bytes: Uint8Array): Promise<void>;
  /** Writes through to the disk and gives what was written, to be checked; nothing can be written after that. */
  finish(): Promise<{ source: ByteSource; sha256: string }>;
  /** Puts the file in its place; an older file there (left by a crash before its row was stored) is replaced. */
  commit(id: string): Promise<void>;
  /** Removes what was written; harmless after `commit`. */
  discard(): Promise<void>;
}

export interface Blobs {
  upload(kind: BlobKind): Promise<BlobUpload>;
  /** Random access; the file must be there. */
  source(kind: BlobKind, id: string): Promise<ByteSource>;
  /** How many bytes there is room for. */
  freeBytes(): Promise<number>;
  /** Harmless where there is no such file. */
  remove(kind: BlobKind, id: string): Promise<void>;
}
