import type { Insertable } from "kysely";
import type { AccessEvent } from "../../accounts/access-events.ts";
import type { Database } from "./database.ts";
import type { AccessLogRow, DivisionLogRow } from "./schema.ts";

export interface AccessEntry {
  number: number;
  at: number;
  event: AccessEvent;
  accountId: string | null;
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

/** Entries of one answer; the next part begins before the last one's number. */
const PART_MOST = 100;

/** Access log and division log, newest first. */
export class AccountLogStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async addAccess(row: Insertable<AccessLogRow> & { event: AccessEvent }): Promise<void> {
    await this.db.insertInto("access_log").values(row).execute();
  }

  async access({ accountId, before }: LogPart): Promise<AccessEntry[]> {
    let query = this.db.selectFrom("access_log").selectAll().orderBy("seq", "desc").limit(PART_MOST);
    if (accountId !== undefined) query = query.where("account_id", "=", accountId);
    if (before !== undefined) query = query.where("seq", "<", before);
    return (await query.execute()).map((row) => ({
      number: row.seq,
      at: row.at,
      event: row.event as AccessEvent,
      accountId: row.account_id,
      byAccountId: row.by_account_id,
      addressHash: row.address_hash,
    }));
  }

  async removeAccessBefore(time: number): Promise<void> {
    await this.db.deleteFrom("access_log").where("at", "<", time).execute();
  }

  /** Once for each slave and each main. */
  async addDivision(row: Insertable<DivisionLogRow>): Promise<void> {
    await this.db
      .insertInto("division_log")
      .values(row)
      .onConflict((conflict) => conflict.columns(["slave_id", "file"]).doNothing())
      .execute();
  }

  async divisions({ accountId, before }: LogPart): Promise<DivisionEntry[]> {
    let query = this.db.selectFrom("division_log").selectAll().orderBy("seq", "desc").limit(PART_MOST);
    if (accountId !== undefined) query = query.where("account_id", "=", accountId);
    if (before !== undefined) query = query.where("seq", "<", before);
    return (await query.execute()).map((row) => ({
      number: row.seq,
      at: row.at,
      accountId: row.account_id,
      file: row.file,
      mainId: row.main_id,
      slaveId: row.slave_id,
      method: row.method,
      protection: row.protection,
      parameters: JSON.parse(row.parameters),
      bytes: row.bytes,
    }));
  }
}
