import type { Limits } from "../config.ts";
import type { ClientFinder } from "../security/client.ts";
import type { AccountLogStore, AccountStore, SessionStore } from "./store.ts";

/** What accounts and sessions work with. */
export interface AccountDeps {
  store: { accounts: AccountStore; sessions: SessionStore; accountLogs: AccountLogStore };
  clients: ClientFinder;
  limits: Pick<Limits, "rates">;
  openRegistration: boolean;
  /** Signs the marks of browsers that signed in before. */
  browserKey: Uint8Array;
  /** Plays of a visitor without an account in 24 hours, which the session tells. */
  guestPlaysPerDay: number;
  /** Milliseconds since 1970. */
  now(): number;
}
