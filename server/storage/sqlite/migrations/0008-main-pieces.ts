import { type Kysely, type Migration, sql } from "kysely";

/** The hash of a main by which a browser can check it. Null for mains from before, until housekeeping has read them. */
export const mainPieces: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table mains add column pieces_sha256 text`.execute(db);
  },
};
