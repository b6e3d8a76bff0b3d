import { type PeriodSource, PRODUCT_DAYS } from "../../memberships/kinds.ts";
import type {
  Grant,
  MembershipStore,
  Outcome,
  Period,
  PointEntry,
  PointRules,
  Voucher,
} from "../../memberships/store.ts";
import type { Database, OpenDatabase } from "./database.ts";
import { PART_MOST } from "./log-part.ts";
import type { VoucherRow } from "./membership-rows.ts";
import { type PointWriter, pointWriter, rulesOf } from "./points.ts";
import type { SqliteFile } from "./sqlite-file.ts";

const DAY = 24 * 3600 * 1000;
const VOUCHERS_MOST = 500;

interface NewPeriod {
  accountId: string;
  days: number | null;
  mainId: string | null;
  source: PeriodSource;
  reference: string;
  by: string | null;
  at: number;
}

export class SqliteMemberships implements MembershipStore {
  private readonly db: Database;
  private readonly file: SqliteFile;
  private readonly points: PointWriter;
  private readonly premium: (accountId: string, at: number, same: number, mainId: string) => Promise<unknown[]>;
  private readonly periodWriter: ReturnType<typeof periodWriter>;
  private readonly voucherWriter: ReturnType<typeof voucherWriter>;

  constructor({ db, file }: OpenDatabase) {
    this.db = db;
    this.file = file;
    this.points = pointWriter(file);
    this.periodWriter = periodWriter(file);
    this.voucherWriter = voucherWriter(file);
    this.premium = file.query(
      `select 1 from member_periods where account_id = ? and from_at <= ? and ended_at is null
      and (until_at is null or until_at > ?) and (main_id is null or main_id = ?) limit 1`,
    );
  }

  async rules(): Promise<PointRules> {
    return rulesOf(await this.db.selectFrom("point_rules").select("rules").executeTakeFirst());
  }

  async putRules(rules: PointRules, at: number): Promise<void> {
    const row = { rules: JSON.stringify(rules), at };
    await this.db
      .insertInto("point_rules")
      .values({ id: 1, ...row })
      .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
      .execute();
  }

  async balance(accountId: string): Promise<number> {
    return (await this.entriesOf(accountId).limit(1).executeTakeFirst())?.balance ?? 0;
  }

  async entries(accountId: string, before?: number): Promise<PointEntry[]> {
    let query = this.entriesOf(accountId);
    if (before !== undefined) query = query.where("seq", "<", before);
    const rows = await query.limit(PART_MOST).execute();
    return rows.map(({ seq, at, amount, balance, kind }) => ({ number: seq, accountId, at, amount, balance, kind }));
  }

  async periods(accountId: string): Promise<Period[]> {
    const rows = await this.db
      .selectFrom("member_periods")
      .selectAll()
      .where("account_id", "=", accountId)
      .orderBy("number", "desc")
      .execute();
    return rows.map(({ number, from_at, until_at, main_id, source, ended_at }) => ({
      ...{ number, accountId, fromAt: from_at, untilAt: until_at, mainId: main_id, source, endedAt: ended_at },
    }));
  }

  async isPremium(accountId: string, mainId: string, at: number): Promise<boolean> {
    if ((await this.premium(accountId, at, at, mainId)).length > 0) return true;
    const { statusFrom } = await this.rules();
    return statusFrom !== null && (await this.balance(accountId)) >= statusFrom;
  }

  grant({ accountId, days, points: amount, by, key, at }: Grant): Promise<Outcome> {
    const { points, periodWriter: periods } = this;
    return this.file.write(() => {
      const reference = key;
      const before = periods.find(accountId, "granted", reference);
      const beforePoints = points.amountOf({ accountId, kind: "granted", reference });
      if (before !== undefined || beforePoints !== undefined)
        return (before?.days ?? 0) === days && (beforePoints ?? 0) === amount ? "known" : "other";
      if (amount !== 0 && points.append({ accountId, at, amount, kind: "granted", reference }) === "short")
        return "short";
      if (days > 0) periods.add({ accountId, days, mainId: null, source: "granted", reference, by, at });
      return "done";
    });
  }

  spend(accountId: string, { product, mainId, key, at }: Parameters<MembershipStore["spend"]>[1]) {
    const { points, periodWriter: periods } = this;
    return this.file.write((): Outcome | "unsold" | "owned" => {
      const days = product === "video" ? null : PRODUCT_DAYS[product];
      const before = periods.find(accountId, "points", key);
      if (before !== undefined) return before.days === days && before.mainId === mainId ? "known" : "other";
      const price = points.rules().prices[product];
      if (price === null) return "unsold";
      if (mainId !== null && periods.isOwned(accountId, mainId)) return "owned";
      const spent = points.append({ accountId, at, amount: -price, kind: "spent", reference: key });
      if (spent !== "done") return spent;
      periods.add({ accountId, days, mainId, source: "points", reference: key, by: null, at });
      return "done";
    });
  }

