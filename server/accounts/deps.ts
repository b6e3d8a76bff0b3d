import type { Limits } from "../config.ts";
import type { Log } from "../log.ts";
import type { Mailer } from "../mailer.ts";
import type { ClientFinder } from "../security/client.ts";
import type { AccountLogStore, AccountStore, SessionStore } from "./store.ts";

/** What accounts and sessions work with. */
export interface AccountDeps {
  store: { accounts: AccountStore; sessions: SessionStore; accountLogs: AccountLogStore };
  clients: ClientFinder;
  limits: Pick<Limits, "rates">;
  openRegistration: boolean;
  /** Undefined where no mail server is configured. */
  mailer: Mailer | undefined;
  /** What links in mails begin with: never a request's Host, which anyone who asks can choose. */
  publicOrigin: string | undefined;
  log: Log;
  /** Signs the marks of browsers that signed in before. */
  browserKey: Uint8Array;
  /** Plays of a visitor without an account in 24 hours, which the session tells. */
  guestPlaysPerDay: number;
  /** Page or e-mail address of who runs the service, which the session tells; null where none is set. */
  contact: string | null;
  /** Milliseconds since 1970. */
  now(): number;
}
