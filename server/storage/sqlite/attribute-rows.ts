import type { Generated } from "kysely";

/** What a viewer told an asker to have certified. */
export interface AttributeRow {
  account_id: string;
  name: string;
  value: string;
  told_at: number;
  /** Null while it waits. */
  certified_at: number | null;
  /** An administrator's account, or a certifier's name. */
  certified_by: string | null;
}

/** Once for each asker, viewer and attribute. */
export interface AttributeRequestRow {
  number: Generated<number>;
  /** Null: the service. */
  asker_id: string | null;
  account_id: string;
  name: string;
  purpose: string;
  at: number;
  /** Null while it is open. */
  agreed: number | null;
}

export interface CertifierRow {
  id: string;
  name: string;
  token_hash: string;
  created_at: number;
}
