import type { CmType } from "../../cm/cm-types.ts";
import type { Cm, CmFields, CmOrigin, CmStore, NewCm } from "../../cm/store.ts";
import type { Database, OpenDatabase } from "./database.ts";
import type { CmRow } from "./schema.ts";
import { targetColumns, targetOf } from "./target-columns.ts";

export class SqliteCms implements CmStore {
  private readonly db: Database;
  private readonly findById: (id: string) => Promise<CmRow[]>;
  private readonly findAll: () => Promise<CountedCmRow[]>;

  constructor({ db, file }: OpenDatabase) {
    this.db = db;
    this.findById = file.query("select * from cms where id = ?");
    this.findAll = file.query(
      `select cms.*, deliveries, billable from cms left join cm_counts on cm_counts.cm_id = cms.id
      where removed_at is null order by created_at desc, id`,
    );
  }

  async byId(id: string): Promise<Cm | undefined> {
    const [row] = await this.findById(id);
    return row && cmOf({ ...row, deliveries: 0, billable: 0 });
  }

  async list(): Promise<Cm[]> {
    return (await this.findAll()).map(cmOf);
  }

  async events(): Promise<{ cmId: string; kind: string; count: number }[]> {
    const rows = await this.db.selectFrom("cm_event_counts").selectAll().execute();
    return rows.map(({ cm_id, kind, events }) => ({ cmId: cm_id, kind, count: events }));
  }

  async hasHouseCm(): Promise<boolean> {
    const row = await this.db
      .selectFrom("cms")
      .select("id")
      .where("house", "=", 1)
      .where("removed_at", "is", null)
      .executeTakeFirst();
    return row !== undefined;
  }

  async insert(cm: NewCm): Promise<void> {
    const row = {
      id: cm.id,
      house: cm.house ? 1 : 0,
      bytes: cm.bytes,
      sha256: cm.sha256,
      type: cm.type,
      created_at: cm.createdAt,
      removed_at: null,
      sponsor_account_id: null,
      ...originColumns(cm.origin),
      ...fieldColumns(cm),
    };
    await this.db
      .insertInto("cms")
      .values(row)
      .onConflict((on) => on.column("id").doUpdateSet(row))
      .execute();
  }

  async change(id: string, fields: CmFields): Promise<void> {
    await this.db.updateTable("cms").set(fieldColumns(fields)).where("id", "=", id).execute();
  }

  async originsDue(now: number, most: number): Promise<Cm[]> {
    const rows = await this.db
      .selectFrom("cms")
      .selectAll()
      .where("origin_url", "is not", null)
      .where("active", "=", 1)
      .where("origin_check_at", "<=", now)
      .orderBy("origin_check_at")
      .limit(most)
      .execute();
    return rows.map((row) => cmOf({ ...row, deliveries: 0, billable: 0 }));
  }

  async putOrigin(id: string, origin: CmOrigin): Promise<void> {
    const off = origin.fault === null ? {} : { active: 0 };
    await this.db
      .updateTable("cms")
      .set({ ...originColumns(origin), ...off })
      .where("id", "=", id)
      .execute();
  }

  async remove(id: string, at: number): Promise<void> {
    await this.db.updateTable("cms").set({ removed_at: at, active: 0 }).where("id", "=", id).execute();
  }

  async isThere(id: string): Promise<boolean> {
    const row = await this.db
      .selectFrom("cms")
      .select("id")
      .where("id", "=", id)
      .where("removed_at", "is", null)
      .executeTakeFirst();
    return row !== undefined;
  }

  async count(): Promise<number> {
    const { count } = await this.db
      .selectFrom("cms")
      .select((of) => of.fn.countAll<number>().as("count"))
      .where("removed_at", "is", null)
      .executeTakeFirstOrThrow();
    return count;
  }

  async playsShowing(id: string): Promise<number> {
    const { count } = await this.db
      .selectFrom("play_cms")
      .innerJoin("plays", "plays.id", "play_cms.play_id")
      .select((of) => of.fn.count<number>("plays.id").distinct().as("count"))
      .where("cm_id", "=", id)
      .where("over", "=", 0)
      .executeTakeFirstOrThrow();
    return count;
  }
}

function fieldColumns(cm: CmFields) {
  return {
    title: cm.title,
    sponsor: cm.sponsor,
    link: cm.link,
    duration_ms: cm.durationMilliseconds,
    per_viewer_day: cm.conditions.perViewerDay,
    ...targetColumns(cm),
  };
}

function originColumns(origin: CmOrigin | null) {
  return {
    origin_url: origin?.url ?? null,
    origin_tag: origin?.tag ?? "",
    origin_check_at: origin?.checkAt ?? 0,
    origin_failures: origin?.failures ?? 0,
    origin_fault: origin?.fault ?? null,
  };
}

type CountedCmRow = CmRow & { deliveries: number | null; billable: number | null };

function cmOf(row: CountedCmRow): Cm {
  return {
    id: row.id,
    type: row.type as CmType,
    title: row.title,
    sponsor: row.sponsor,
    link: row.link,
    house: row.house !== 0,
    durationMilliseconds: row.duration_ms,
    bytes: row.bytes,
    sha256: row.sha256,
    ...targetOf(row, row.per_viewer_day),
    deliveries: row.deliveries ?? 0,
    billable: row.billable ?? 0,
    createdAt: row.created_at,
    origin:
      row.origin_url === null
        ? null
        : {
            url: row.origin_url,
            tag: row.origin_tag,
            checkAt: row.origin_check_at,
            failures: row.origin_failures,
            fault: row.origin_fault,
          },
  };
}
