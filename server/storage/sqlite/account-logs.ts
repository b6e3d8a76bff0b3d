import type { AccessEvent } from "../../accounts/access-events.ts";
import type { AccessEntry, AccountLogStore, DivisionEntry, LogPart } from "../../accounts/store.ts";
import type { Database } from "./database.ts";
import { isInPart, PART_MOST } from "./log-part.ts";

export class SqliteAccountLogs implements AccountLogStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async addAccess({ at, event, accountId, byAccountId, addressHash }: Omit<AccessEntry, "number">): Promise<void> {
    const row = { at, event, account_id: accountId, by_account_id: byAccountId, address_hash: addressHash };
    await this.db.insertInto("access_log").values(row).execute();
  }

  async access(part: LogPart): Promise<AccessEntry[]> {
    const rows = await this.db
      .selectFrom("access_log")
      .selectAll()
      .where(isInPart(part))
      .orderBy("seq", "desc")
      .limit(PART_MOST)
      .execute();
    return rows.map((row) => ({
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

  async addDivision(entry: Omit<DivisionEntry, "number">): Promise<void> {
    const { accountId, mainId, slaveId, parameters, ...same } = entry;
    const row = {
      ...same,
      account_id: accountId,
      main_id: mainId,
      slave_id: slaveId,
      parameters: JSON.stringify(parameters),
    };
    await this.db
      .insertInto("division_log")
      .values(row)
      .onConflict((conflict) => conflict.columns(["slave_id", "file"]).doNothing())
      .execute();
  }

  async divisions(part: LogPart): Promise<DivisionEntry[]> {
    const rows = await this.db
      .selectFrom("division_log")
      .selectAll()
      .where(isInPart(part))
      .orderBy("seq", "desc")
      .limit(PART_MOST)
      .execute();
    return rows.map((row) => ({
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
