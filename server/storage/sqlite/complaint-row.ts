import type { Generated } from "kysely";

/** What a viewer reported of a video. */
export interface ComplaintRow {
  number: Generated<number>;
  at: number;
  main_id: string;
  reason: string;
  text: string;
  /** Null for a visitor without an account. */
  account_id: string | null;
  /** Null while it is open. */
  settled_at: number | null;
  settled_by: string | null;
  note: string;
}
