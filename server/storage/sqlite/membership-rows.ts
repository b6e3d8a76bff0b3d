import type { Generated } from "kysely";
import type { PeriodSource, PointKind } from "../../memberships/kinds.ts";

export interface PointRulesRow {
  id: 1;
  /** JSON of PointRules. */
  rules: string;
  at: number;
}

/** Append-only, by triggers. */
export interface PointRow {
  seq: Generated<number>;
  account_id: string;
  at: number;
  amount: number;
  /** Of the account, behind this entry. */
  balance: number;
  kind: PointKind;
  /** Of what it was for: no two of a kind for the same. */
  reference: string;
}

export interface MemberPeriodRow {
  number: Generated<number>;
  account_id: string;
  from_at: number;
  until_at: number | null;
  /** Null: every video. */
  main_id: string | null;
  source: PeriodSource;
  reference: string;
  made_at: number;
  by_account_id: string | null;
  ended_at: number | null;
}

export interface VoucherRow {
  id: string;
  code_hash: string;
  days: number;
  points: number;
  note: string;
  made_at: number;
  by_account_id: string;
  expires_at: number;
  redeemed_at: number | null;
  redeemed_by: string | null;
  revoked_at: number | null;
}
