import { type Kysely, type Migration, sql } from "kysely";

const HOUR_MILLISECONDS = 3600 * 1000;

/** Sums of whole hours and days, kept with each fact, for reports; long timelines in a table of their own, so that a video's row is short. */
export const reportSums: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const run = (statement: string) => sql.raw(statement).execute(db);
    await run(`create table timelines (slave_id text primary key references videos (slave_id),
      timeline blob not null)`);
    await run("insert into timelines select slave_id, timeline from videos");
    await run("alter table videos drop column timeline");

    // Which video an event counts for, an event of a CM too, and the seconds that it adds. Those of plays that delivered nothing count for none.
    await run("alter table play_events add column sum_main_id text not null default ''");
    await run("alter table play_events add column sum_seconds real not null default 0");
    await run(`update play_events set sum_main_id = main_id, sum_seconds = max(0, seconds - coalesce(
      (select max(seconds) from play_events as before where before.play_id = play_events.play_id
        and before.kind = 'seconds' and before.number = play_events.number and before.rowid < play_events.rowid), 0))
      where kind = 'seconds'`);
    await run(`update play_events set sum_main_id = coalesce((select main_id from deliveries
      where deliveries.play_id = play_events.play_id and deliveries.video <= play_events.number
      order by video desc limit 1), '') where kind <> 'seconds'`);
    await run("drop index play_events_by_cm");
    await run("drop index play_events_by_main");
    await run("create index play_events_by_cm on play_events (cm_id, at)");
    await run("create index play_events_by_main on play_events (sum_main_id, at)");

    // `start`: whole spans of so many hours since 1970. Downloads and seconds belong to no CM.
    const sums = "deliveries, repeats, over_cap, over_rate, downloads, impressions, completes, clicks, seconds".split(
      ", ",
    );
    await run(`create table report_sums (main_id text not null, cm_id text not null, hours integer not null,
      start integer not null, ${sums.map((name) => `${name} ${name === "seconds" ? "real" : "integer"} not null`).join(", ")},
      primary key (main_id, hours, start, cm_id)) without rowid`);
    await run("create index report_sums_by_cm on report_sums (cm_id, hours, start)");
    for (const hours of [1, 24])
      await run(`insert into report_sums select main_id, cm_id, ${hours}, at / ${hours * HOUR_MILLISECONDS},
        ${sums.map((name) => `sum(${name})`).join(", ")} from (
          select main_id, cm_id, released_at as at, 1 as deliveries, unbilled is 'repeat' as repeats,
            unbilled is 'cap' as over_cap, unbilled is 'rate' as over_rate, 0 as downloads, 0 as impressions,
            0 as completes, 0 as clicks, 0 as seconds from deliveries
          union all select main_id, '', at, 0, 0, 0, 0, 1, 0, 0, 0, 0 from downloads
          union all select sum_main_id, cm_id, at, 0, 0, 0, 0, 0, kind = 'impression', kind = 'complete', kind = 'click',
            sum_seconds from play_events)
        group by main_id, cm_id, at / ${hours * HOUR_MILLISECONDS}`);
  },
};
