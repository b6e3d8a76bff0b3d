import { randomInt } from "node:crypto";
import type { RateLimits } from "../config.ts";
import { Refusal } from "../refusal.ts";
import { hashToken, newToken } from "../security/session-token.ts";
import { AccessLog } from "./access-log.ts";
import type { AccountDeps } from "./deps.ts";
import { Passwords } from "./password.ts";
import { passwordMail } from "./password-mail.ts";
import { addressKey, Rates } from "./rates.ts";
import type { AccountRole } from "./roles.ts";
import type { Account, AccountChange } from "./store.ts";
import { refuseWeakPassword } from "./weak-passwords.ts";

/** What a contents provider and a sponsor tell of themselves (Cmix patent, [0059]). */
export interface Business {
  company: string;
  section: string;
  responsiblePerson: string;
  address: string;
}

export interface Registration extends Business {
  email: string;
  password: string;
  role: Exclude<AccountRole, "administrator">;
}

export interface PasswordLink {
  token: string;
  expiresAt: number;
}

/** A viewer's. */
export const NO_BUSINESS: Business = { company: "", section: "", responsiblePerson: "", address: "" };
const PASSWORD_LINK_HOURS = 24;
/** By mail, which lies about for longer than what an administrator hands over. */
const MAILED_LINK_HOURS = 1;
/** Without letters and digits that look alike. */
const ID_LETTERS = "23456789abcdefghjkmnpqrstvwxyz";

/** An id that a person can write down: 12 of 30 letters, 58 bits. */
function newAccountId(): string {
  const letters = Array.from({ length: 12 }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]);
  return letters.join("").replace(/(.{4})(?=.)/g, "$1-");
}

type ServiceDeps = Pick<
  AccountDeps,
  "store" | "now" | "limits" | "openRegistration" | "mailer" | "publicOrigin" | "log"
>;

/** What can be done with accounts. `address` is the client's, for the limits and, hashed, for the access log. */
export class AccountService {
  readonly log: AccessLog;
  private readonly deps: ServiceDeps;
  private readonly passwords = new Passwords();
  private readonly rates: Rates<keyof RateLimits>;

  constructor(deps: ServiceDeps) {
    this.deps = deps;
    this.rates = new Rates(deps.limits.rates);
    this.log = new AccessLog(deps.store.accountLogs, deps.now);
  }

  /** @throws Refusal bad_request: a weak password; conflict: the e-mail address has an account; too_many */
  async register(registration: Registration, address: string | undefined): Promise<Account> {
    refuseWeakPassword(registration.password, "json.password", registration.email);
    await this.rates.take("registration", addressKey(address));
    const { password, ...about } = registration;
    const isOpen = about.role === "viewer" || this.deps.openRegistration;
    const account = { ...(await this.newAccount(password)), ...about, status: isOpen ? "active" : "pending" } as const;
    if (!(await this.deps.store.accounts.insert(account))) throw taken();
    await this.log.add("registered", account.id, address);
    return account;
  }

  /** @throws Refusal not_found: the link was used, or another took its place; conflict */
  async registerFirstAdministrator(
    token: string,
    email: string,
    password: string,
    address: string | undefined,
  ): Promise<Account> {
    refuseWeakPassword(password, "json.password", email);
    await this.rates.take("registration", addressKey(address));
    const account = {
      ...(await this.newAccount(password)),
      ...NO_BUSINESS,
      email,
      role: "administrator",
      status: "active",
    } as const;
    const result = await this.deps.store.accounts.insertByLink(hashToken(token), account);
    if (result === "taken") throw taken();
    if (result === "used")
      throw new Refusal(
        "not_found",
        "this link was used, or is an older one: sign in, or take the link of the last start",
      );
    await this.log.add("registered", account.id, address);
    return account;
  }

