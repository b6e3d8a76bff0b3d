/** Columns of what is shown to some viewers: CMs, and entries around videos. */
import type { CmCandidate } from "../../cm/choose-cm.ts";
import type { CmRow } from "./schema.ts";

type Target = Pick<CmCandidate, "active" | "kinds" | "ageLimit" | "conditions">;

export const TARGET_COLUMNS = [
  "active",
  "kinds",
  "age_limit",
  "genres",
  "genders",
  "languages",
  "age_min",
  "age_max",
  "from_at",
  "until_at",
] as const satisfies (keyof CmRow)[];

type TargetRow = Pick<CmRow, (typeof TARGET_COLUMNS)[number]>;

/** All but the cap by viewer and day. */
export function targetColumns({ active, kinds, ageLimit, conditions }: Target): TargetRow {
  return {
    active: active ? 1 : 0,
    kinds: JSON.stringify(kinds),
    age_limit: ageLimit,
    genres: JSON.stringify(conditions.genres),
    genders: JSON.stringify(conditions.genders),
    languages: JSON.stringify(conditions.languages),
    age_min: conditions.ageMin,
    age_max: conditions.ageMax,
    from_at: conditions.fromAt,
    until_at: conditions.untilAt,
  };
}

/** What `targetColumns` wrote, with this cap by viewer and day. */
export function targetOf(row: TargetRow, perViewerDay: number | null): Target {
  const list = (json: string) => JSON.parse(json) as string[];
  return {
    active: row.active !== 0,
    kinds: list(row.kinds),
    ageLimit: row.age_limit,
    conditions: {
      genres: list(row.genres),
      genders: list(row.genders),
      languages: list(row.languages),
      ageMin: row.age_min,
      ageMax: row.age_max,
      fromAt: row.from_at,
      untilAt: row.until_at,
      perViewerDay,
    },
  };
}
