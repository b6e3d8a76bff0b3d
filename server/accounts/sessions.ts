import { randomBytes } from "../security/random-bytes.ts";
import { hashToken, newToken } from "../security/session-token.ts";
import type { AccountRole, AccountStatus, Role } from "./roles.ts";
import type { NewSessionRecord, SessionStore } from "./store.ts";

const HOUR = 3600 * 1000;
const IDLE_HOURS = 7 * 24;
/** However often it is used, a session ends so long after its start. */
export const SESSION_HOURS = 30 * 24;
/** `seen_at` is written this often at most: reading must not become writing. */
const SEEN_HOURS = 1;

export interface Identity {
  /** Undefined for a visitor without an account. */
  accountId: string | undefined;
  role: Role;
  sessionId: string;
}

/** A session that has just begun; the token goes to the browser and is kept nowhere else. */
export interface NewSession {
  token: string;
  identity: Identity;
}

export class Sessions {
  private readonly store: SessionStore;
  private readonly now: () => number;

  constructor(store: SessionStore, now: () => number) {
    this.store = store;
    this.now = now;
  }

  /** A session, of an account or of a visitor without one; it begins when its record is kept. */
  prepare(account?: { id: string; role: Role; network: string }): NewSession & { record: NewSessionRecord } {
    const token = newToken();
    const id = randomBytes(16).toString("hex");
    return {
      token,
      identity: { accountId: account?.id, role: account?.role ?? "guest", sessionId: id },
      record: {
        id,
        tokenHash: hashToken(token),
        accountId: account?.id ?? null,
        network: account?.network ?? null,
        at: this.now(),
      },
    };
  }

  private async begin(account: { id: string; role: Role; network: string }): Promise<NewSession> {
    const { record, ...session } = this.prepare(account);
    await this.store.insert(record);
    return session;
  }

  /**
   * Begins a session of an account under a token that nobody has seen before. A visitor's session goes on in it, so that a
   * running play does; another account's ends.
   *
   * @param network stands for account and network
   */
  async signIn(
    account: { id: string; role: AccountRole; status: AccountStatus },
    network: string,
    before: Identity | null,
  ): Promise<NewSession> {
    const known = { id: account.id, role: roleOf(account), network };
    if (before?.role !== "guest") {
      if (before !== null) await this.end(before.sessionId);
      return this.begin(known);
    }
    const token = newToken();
    await this.store.take(before.sessionId, {
      tokenHash: hashToken(token),
      accountId: known.id,
      network,
      at: this.now(),
    });
    return { token, identity: { accountId: known.id, role: known.role, sessionId: before.sessionId } };
  }

  /**
   * @param networkOf stands for an account and the network that asks
   * @returns undefined where the token is unknown, or its session is over
   */
  find(token: string, networkOf: (accountId: string) => string): Promise<Identity | undefined> {
    return this.findByHash(hashToken(token), networkOf);
  }

  /** The same for a token's hash. */
  async findByHash(tokenHash: string, networkOf?: (accountId: string) => string): Promise<Identity | undefined> {
    const session = await this.store.byToken(tokenHash);
    const now = this.now();
    if (session === undefined || now - session.createdAt >= SESSION_HOURS * HOUR) return undefined;
    if (now - session.seenAt >= IDLE_HOURS * HOUR) return undefined;
    const { account, id: sessionId } = session;
    if (now - session.seenAt >= SEEN_HOURS * HOUR)
      await this.store.seen(session.id, now, account && networkOf?.(account.id));
    if (account === undefined) return { accountId: undefined, role: "guest", sessionId };
    if (account.status === "disabled" || account.status === "deleted") return undefined;
    return { accountId: account.id, role: roleOf(account), sessionId };
  }

  /** Whether the account has a session that goes on and was used last from this network. */
  isUsedFrom(accountId: string, network: string): Promise<boolean> {
    return this.store.isUsedFrom(accountId, network, this.now() - IDLE_HOURS * HOUR);
  }

  async end(sessionId: string): Promise<void> {
    await this.store.remove(sessionId);
  }

  /** Ends every session of an account. */
  async endAll(accountId: string): Promise<void> {
    await this.store.removeOf(accountId);
  }

  async removeExpired(): Promise<void> {
    const now = this.now();
    await this.store.removeBefore(now - SESSION_HOURS * HOUR, now - IDLE_HOURS * HOUR);
  }
}

const roleOf = ({ role, status }: { role: AccountRole; status: AccountStatus }): AccountRole =>
  status === "pending" ? "viewer" : role;
