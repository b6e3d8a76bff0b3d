import { sql } from "kysely";
import type { MasterKey } from "../../security/master-key.ts";
import { SqliteAccountLogs } from "./account-logs.ts";
import { SqliteAccounts } from "./accounts.ts";
import { SqliteAttributes } from "./attributes.ts";
import { SqliteCms } from "./cms.ts";
import { SqliteComplaints } from "./complaints.ts";
import { SqliteConditions } from "./conditions.ts";
import type { OpenDatabase } from "./database.ts";
import { SqliteGroups } from "./groups.ts";
import { SqliteJobs } from "./jobs.ts";
import { SqliteLibrary } from "./library.ts";
import { SqliteMemberships } from "./memberships.ts";
import { playUnitOfWork } from "./play-unit.ts";
import { SqlitePlays } from "./plays.ts";
import { SqliteReports } from "./reports.ts";
import { SqliteReservations } from "./reservations.ts";
import { SqliteRights } from "./rights.ts";
import { SqliteSessions } from "./sessions.ts";
import { SqliteSurroundings } from "./surroundings.ts";
import { SqliteVideos } from "./videos.ts";

/** The stores of all domains in one SQLite database. */
export function createStore(opened: OpenDatabase, key: MasterKey) {
  const { db, file } = opened;
  return {
    videos: new SqliteVideos(opened),
    library: new SqliteLibrary(db),
    reports: new SqliteReports(db),
    cms: new SqliteCms(opened),
    plays: new SqlitePlays(opened, key),
    playUnit: playUnitOfWork(file, key),
    conditions: new SqliteConditions(opened),
    complaints: new SqliteComplaints(db),
    surroundings: new SqliteSurroundings(db),
    attributes: new SqliteAttributes(db),
    memberships: new SqliteMemberships(opened),
    groups: new SqliteGroups(db),
    rights: new SqliteRights(db),
    reservations: new SqliteReservations(db),
    jobs: new SqliteJobs(db),
    accounts: new SqliteAccounts(db),
    sessions: new SqliteSessions(opened),
    accountLogs: new SqliteAccountLogs(db),
    /** @throws StorageError the database does not answer */
    check: async (): Promise<void> => {
      await sql`select 1`.execute(db);
    },
    /** The latest time that is written down of anything that goes on by time; 0 for none. It looks at every play and session. */
    lastTime: async (): Promise<number> => {
      const { rows } = await sql<{ at: number | null }>`
        select max(at) as at from (select max(seen_at) as at from plays union all select max(seen_at) from sessions
        union all select * from (select at from ledger order by seq desc limit 1)
        union all select * from (select at from downloads order by seq desc limit 1)
        union all select * from (select at from access_log order by seq desc limit 1))`.execute(db);
      return rows[0]?.at ?? 0;
    },
    close: (): Promise<void> => db.destroy(),
  };
}
