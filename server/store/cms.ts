import { sql } from "kysely";
import type { CmCandidate } from "../cm/choose-cm.ts";
import type { Database } from "./database.ts";
import type { CmRow } from "./schema.ts";

/** A commercial with its sponsor's conditions. Its bytes are the blob of the same id. */
export interface Cm extends CmCandidate {
  title: string;
  sponsor: string;
  /** Empty, or an https address. */
  link: string;
  durationMilliseconds: number;
  bytes: number;
  sha256: string;
  createdAt: number;
}

export class CmStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async byId(id: string): Promise<Cm | undefined> {
    const row = await this.db.selectFrom("cms").selectAll().where("id", "=", id).executeTakeFirst();
    return row && cmOf(row, 0);
  }

  /** All of them, with how often each was delivered. */
  async candidates(): Promise<Cm[]> {
    const deliveries = sql<number>`(select count(*) from deliveries where deliveries.cm_id = cms.id)`.as("deliveries");
    const rows = await this.db.selectFrom("cms").selectAll().select(deliveries).execute();
    return rows.map((row) => cmOf(row, row.deliveries));
  }

  async hasHouseCm(): Promise<boolean> {
    return (await this.db.selectFrom("cms").select("id").where("house", "=", 1).executeTakeFirst()) !== undefined;
  }

  async insert(cm: Omit<Cm, "deliveries">): Promise<void> {
    const { conditions } = cm;
    await this.db
      .insertInto("cms")
      .values({
        id: cm.id,
        title: cm.title,
        sponsor: cm.sponsor,
        link: cm.link,
        house: cm.house ? 1 : 0,
        duration_ms: cm.durationMilliseconds,
        bytes: cm.bytes,
        sha256: cm.sha256,
        kinds: JSON.stringify(cm.kinds),
        genres: JSON.stringify(conditions.genres),
        genders: JSON.stringify(conditions.genders),
        languages: JSON.stringify(conditions.languages),
        age_min: conditions.ageMin,
        age_max: conditions.ageMax,
        created_at: cm.createdAt,
      })
      .execute();
  }

  async count(): Promise<number> {
    const { count } = await this.db
      .selectFrom("cms")
      .select(sql<number>`count(*)`.as("count"))
      .executeTakeFirstOrThrow();
    return count;
  }
}

function cmOf(row: CmRow, deliveries: number): Cm {
  const list = (json: string) => JSON.parse(json) as string[];
  return {
    id: row.id,
    title: row.title,
    sponsor: row.sponsor,
    link: row.link,
    house: row.house !== 0,
    durationMilliseconds: row.duration_ms,
    bytes: row.bytes,
    sha256: row.sha256,
    kinds: list(row.kinds),
    conditions: {
      genres: list(row.genres),
      genders: list(row.genders),
      languages: list(row.languages),
      ageMin: row.age_min,
      ageMax: row.age_max,
    },
    deliveries,
    createdAt: row.created_at,
  };
}
