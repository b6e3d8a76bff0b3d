import { type Kysely, type Migration, sql } from "kysely";

/**
 * Counts kept with each fact, in place of counting on each question; what a viewer's plays of a video have in common; why a delivery is
 * not paid for. Plays that are going on end: their states said less.
 */
export const counts: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const run = (statement: string) => sql.raw(statement).execute(db);
    await run("alter table deliveries add column unbilled text"); // null: paid for
    await run("drop index deliveries_by_cm");
    await run("create index deliveries_by_cm on deliveries (cm_id, released_at)");

    await run(`create table video_counts (main_id text primary key, deliveries integer not null default 0,
      downloads integer not null default 0) without rowid`);
    await run(`insert into video_counts (main_id, deliveries, downloads)
      select main_id, sum(deliveries), sum(downloads) from (
        select main_id, count(*) as deliveries, 0 as downloads from deliveries group by main_id
        union all select main_id, 0, count(*) from downloads group by main_id) group by main_id`);
    await run(`create table cm_counts (cm_id text primary key, deliveries integer not null,
      billable integer not null) without rowid`);
    await run("insert into cm_counts select cm_id, count(*), count(*) from deliveries group by cm_id");
    await run(`create table cm_event_counts (cm_id text not null, kind text not null, events integer not null,
      primary key (cm_id, kind)) without rowid`);
    await run(`insert into cm_event_counts select cm_id, kind, count(*) from play_events where cm_id <> ''
      group by cm_id, kind`);

    await run(`create table viewer_videos (viewer text not null, slave_id text not null, seen_at integer not null,
      state text not null, primary key (viewer, slave_id))`);
    await run("create index viewer_videos_by_age on viewer_videos (seen_at)");
    await run(`create table viewer_deliveries (viewer text not null, day integer not null, cm_id text not null,
      main_id text not null, deliveries integer not null, primary key (viewer, day, cm_id, main_id))`);
    await run("create index viewer_deliveries_by_day on viewer_deliveries (day)");
    await run(`create table network_deliveries (network text not null, hour integer not null,
      deliveries integer not null, primary key (network, hour))`);
    await run("create index network_deliveries_by_hour on network_deliveries (hour)");
    await run("create index cm_views_by_day on cm_views (day)");

    await run("drop index plays_by_viewer");
    await run("create index plays_by_viewer on plays (viewer, created_at)");
    await run("create index plays_open on plays (viewer, seen_at) where over = 0");
    await run(`update plays set over = 1, state = json_set(state, '$.place', json('{"kind":"over"}')) where over = 0`);

    await run("alter table downloads add column once text"); // session or address, day and main; null for older ones
    await run("create unique index downloads_once on downloads (main_id, once) where once is not null");
    await run("create index downloads_known on downloads (at) where account_id is not null or once is not null");
  },
};
