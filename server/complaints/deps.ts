import type { AccountStore } from "../accounts/store.ts";
import type { Limits } from "../config.ts";
import type { VideoStore } from "../library/store.ts";
import type { Log } from "../log.ts";
import type { Mailer } from "../mailer.ts";
import type { ComplaintStore } from "./store.ts";

/** What reports of videos work with. */
export interface ComplaintDeps {
  store: { complaints: ComplaintStore; accounts: AccountStore; videos: VideoStore };
  limits: Pick<Limits, "rates">;
  /** Undefined where no mail server is configured. */
  mailer: Mailer | undefined;
  log: Log;
  /** Milliseconds since 1970. */
  now(): number;
}
