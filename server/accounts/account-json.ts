/** Accounts and their logs as the routes give them. */

import type * as json from "./schemas.ts";
import type { AccessEntry, Account, DivisionEntry } from "./store.ts";

export const PRIVATE = "private, no-store";

export function accountToJson({ id, passwordHash: _kept, createdAt, ...same }: Account): json.Account {
  return { accountId: id, ...same, createdAt: new Date(createdAt).toISOString() };
}

export const accessToJson = ({ at, ...same }: AccessEntry): json.AccessEntry => ({
  ...same,
  at: new Date(at).toISOString(),
});

export const divisionToJson = ({ at, ...same }: DivisionEntry): json.DivisionEntry => ({
  ...same,
  at: new Date(at).toISOString(),
});