  async endPeriod(accountId: string, number: number, at: number): Promise<boolean> {
    const { numUpdatedRows } = await this.db
      .updateTable("member_periods")
      .set({ ended_at: at })
      .where("account_id", "=", accountId)
      .where("number", "=", number)
      .where("ended_at", "is", null)
      .where((where) => where.or([where("until_at", "is", null), where("until_at", ">", at)]))
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async addVouchers(vouchers: Parameters<MembershipStore["addVouchers"]>[0]): Promise<void> {
    const rows = vouchers.map(({ id, codeHash, days, points, note, madeAt, expiresAt, by }) => ({
      ...{ id, code_hash: codeHash, days, points, note, made_at: madeAt, expires_at: expiresAt, by_account_id: by },
      ...{ redeemed_at: null, redeemed_by: null, revoked_at: null },
    }));
    await this.db.insertInto("vouchers").values(rows).execute();
  }

  async vouchers(): Promise<Voucher[]> {
    const rows = await this.db
      .selectFrom("vouchers")
      .selectAll()
      .orderBy("made_at", "desc")
      .orderBy("id")
      .limit(VOUCHERS_MOST)
      .execute();
    return rows.map(voucherOf);
  }

  async revokeVoucher(id: string, at: number): Promise<boolean> {
    const { numUpdatedRows } = await this.db
      .updateTable("vouchers")
      .set({ revoked_at: at })
      .where("id", "=", id)
      .where("redeemed_at", "is", null)
      .where("revoked_at", "is", null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  redeem(accountId: string, codeHash: string, at: number) {
    const { points, periodWriter: periods, voucherWriter: vouchers } = this;
    return this.file.write(() => {
      const voucher = vouchers.find(codeHash);
      if (voucher === undefined) return undefined;
      const { id, days, points: amount } = voucher;
      const given = { days, points: amount };
      if (voucher.redeemed_by === accountId) return given;
      if (voucher.redeemed_at !== null || voucher.revoked_at !== null || voucher.expires_at <= at) return undefined;
      vouchers.take(id, accountId, at);
      if (amount > 0) points.append({ accountId, at, amount, kind: "voucher", reference: id });
      if (days > 0) periods.add({ accountId, days, mainId: null, source: "voucher", reference: id, by: null, at });
      return given;
    });
  }

  private entriesOf(accountId: string) {
    return this.db.selectFrom("points").selectAll().where("account_id", "=", accountId).orderBy("seq", "desc");
  }
}

function periodWriter({ writer }: SqliteFile) {
  const found = writer.prepare<
    [string, PeriodSource, string],
    { from_at: number; until_at: number | null; main_id: string | null }
  >("select from_at, until_at, main_id from member_periods where account_id = ? and source = ? and reference = ?");
  const owned = writer.prepare<[string, string]>(
    "select 1 from member_periods where account_id = ? and main_id = ? and until_at is null and ended_at is null",
  );
  const lastEnd = writer.prepare<[string], { at: number | null }>(
    "select max(until_at) as at from member_periods where account_id = ? and main_id is null and ended_at is null",
  );
  const insert = writer.prepare<Omit<NewPeriod, "days"> & { from: number; until: number | null }>(
    `insert into member_periods (account_id, from_at, until_at, main_id, source, reference, made_at, by_account_id)
    values (@accountId, @from, @until, @mainId, @source, @reference, @at, @by)`,
  );
  return {
    find: (accountId: string, source: PeriodSource, reference: string) => {
      const row = found.get(accountId, source, reference);
      const days = row && (row.until_at === null ? null : (row.until_at - row.from_at) / DAY);
      return row && { days, mainId: row.main_id };
    },
    isOwned: (accountId: string, mainId: string) => owned.get(accountId, mainId) !== undefined,
    /** Begins when the membership that is there ends; one of a video begins at once and has no end. */
    add: ({ days, ...same }: NewPeriod) => {
      const from = days === null ? same.at : Math.max(same.at, lastEnd.get(same.accountId)?.at ?? 0);
      insert.run({ ...same, from, until: days === null ? null : from + days * DAY });
    },
  };
}

function voucherWriter({ writer }: SqliteFile) {
  const found = writer.prepare<[string], VoucherRow>("select * from vouchers where code_hash = ?");
  const taken = writer.prepare<[number, string, string]>(
    "update vouchers set redeemed_at = ?, redeemed_by = ? where id = ?",
  );
  return {
    find: (codeHash: string) => found.get(codeHash),
    take: (id: string, accountId: string, at: number) => void taken.run(at, accountId, id),
  };
}

function voucherOf(row: VoucherRow): Voucher {
  const { id, days, points, note, made_at, expires_at, redeemed_at, redeemed_by, revoked_at } = row;
  const redeemed = redeemed_at === null || redeemed_by === null ? null : { at: redeemed_at, accountId: redeemed_by };
  return { id, days, points, note, madeAt: made_at, expiresAt: expires_at, redeemed, revokedAt: revoked_at };
}
