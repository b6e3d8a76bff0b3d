import { sql } from "kysely";
import type { MasterKey } from "../../security/master-key.ts";
import { AccountLogStore } from "./account-logs.ts";
import { AccountStore } from "./accounts.ts";
import { CmStore } from "./cms.ts";
import { ConditionStore } from "./conditions.ts";
import type { OpenDatabase } from "./database.ts";
import { LibraryStore } from "./library.ts";
import { PlayStore } from "./plays.ts";
import { ReportStore } from "./reports.ts";
import { SessionStore } from "./sessions.ts";
import { SurroundingStore } from "./surroundings.ts";
import { VideoStore } from "./videos.ts";

/** Everything that the server remembers besides the files themselves. */
export interface Store {
  videos: VideoStore;
  library: LibraryStore;
  reports: ReportStore;
  cms: CmStore;
  plays: PlayStore;
  conditions: ConditionStore;
  surroundings: SurroundingStore;
  accounts: AccountStore;
  sessions: SessionStore;
  accountLogs: AccountLogStore;
  /** Throws where the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export function createStore({ db, file }: OpenDatabase, key: MasterKey): Store {
  return {
    videos: new VideoStore(db),
    library: new LibraryStore(db),
    reports: new ReportStore(db),
    cms: new CmStore(db),
    plays: new PlayStore({ db, file }, key),
    conditions: new ConditionStore(db),
    surroundings: new SurroundingStore(db),
    accounts: new AccountStore(db),
    sessions: new SessionStore({ db, file }),
    accountLogs: new AccountLogStore(db),
    check: async () => {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
}
