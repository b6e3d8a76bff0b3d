import type { ComplaintReason } from "../../complaints/reasons.ts";
import type { Complaint, ComplaintStore, NewComplaint } from "../../complaints/store.ts";
import type { ComplaintRow } from "./complaint-row.ts";
import type { Database } from "./database.ts";
import { PART_MOST } from "./log-part.ts";

export class SqliteComplaints implements ComplaintStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async insert({ at, mainId, reason, text, accountId }: NewComplaint): Promise<number> {
    const nobody = { settled_at: null, settled_by: null, note: "" };
    const { number } = await this.db
      .insertInto("complaints")
      .values({ at, main_id: mainId, reason, text, account_id: accountId, ...nobody })
      .returning("number")
      .executeTakeFirstOrThrow();
    return number;
  }

  async byNumber(number: number): Promise<Complaint | undefined> {
    const row = await this.selected().where("number", "=", number).executeTakeFirst();
    return row && complaintOf(row);
  }

  async list({ isOpen, before }: Parameters<ComplaintStore["list"]>[0]): Promise<Complaint[]> {
    let query = this.selected().where("settled_at", isOpen ? "is" : "is not", null);
    if (before !== undefined) query = query.where("number", "<", before);
    return (await query.orderBy("number", "desc").limit(PART_MOST).execute()).map(complaintOf);
  }

  async settle(number: number, { at, byAccountId, note }: Parameters<ComplaintStore["settle"]>[1]): Promise<boolean> {
    const { numUpdatedRows } = await this.db
      .updateTable("complaints")
      .set({ settled_at: at, settled_by: byAccountId, note })
      .where("number", "=", number)
      .where("settled_at", "is", null)
      .executeTakeFirst();
    return numUpdatedRows > 0;
  }

  async removeSettledBefore(time: number): Promise<void> {
    await this.db.deleteFrom("complaints").where("settled_at", "<", time).execute();
  }

  private selected() {
    return this.db
      .selectFrom("complaints")
      .innerJoin("videos", "videos.main_id", "complaints.main_id")
      .selectAll("complaints")
      .select("title");
  }
}

function complaintOf(row: Omit<ComplaintRow, "number"> & { number: number; title: string }): Complaint {
  const { number, at, main_id, reason, text, account_id, settled_at, settled_by, note, title } = row;
  const settled = settled_at === null || settled_by === null ? null : { at: settled_at, byAccountId: settled_by, note };
  return {
    ...{ number, at, mainId: main_id, title },
    ...{ reason: reason as ComplaintReason, text, accountId: account_id, settled },
  };
}
