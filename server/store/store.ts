import { sql } from "kysely";
import { CmStore } from "./cms.ts";
import { ConditionStore } from "./conditions.ts";
import type { Database } from "./database.ts";
import { PlayStore } from "./plays.ts";
import { SessionStore } from "./sessions.ts";
import { VideoStore } from "./videos.ts";

/** Everything that the server remembers besides the files themselves. */
export interface Store {
  videos: VideoStore;
  cms: CmStore;
  plays: PlayStore;
  conditions: ConditionStore;
  sessions: SessionStore;
  /** Throws where the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export function createStore(db: Database): Store {
  return {
    videos: new VideoStore(db),
    cms: new CmStore(db),
    plays: new PlayStore(db),
    conditions: new ConditionStore(db),
    sessions: new SessionStore(db),
    check: async () => {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
}