  /**
   * Checks who signs in. An unknown account takes the same way, and gets the same answer, as a wrong password.
   *
   * @param login account id or e-mail address
   * @param acquaintance what speaks for who asks: strangers together may try an account so often, and no more
   * @throws Refusal credentials, forbidden for a disabled account with the right password, too_many
   */
  async signIn(
    login: string,
    password: string,
    address: string | undefined,
    acquaintance: (accountId: string) => Promise<"browser" | "network" | undefined>,
  ): Promise<Account> {
    const name = login.trim().toLowerCase();
    const from = addressKey(address);
    const { accounts } = this.deps.store;
    const account = await (name.includes("@") ? accounts.byEmail(name) : accounts.byId(name));
    const whose = account?.id ?? name;
    const keys = signInKeys(whose, from, await acquaintance(whose));
    for (const [what, key] of keys) await this.rates.take(what, key);
    const known = account?.status === "deleted" ? undefined : account?.passwordHash;
    const isRight = await this.passwords.verify(password, known);
    if (account === undefined || !isRight) {
      await this.log.add("sign_in_failed", account?.id, address);
      throw new Refusal("credentials", "account or password is wrong");
    }
    for (const [what, key] of keys) await this.rates.giveBack(what, key);
    if (account.status === "disabled") {
      await this.log.add("sign_in_failed", account.id, address);
      throw new Refusal("forbidden", "this account is disabled: ask the service's administrator");
    }
    await this.log.add("signed_in", account.id, address);
    return account;
  }

  /** The account of a session. @throws Refusal signed_out: it is gone meanwhile */
  async account(accountId: string): Promise<Account> {
    const account = await this.deps.store.accounts.byId(accountId);
    if (account === undefined) throw new Refusal("signed_out", "sign in first: POST /api/session");
    return account;
  }

  /**
   * Changes an account's own data.
   *
   * @param password needed for another e-mail address: a browser left open must not be enough to take an account over
   */
  async changeOwn(
    account: Account,
    change: Partial<Business & { email: string }>,
    password: string | undefined,
    address: string | undefined,
  ): Promise<Account> {
    if (change.email !== undefined && change.email !== account.email) await this.confirm(account, password ?? "");
    const business = account.role === "provider" || account.role === "sponsor";
    for (const name of ["company", "responsiblePerson", "address"] as const)
      if (business && change[name] === "")
        throw new Refusal("bad_request", `json.${name}: providers and sponsors must give it`, {
          place: `json.${name}`,
        });
    await this.apply(account.id, change);
    await this.log.add("changed", account.id, address);
    return this.account(account.id);
  }

  /** The caller ends the account's sessions. */
  async changePassword(account: Account, current: string, next: string, address: string | undefined): Promise<void> {
    refuseWeakPassword(next, "json.newPassword", account.email ?? "");
    await this.confirm(account, current);
    await this.apply(account.id, { passwordHash: await this.passwords.hash(next) });
    await this.log.add("password_changed", account.id, address);
  }

  /** Nothing personal stays; the id does, since logs and ledger count by it. The caller ends the account's sessions. */
  async deleteOwn(account: Account, password: string, address: string | undefined): Promise<void> {
    await this.confirm(account, password);
    await this.apply(account.id, { ...NO_BUSINESS, email: null, passwordHash: "", status: "deleted" });
    await this.log.add("deleted", account.id, address);
  }

  /** What an administrator changes of an account. @throws Refusal not_found, conflict: the last administrator */
  async administer(
    accountId: string,
    { status, role }: { status?: "active" | "disabled" | undefined; role?: AccountRole | undefined },
    by: string,
    address: string | undefined,
  ): Promise<Account> {
    const account = await this.existing(accountId);
    const hasStatus = status !== undefined && status !== account.status;
    const hasRole = role !== undefined && role !== account.role;
    await this.apply(accountId, { ...(hasStatus && { status }), ...(hasRole && { role }) });
    if (hasRole) await this.log.add("role_changed", accountId, address, by);
    if (hasStatus) {
      const event = status === "disabled" ? "disabled" : account.status === "pending" ? "approved" : "enabled";
      await this.log.add(event, accountId, address, by);
    }
    return this.account(accountId);
  }

  /**
   * A link for someone who forgot the password, to be handed over by the administrator.
   *
   * @returns the token, which is kept nowhere
   */
  async makePasswordLink(accountId: string, by: string, address: string | undefined): Promise<PasswordLink> {
    const account = await this.existing(accountId);
    const [token, expiresAt] = [newToken(), this.deps.now() + PASSWORD_LINK_HOURS * 3600 * 1000];
    await this.deps.store.accounts.setLink({ tokenHash: hashToken(token), accountId: account.id, expiresAt });
    await this.log.add("password_link", accountId, address, by);
    return { token, expiresAt };
  }

