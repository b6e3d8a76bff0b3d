/** The ledger of points, within a write of the file: prepared statements, since CMs earn points while viewers wait. */
import type { PointKind } from "../../memberships/kinds.ts";
import { type CmPoints, NO_POINTS, type PointRules } from "../../memberships/store.ts";
import type { SqliteFile } from "./sqlite-file.ts";

const DAY = 24 * 3600 * 1000;

export interface NewPoints {
  accountId: string;
  at: number;
  amount: number;
  kind: PointKind;
  reference: string;
}

export interface PointWriter extends CmPoints {
  rules(): PointRules;
  balance(accountId: string): number;
  /** @returns "known" where the same was written before; "short" where it would leave less than nothing */
  append(points: NewPoints): "done" | "known" | "short";
  /** What was written before for the same; undefined where nothing was. */
  amountOf(points: Pick<NewPoints, "accountId" | "kind" | "reference">): number | undefined;
}

export function pointWriter({ writer }: SqliteFile): PointWriter {
  const rulesRow = writer.prepare<[], { rules: string }>("select rules from point_rules");
  const last = writer.prepare<[string], { balance: number }>(
    "select balance from points where account_id = ? order by seq desc limit 1",
  );
  const known = writer.prepare<[string, PointKind, string], { amount: number }>(
    "select amount from points where account_id = ? and kind = ? and reference = ?",
  );
  const insert = writer.prepare<NewPoints & { balance: number }>(
    `insert into points (account_id, at, amount, balance, kind, reference)
    values (@accountId, @at, @amount, @balance, @kind, @reference)`,
  );
  const earnedSince = writer.prepare<[string, number], { sum: number }>(
    "select ifnull(sum(amount), 0) as sum from points where account_id = ? and at >= ? and kind = 'cm'",
  );
  const rules = () => rulesOf(rulesRow.get());
  const balance = (accountId: string) => last.get(accountId)?.balance ?? 0;
  const amountOf: PointWriter["amountOf"] = ({ accountId, kind, reference }) =>
    known.get(accountId, kind, reference)?.amount;
  const append: PointWriter["append"] = (points) => {
    if (amountOf(points) !== undefined) return "known";
    const next = balance(points.accountId) + points.amount;
    if (next < 0) return "short";
    insert.run({ ...points, balance: next });
    return "done";
  };
  return {
    rules,
    balance,
    amountOf,
    append,
    earn: async ({ accountId, playId, video, at }) => {
      const { perCm, perDayMost } = rules();
      const room = perDayMost - (earnedSince.get(accountId, Math.floor(at / DAY) * DAY)?.sum ?? 0);
      const amount = Math.min(perCm, room);
      if (amount > 0) append({ accountId, at, amount, kind: "cm", reference: `${playId} ${video}` });
    },
  };
}

export const rulesOf = (row: { rules: string } | undefined): PointRules =>
  row === undefined ? NO_POINTS : (JSON.parse(row.rules) as PointRules);
