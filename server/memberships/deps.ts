import type { AccountStore } from "../accounts/store.ts";
import type { Limits } from "../config.ts";
import type { SlaveReaders } from "../library/slave-readers.ts";
import type { VideoStore } from "../library/store.ts";
import type { MembershipStore } from "./store.ts";

/** What memberships work with. */
export interface MembershipDeps {
  store: { memberships: MembershipStore; accounts: AccountStore; videos: VideoStore };
  slaveReaders: SlaveReaders;
  limits: Pick<Limits, "rates">;
  /** Milliseconds since 1970. */
  now(): number;
}
