import type { Kernels } from "../codec/index.ts";
import type { Limits } from "./config.ts";
import type { KeyedLock } from "./keyed-lock.ts";
import type { MainOrigins } from "./library/main-origins.ts";
import type { SlaveReaders } from "./library/slave-readers.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { LivePlays } from "./plays/live-plays.ts";
import type { Mailer } from "./reports/mailer.ts";
import type { ClientFinder } from "./security/client.ts";
import type { OutboundRules } from "./security/guarded-fetch.ts";
import type { MasterKey } from "./security/master-key.ts";
import type { Blobs } from "./storage/folder/file-blobs.ts";
import type { Store } from "./storage/sqlite/store.ts";

/** All that the application works with; a test may hand in its own clock and limits. */
export interface Deps {
  store: Store;
  blobs: Blobs;
  /** Encrypts what the database keeps secret. */
  key: MasterKey;
  slaveReaders: SlaveReaders;
  /** One import of the same id at a time. */
  importLock: KeyedLock;
  /** Plays that are going on. */
  livePlays: LivePlays;
  /** Signs tickets, and makes viewers unrecognisable where they are counted. */
  playKey: Uint8Array;
  kernels: Kernels;
  webDir: string;
  /** How to ask addresses that accounts gave. */
  outbound: OutboundRules;
  /** Servers that the web player reads mains from, besides this one. */
  mainOrigins: MainOrigins;
  /** Undefined where no mail is sent. */
  mailer: Mailer | undefined;
  /** Unfinished uploads. */
  uploadsDir: string;
  limits: Limits;
  clients: ClientFinder;
  /** Sites whose pages may show the player. */
  embedSites: readonly string[];
  openRegistration: boolean;
  /** Plays of a visitor without an account in 24 hours. */
  guestPlaysPerDay: number;
  /** One opening of a play of the same visitor at a time. */
  openingLock: KeyedLock;
  /** Whether the server takes its last requests. */
  lifecycle: { isStopping: boolean };
  metrics: Metrics;
  log: Log;
  /** Milliseconds since 1970. */
  now(): number;
}
