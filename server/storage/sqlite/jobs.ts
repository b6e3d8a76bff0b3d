import { type Selectable, sql, type Updateable } from "kysely";
import type { JobState } from "../../divisions/kinds.ts";
import type { Job, JobChange, JobStore } from "../../divisions/store.ts";
import type { Database } from "./database.ts";
import type { JobRow } from "./job-row.ts";
import { PART_MOST } from "./log-part.ts";

export class SqliteJobs implements JobStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async insert({ id, ownerId, madeAt, ...rest }: Job): Promise<void> {
    const columns = columnsOf(rest) as JobRow;
    await this.db
      .insertInto("jobs")
      .values({ ...columns, id, owner_id: ownerId, made_at: madeAt })
      .execute();
  }

  async byId(id: string): Promise<Job | undefined> {
    const row = await this.db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirst();
    return row && jobOf(row);
  }

  async list(ownerId?: string): Promise<Job[]> {
    let query = this.db.selectFrom("jobs").selectAll();
    if (ownerId !== undefined) query = query.where("owner_id", "=", ownerId);
    const rows = await query.orderBy("made_at", "desc").orderBy("id").limit(PART_MOST).execute();
    return rows.map(jobOf);
  }

  async inState(...states: JobState[]): Promise<Job[]> {
    const query = this.db.selectFrom("jobs").selectAll().where("state", "in", states);
    return (await query.orderBy("made_at").orderBy("id").execute()).map(jobOf);
  }

  async move(id: string, from: readonly JobState[], change: JobChange, onlyWithoutPair = false): Promise<boolean> {
    let query = this.db
      .updateTable("jobs")
      .set(columnsOf(change))
      .where("id", "=", id)
      .where("state", "in", [...from]);
    if (onlyWithoutPair) query = query.where("main_id", "is", null);
    return (await query.executeTakeFirst()).numUpdatedRows > 0n;
  }

  async bytesOf(ownerId: string): Promise<number> {
    const { bytes } = await this.db
      .selectFrom("jobs")
      .select(sql<number>`coalesce(sum(source_bytes), 0)`.as("bytes"))
      .where("owner_id", "=", ownerId)
      .executeTakeFirstOrThrow();
    return bytes;
  }

  async ofDeletedAccounts(): Promise<Job[]> {
    const rows = await this.db
      .selectFrom("jobs")
      .innerJoin("accounts", "accounts.id", "jobs.owner_id")
      .selectAll("jobs")
      .where("accounts.status", "=", "deleted")
      .execute();
    return rows.map(jobOf);
  }

  async removeEndedBefore(at: number): Promise<void> {
    await this.db
      .deleteFrom("jobs")
      .where("state", "in", ["done", "failed", "cancelled"])
      .where("source_bytes", "is", null)
      .where("changed_at", "<", at)
      .execute();
  }

  async remove(id: string): Promise<void> {
    await this.db.deleteFrom("jobs").where("id", "=", id).execute();
  }
}

function columnsOf(change: JobChange): Updateable<JobRow> {
  const { reservationId, settings, startsItself, sourceBytes, requeuedBecause, error, mainId, slaveId, ...rest } =
    change;
  const { changedAt, ...same } = rest;
  return {
    ...same,
    ...(changedAt !== undefined && { changed_at: changedAt }),
    ...(reservationId !== undefined && { reservation_id: reservationId }),
    ...(settings !== undefined && { settings: JSON.stringify(settings) }),
    ...(startsItself !== undefined && { starts_itself: startsItself ? 1 : 0 }),
    ...(sourceBytes !== undefined && { source_bytes: sourceBytes }),
    ...(requeuedBecause !== undefined && { requeued_because: requeuedBecause }),
    ...(error !== undefined && { error_code: error?.code ?? null, error_message: error?.message ?? null }),
    ...(mainId !== undefined && { main_id: mainId }),
    ...(slaveId !== undefined && { slave_id: slaveId }),
  };
}

function jobOf(row: Selectable<JobRow>): Job {
  const { id, state, stage, progress, attempts } = row;
  return {
    ...{ id, state, stage, progress, attempts },
    ownerId: row.owner_id,
    reservationId: row.reservation_id,
    settings: JSON.parse(row.settings) as Job["settings"],
    startsItself: row.starts_itself === 1,
    sourceBytes: row.source_bytes,
    requeuedBecause: row.requeued_because,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? "" },
    mainId: row.main_id,
    slaveId: row.slave_id,
    madeAt: row.made_at,
    changedAt: row.changed_at,
  };
}
