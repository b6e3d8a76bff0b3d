/** What reports count: rows of facts, and their sums by video, CM and span of time, which each fact's own transaction keeps. */
import { type RawBuilder, sql } from "kysely";
import { partsOf, SPAN_HOURS, spanOf } from "./spans.ts";

const SUMS = [
  ...["deliveries", "repeats", "over_cap", "over_rate"],
  ...["downloads", "impressions", "completes", "clicks", "seconds"],
] as const;
export type Sum = (typeof SUMS)[number];
export type Sums = Record<Sum, number>;

/** Adds to one row; by {@link sumRows}. */
export const ADD_SUMS = `insert into report_sums (main_id, cm_id, hours, start, ${SUMS.join(", ")})
  values (?, ?, ?, ?, ${SUMS.map(() => "?").join(", ")})
  on conflict do update set ${SUMS.map((name) => `${name} = ${name} + excluded.${name}`).join(", ")}`;

/** The rows that a fact adds to. @param of `cmId` is empty for what belongs to no CM */
export function sumRows(of: { mainId: string; cmId: string; at: number }, added: Partial<Sums>): (string | number)[][] {
  const { mainId, cmId, at } = of;
  return SPAN_HOURS.map((hours) => [mainId, cmId, hours, spanOf(at, hours), ...SUMS.map((name) => added[name] ?? 0)]);
}

/** How each table of facts tells of them: what stands in the place of each sum, and when it was. */
const FACTS: readonly { table: string; time: string; main: string; cm: string; sums: Partial<Record<Sum, string>> }[] =
  [
    {
      ...{ table: "deliveries", time: "released_at", main: "main_id", cm: "cm_id" },
      sums: {
        deliveries: "1",
        repeats: "unbilled is 'repeat'",
        over_cap: "unbilled is 'cap'",
        over_rate: "unbilled is 'rate'",
      },
    },
    { table: "downloads", time: "at", main: "main_id", cm: "''", sums: { downloads: "1" } },
    {
      ...{ table: "play_events", time: "at", main: "sum_main_id", cm: "cm_id" },
      sums: {
        impressions: "kind = 'impression'",
        completes: "kind = 'complete'",
        clicks: "kind = 'click'",
        seconds: "sum_seconds",
      },
    },
  ];

/**
 * Rows of `main_id`, `cm_id` and sums, several of each, over all that was counted in a period: of its whole days and hours the sums, and
 * what is left row by row.
 *
 * @param isOwn a condition on a video's and a CM's column
 */
export function countedIn(from: number, to: number, isOwn: (main: string, cm: string) => RawBuilder<boolean>) {
  const columns = (main: string, cm: string, sums: Partial<Record<Sum, string>>) =>
    sql.raw(
      [`${main} as main_id`, `${cm} as cm_id`, ...SUMS.map((name) => `${sums[name] ?? 0} as ${name}`)].join(", "),
    );
  const ownSums = Object.fromEntries(SUMS.map((name) => [name, name]));
  const parts = [{ hours: 0, from, to: from }, ...partsOf(from, to)]; // the first is empty: there may be no others
  const rows = parts.flatMap((part) =>
    part.hours === 0
      ? FACTS.map(
          ({ table, time, main, cm, sums }) => sql`select ${columns(main, cm, sums)} from ${sql.table(table)}
            where ${isOwn(main, cm)} and ${sql.ref(time)} >= ${part.from} and ${sql.ref(time)} < ${part.to}`,
        )
      : sql`select ${columns("main_id", "cm_id", ownSums)} from report_sums
          where ${isOwn("main_id", "cm_id")} and hours = ${part.hours} and start >= ${part.from} and start < ${part.to}`,
  );
  return sql.join(rows, sql` union all `);
}
