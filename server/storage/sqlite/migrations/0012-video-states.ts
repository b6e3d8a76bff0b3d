import { type Kysely, type Migration, sql } from "kysely";

/**
 * Who sees a video: draft, unlisted, public or withdrawn. A slave whose main is not here was played by whoever had the main, and stood in the
 * library as a card that led nowhere: it is unlisted.
 */
export const videoStates: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table videos add column state text not null default 'draft'
      check (state in ('draft', 'unlisted', 'public', 'withdrawn'))`.execute(db);
    await sql`update videos set state = case
      when withdrawn_at is not null then 'withdrawn'
      when exists (select 1 from mains where mains.main_id = videos.main_id) then 'public'
      else 'unlisted' end`.execute(db);
    await sql`drop index videos_by_age`.execute(db);
    await sql`create index videos_by_state on videos (state, created_at)`.execute(db);
  },
};