  /** Whether who forgot a password can have a link by mail. */
  get canMailPassword(): boolean {
    return this.deps.mailer !== undefined && this.deps.publicOrigin !== undefined;
  }

  /**
   * Mails a link to a new password. Known and unknown addresses have the same answer after the same time: looking and sending come
   * after it.
   *
   * @throws Refusal not_found: no mail server is configured; too_many: from this address
   */
  async mailPasswordLink(email: string, address: string | undefined): Promise<void> {
    if (!this.canMailPassword)
      throw new Refusal("not_found", "this service sends no mails: ask its administrator for a link to a new password");
    await this.rates.take("passwordMail", addressKey(address));
    const { log } = this.deps;
    const failed = ({ message }: Error) => log("password-mail-failed", { message });
    setImmediate(() => void this.sendPasswordLink(email, address).catch(failed));
  }

  private async sendPasswordLink(email: string, address: string | undefined): Promise<void> {
    const { mailer, publicOrigin, store, now } = this.deps;
    const account = await store.accounts.byEmail(email);
    if (account === undefined || (account.status !== "active" && account.status !== "pending")) return;
    try {
      await this.rates.take("passwordMailTo", account.id);
    } catch {
      return; // its owner has had several
    }
    const [token, expiresAt] = [newToken(), now() + MAILED_LINK_HOURS * 3600 * 1000];
    await store.accounts.setLink({ tokenHash: hashToken(token), accountId: account.id, expiresAt });
    await this.log.add("password_link", account.id, address);
    await mailer?.send({ to: email, ...passwordMail(`${publicOrigin}/new-password#${token}`) });
  }

  /** The caller ends the account's sessions. @returns whose @throws Refusal not_found: the link was used, or is over */
  async setPasswordByLink(token: string, password: string, address: string | undefined): Promise<string> {
    refuseWeakPassword(password, "json.password");
    await this.rates.take("registration", addressKey(address));
    const hash = await this.passwords.hash(password);
    const id = await this.deps.store.accounts.setPasswordByLink(hashToken(token), hash, this.deps.now());
    if (id === undefined) throw new Refusal("not_found", "this link was used, or its time is over: ask for another");
    await this.log.add("password_changed", id, address);
    return id;
  }

  /** @throws Refusal not_found */
  private async existing(accountId: string): Promise<Account> {
    const account = await this.deps.store.accounts.byId(accountId);
    if (account !== undefined && account.status !== "deleted") return account;
    throw new Refusal("not_found", `there is no account ${accountId}`, { accountId });
  }

  private async newAccount(password: string) {
    return { id: newAccountId(), passwordHash: await this.passwords.hash(password), createdAt: this.deps.now() };
  }

  /** @throws Refusal bad_request: the password is wrong, and not 401, since the session is good */
  private async confirm(account: Account, password: string): Promise<void> {
    await this.rates.take("passwordChange", account.id);
    if (!(await this.passwords.verify(password, account.passwordHash)))
      throw new Refusal("bad_request", "the password is wrong", { place: "json.password" });
    await this.rates.giveBack("passwordChange", account.id);
  }

  private async apply(accountId: string, change: AccountChange): Promise<void> {
    if (Object.keys(change).length === 0) return;
    const result = await this.deps.store.accounts.change(accountId, change);
    if (result === "taken") throw taken();
    if (result === "last")
      throw new Refusal("conflict", "this is the last administrator: make another account one first", { accountId });
  }
}

/**
 * What a try counts for. By the account alone count strangers only: they could lock its owner out from addresses of their own. Where the
 * account is signed in from the address they count for both together; a browser that is known counts for itself, or whoever shares its
 * address could lock it out.
 */
function signInKeys(
  whose: string,
  from: string,
  acquaintance: "browser" | "network" | undefined,
): [keyof RateLimits, string][] {
  if (acquaintance === "browser") return [["signIn", `${whose} known`]];
  return [
    ["signInAddress", from],
    ["signIn", `${whose} ${from}`],
    ["signInStrangers", acquaintance === "network" ? `${whose} ${from}` : whose],
  ];
}

const taken = () => new Refusal("email_taken", "this e-mail address has an account: sign in with it");
