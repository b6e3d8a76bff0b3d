import type { AccountStore } from "../accounts/store.ts";
import type { CmStore } from "../cm/store.ts";
import type { VideoStore } from "../library/store.ts";
import type { Log } from "../log.ts";
import type { Mailer } from "../mailer.ts";
import type { OutboundRules } from "../security/guarded-fetch.ts";
import type { MasterKey } from "../security/master-key.ts";
import type { ReportStore } from "./store.ts";

/** What reports work with. */
export interface ReportDeps {
  store: { reports: ReportStore; accounts: AccountStore; videos: VideoStore; cms: CmStore };
  /** Seals the secrets of webhooks. */
  key: MasterKey;
  /** Undefined where no mail is sent. */
  mailer: Mailer | undefined;
  /** How to ask addresses that accounts gave. */
  outbound: OutboundRules;
  log: Log;
  /** Milliseconds since 1970. */
  now(): number;
}
