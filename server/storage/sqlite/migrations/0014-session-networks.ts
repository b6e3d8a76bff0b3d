import { type Kysely, type Migration, sql } from "kysely";

/** From which network an account's session was used last; of those from before it is not known until they are used again. */
export const sessionNetworks: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table sessions add column network text`.execute(db);
  },
};
