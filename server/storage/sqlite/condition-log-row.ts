import type { Generated } from "kysely";

/** Append-only. */
export interface ConditionLogRow {
  seq: Generated<number>;
  at: number;
  account_id: string;
  main_id: string;
  /** JSON of VideoConditions. */
  conditions: string;
}
