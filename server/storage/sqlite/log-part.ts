/** Logs are told in parts, newest first: the next part begins before the last one's number. */
import { type Expression, type SqlBool, sql } from "kysely";
import type { LogPart } from "../../accounts/store.ts";

/** Entries of one answer. */
export const PART_MOST = 100;

/** For a log with the columns `account_id` and `seq`. */
export function isInPart({ accountId, before }: LogPart): Expression<SqlBool> {
  const wanted = [sql<SqlBool>`true`];
  if (accountId !== undefined) wanted.push(sql`account_id = ${accountId}`);
  if (before !== undefined) wanted.push(sql`seq < ${before}`);
  return sql.join(wanted, sql` and `);
}
