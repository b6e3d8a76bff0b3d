import type { Blobs } from "../blobs/store.ts";
import type { KeyedLock } from "../keyed-lock.ts";
import type { Log } from "../log.ts";
import type { OutboundRules } from "../security/guarded-fetch.ts";
import type { CmStore } from "./store.ts";

/** What CMs work with. */
export interface CmDeps {
  store: { cms: CmStore };
  blobs: Blobs;
  /** One import of the same id at a time. */
  importLock: KeyedLock;
  /** How to ask addresses that accounts gave. */
  outbound: OutboundRules;
  log: Log;
  /** Milliseconds since 1970. */
  now(): number;
}
