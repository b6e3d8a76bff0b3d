import type { LogPart } from "../../accounts/store.ts";
import { NO_CONDITIONS, type VideoConditions } from "../../library/conditions.ts";
import type { ConditionEntry, ConditionStore } from "../../library/store.ts";
import type { Database, OpenDatabase } from "./database.ts";
import { isInPart, PART_MOST } from "./log-part.ts";
import type { VideoConditionsRow } from "./schema.ts";

export class SqliteConditions implements ConditionStore {
  private readonly db: Database;
  private readonly find: (mainId: string) => Promise<VideoConditionsRow[]>;

  constructor({ db, file }: OpenDatabase) {
    this.db = db;
    this.find = file.query("select * from video_conditions where main_id = ?");
  }

  async of(mainId: string): Promise<VideoConditions> {
    const [row] = await this.find(mainId);
    if (row === undefined) return NO_CONDITIONS;
    return {
      plays: row.plays,
      playsPerViewer: row.plays_per_viewer,
      fromAt: row.from_at,
      untilAt: row.until_at,
      kindsAllowed: JSON.parse(row.kinds_allowed),
      kindsExcluded: JSON.parse(row.kinds_excluded),
    };
  }

  async set(mainId: string, conditions: VideoConditions, by: { accountId: string; at: number }): Promise<void> {
    const columns = {
      plays: conditions.plays,
      plays_per_viewer: conditions.playsPerViewer,
      from_at: conditions.fromAt,
      until_at: conditions.untilAt,
      kinds_allowed: JSON.stringify(conditions.kindsAllowed),
      kinds_excluded: JSON.stringify(conditions.kindsExcluded),
    };
    await this.db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto("video_conditions")
        .values({ main_id: mainId, ...columns })
        .onConflict((on) => on.column("main_id").doUpdateSet(columns))
        .execute();
      const entry = { at: by.at, account_id: by.accountId, main_id: mainId, conditions: JSON.stringify(conditions) };
      await transaction.insertInto("condition_log").values(entry).execute();
    });
  }

  async log(part: LogPart): Promise<ConditionEntry[]> {
    const rows = await this.db
      .selectFrom("condition_log")
      .innerJoin("videos", "videos.main_id", "condition_log.main_id")
      .selectAll("condition_log")
      .select("videos.title")
      .where(isInPart(part))
      .orderBy("seq", "desc")
      .limit(PART_MOST)
      .execute();
    return rows.map((row) => ({
      number: row.seq,
      at: row.at,
      accountId: row.account_id,
      mainId: row.main_id,
      title: row.title,
      conditions: JSON.parse(row.conditions),
    }));
  }
}
