/** What the domain of accounts remembers: accounts, sessions, and the logs of both. Times are milliseconds since 1970. */
import type { AccessEvent } from "./access-events.ts";
import type { AccountRole, AccountStatus } from "./roles.ts";

export interface Account {
  id: string;
  /** Lower case, no two the same; null once the account is deleted. */
  email: string | null;
  passwordHash: string;
  role: AccountRole;
  status: AccountStatus;
  /** These four are empty for viewers. */
  company: string;
  section: string;
  responsiblePerson: string;
  address: string;
  createdAt: number;
}

export type AccountChange = Partial<Omit<Account, "id" | "createdAt">>;

/** A link that works once: to a new password, or, without an account, to an administrator's account. */
export interface AccountLink {
  tokenHash: string;
  accountId: string | null;
  /** Null for never. */
  expiresAt: number | null;
}

export interface AccountStore {
  /** @returns false where the e-mail address has an account already */
  insert(account: Account): Promise<boolean>;
  byId(id: string): Promise<Account | undefined>;
  byEmail(email: string): Promise<Account | undefined>;
  /** By id, at most 100 behind `after`; `words` is looked for in id, e-mail address, company and responsible person. */
  list(words: string, after: string): Promise<Account[]>;
  /**
   * Changes an account, and leaves the service an administrator. With the status `deleted` go the personal data of all domains.
   *
   * @returns "taken": the e-mail address is another account's; "last": it would take the last active administrator away
   */
  change(id: string, change: AccountChange): Promise<"changed" | "taken" | "last">;
  /** What all domains keep under the account, by the name of what it is. Personal data among it go with a deletion. */
  personal(id: string): Promise<Record<string, object[]>>;
  hasAdministrator(): Promise<boolean>;
  /** Makes a link; an earlier one to the same is worth nothing any more. */
  setLink(link: AccountLink): Promise<void>;
  /** Makes an account by the link that belongs to none; "taken" leaves the link good. */
  insertByLink(tokenHash: string, account: Account): Promise<"made" | "taken" | "used">;
  /** @returns whose password it was; undefined where the link was used or is over at `now` */
  setPasswordByLink(tokenHash: string, passwordHash: string, now: number): Promise<string | undefined>;
}

export interface StoredSession {
  id: string;
  createdAt: number;
  seenAt: number;
  /** Undefined for a visitor without one. */
  account: { id: string; role: AccountRole; status: AccountStatus } | undefined;
}

/** A session as it begins; without an account it is a visitor's. */
export interface NewSessionRecord {
  id: string;
  tokenHash: string;
  accountId: string | null;
  /** Stands for account and network; null for a visitor's. */
  network: string | null;
  at: number;
}

/** Visits of browsers, with or without an account. */
export interface SessionStore {
  insert(session: NewSessionRecord): Promise<void>;
  /** Asked with every request, so that a session that ended is over at once. */
  byToken(tokenHash: string): Promise<StoredSession | undefined>;
  /** @param network that it was used from; undefined leaves it as it was */
  seen(id: string, at: number, network?: string): Promise<void>;
  /** Whether a session of the account that was seen since `time` was used last from the network. */
  isUsedFrom(accountId: string, network: string, time: number): Promise<boolean>;
  /** Makes a visitor's session an account's, under another token, as if it had begun at `at`. */
  take(id: string, by: { tokenHash: string; accountId: string; network: string; at: number }): Promise<void>;
  remove(id: string): Promise<void>;
  removeOf(accountId: string): Promise<void>;
  /** Those that began before `createdAt`, and those that were last seen before `seenAt`. */
  removeBefore(createdAt: number, seenAt: number): Promise<void>;
}

export interface AccessEntry {
  number: number;
  at: number;
  event: AccessEvent;
  /** Whose account; null where a sign-in named none that exists. */
  accountId: string | null;
  /** The administrator who did it to someone else's account. */
  byAccountId: string | null;
  addressHash: string | null;
}

export interface DivisionEntry {
  number: number;
  at: number;
  accountId: string;
  file: "slave" | "main";
  mainId: string;
  slaveId: string;
  method: string;
  protection: string;
  parameters: Record<string, string | number | boolean>;
  bytes: number;
}

/** Part of a log: of one account or of all, older than an entry's number. */
export interface LogPart {
  accountId?: string | undefined;
  before?: number | undefined;
}

/** Access log and division log, newest first, at most 100 entries a part. */
export interface AccountLogStore {
  addAccess(entry: Omit<AccessEntry, "number">): Promise<void>;
  access(part: LogPart): Promise<AccessEntry[]>;
  removeAccessBefore(time: number): Promise<void>;
  /** Once for each slave and each main; a second one changes nothing. */
  addDivision(entry: Omit<DivisionEntry, "number">): Promise<void>;
  divisions(part: LogPart): Promise<DivisionEntry[]>;
}
