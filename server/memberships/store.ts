/** Premium membership by periods and points (restriction patent, claim 2). Times are milliseconds since 1970. */
import type { PeriodSource, PointKind, Product } from "./kinds.ts";

/** The administrator's; null: not offered. */
export interface PointRules {
  /** For a CM that was watched to its end and is paid for; 0 for none. */
  perCm: number;
  /** Earned by CMs on one day (UTC) at most. */
  perDayMost: number;
  prices: Readonly<Record<Product, number | null>>;
  /** Whoever holds so many is a member, and spends nothing. */
  statusFrom: number | null;
}

export const NO_POINTS: PointRules = {
  perCm: 0,
  perDayMost: 0,
  prices: { video: null, day: null, month: null },
  statusFrom: null,
};

/** An entry of the append-only ledger of points. */
export interface PointEntry {
  number: number;
  accountId: string;
  at: number;
  /** Never 0; below it they were spent. */
  amount: number;
  /** Behind this entry; never below 0. */
  balance: number;
  kind: PointKind;
}

export interface Period {
  number: number;
  accountId: string;
  fromAt: number;
  /** Null: without an end. */
  untilAt: number | null;
  /** Null: every video. */
  mainId: string | null;
  source: PeriodSource;
  /** Taken back by an administrator. */
  endedAt: number | null;
}

/** What an administrator gives; with a negative number of points it takes some. */
export interface Grant {
  accountId: string;
  days: number;
  points: number;
  by: string;
  /** Of the caller: the same once more changes nothing. */
  key: string;
  at: number;
}

export interface Voucher {
  id: string;
  days: number;
  points: number;
  note: string;
  madeAt: number;
  expiresAt: number;
  redeemed: { at: number; accountId: string } | null;
  revokedAt: number | null;
}

/** `short`: the balance would be below 0; `other`: the key stands for something else that was asked for before. */
export type Outcome = "done" | "known" | "short" | "other";

/** Each change is one transaction, and changes run one after another: of many at once each sees the balance of those before. */
export interface MembershipStore {
  rules(): Promise<PointRules>;
  putRules(rules: PointRules, at: number): Promise<void>;
  balance(accountId: string): Promise<number>;
  /** Newest first, at most 100. @param before the last number of the part before */
  entries(accountId: string, before?: number): Promise<PointEntry[]>;
  /** The newest first. */
  periods(accountId: string): Promise<Period[]>;
  /** Whether the account is a member at `at`, for this video or for all. */
  isPremium(accountId: string, mainId: string, at: number): Promise<boolean>;
  grant(grant: Grant): Promise<Outcome>;
  /**
   * Buys for points by the rules of now. A day or month begins when the membership that is there ends.
   *
   * @param mainId of a video; null for the others
   * @returns "unsold": no price is set; "owned": the video is the account's already
   */
  spend(
    accountId: string,
    wish: { product: Product; mainId: string | null; key: string; at: number },
  ): Promise<Outcome | "unsold" | "owned">;
  /** @returns false where there is none that goes on */
  endPeriod(accountId: string, number: number, at: number): Promise<boolean>;
  addVouchers(vouchers: readonly (Voucher & { codeHash: string; by: string })[]): Promise<void>;
  /** The newest first, at most 500. */
  vouchers(): Promise<Voucher[]>;
  /** @returns false where there is none that is good */
  revokeVoucher(id: string, at: number): Promise<boolean>;
  /** @returns what it gave, also to whoever redeemed it before; undefined: it is unknown, used, over or revoked */
  redeem(accountId: string, codeHash: string, at: number): Promise<{ days: number; points: number } | undefined>;
}

/** Points for a CM that an account watched to its end. */
export interface CmPoints {
  earn(by: { accountId: string; playId: string; video: number; at: number }): Promise<void>;
}
