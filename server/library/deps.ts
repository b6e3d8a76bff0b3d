import type { AccountLogStore } from "../accounts/store.ts";
import type { Blobs } from "../blobs/store.ts";
import type { Limits } from "../config.ts";
import type { KeyedLock } from "../keyed-lock.ts";
import type { Log } from "../log.ts";
import type { ClientFinder } from "../security/client.ts";
import type { OutboundRules } from "../security/guarded-fetch.ts";
import type { MainOrigins } from "./main-origins.ts";
import type { SlaveReaders } from "./slave-readers.ts";
import type { SourceIntake } from "./source-intake.ts";
import type { ConditionStore, LibraryStore, VideoStore } from "./store.ts";
import type { UploadFiles } from "./upload-files.ts";

/** What the library works with. */
export interface LibraryDeps {
  store: { videos: VideoStore; library: LibraryStore; conditions: ConditionStore; accountLogs: AccountLogStore };
  blobs: Blobs;
  /** Makes those who download unrecognisable where they are counted. */
  playKey: Uint8Array;
  /** Unfinished uploads. */
  uploadFiles: UploadFiles;
  sources: SourceIntake;
  slaveReaders: SlaveReaders;
  /** One import of the same id at a time. */
  importLock: KeyedLock;
  /** How to ask addresses that accounts gave. */
  outbound: OutboundRules;
  /** Servers that the web player reads mains from, besides this one. */
  mainOrigins: MainOrigins;
  limits: Pick<
    Limits,
    | "slaveFileMaxBytes"
    | "mainFileMaxBytes"
    | "sourceFileMaxBytes"
    | "accountMaxBytes"
    | "uploadsPerAccount"
    | "uploadLifetimeSeconds"
  >;
  clients: ClientFinder;
  log: Log;
  /** Milliseconds since 1970. */
  now(): number;
}
