import type { Readable } from "node:stream";
import type { DataStore, KvStore } from "@tus/server";

/** Where unfinished uploads lie, as the protocol's implementation writes them, and what the library needs besides. */
export type UploadFiles = DataStore & {
  /** What was said of each upload, by its id. */
  readonly configstore: KvStore;
  /** The bytes as they were sent. */
  plainBytes(id: string): Readable;
};
