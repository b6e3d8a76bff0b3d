import { NO_CONDITIONS, type VideoConditions } from "../../library/conditions.ts";
import type { ConditionStore } from "../../library/store.ts";
import type { Database } from "./database.ts";

export class SqliteConditions implements ConditionStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async of(mainId: string): Promise<VideoConditions> {
    const row = await this.db
      .selectFrom("video_conditions")
      .selectAll()
      .where("main_id", "=", mainId)
      .executeTakeFirst();
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

  async set(mainId: string, conditions: VideoConditions): Promise<void> {
    const columns = {
      plays: conditions.plays,
      plays_per_viewer: conditions.playsPerViewer,
      from_at: conditions.fromAt,
      until_at: conditions.untilAt,
      kinds_allowed: JSON.stringify(conditions.kindsAllowed),
      kinds_excluded: JSON.stringify(conditions.kindsExcluded),
    };
    await this.db
      .insertInto("video_conditions")
      .values({ main_id: mainId, ...columns })
      .onConflict((on) => on.column("main_id").doUpdateSet(columns))
      .execute();
  }
}
