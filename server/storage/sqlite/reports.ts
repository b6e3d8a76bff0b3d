import { type RawBuilder, sql } from "kysely";
import type { Report, ReportRow as ReportLine } from "../../reports/report-data.ts";
import type {
  MadeReport,
  ReportReason,
  ReportScope,
  ReportSettings,
  ReportStore,
  Sending,
  SendingState,
  SendingWay,
  Webhook,
} from "../../reports/store.ts";
import type { Database } from "./database.ts";
import { countedIn } from "./report-sums.ts";
import type { OutboxRow, ReportRow, ReportSettingsRow } from "./schema.ts";

const DONE_KEPT = 500;
const LINE = sql.raw(
  Object.entries({
    ...{ deliveries: "deliveries", billable: "deliveries - repeats - over_cap - over_rate", repeats: "repeats" },
    ...{ overCap: "over_cap", overRate: "over_rate", downloads: "downloads", secondsPlayed: "seconds" },
    ...{ impressions: "impressions", completes: "completes", clicks: "clicks" },
  } satisfies Partial<Record<keyof ReportLine, string>>)
    .map(([name, summed]) => `coalesce(sum(${summed}), 0) as ${name}`)
    .join(", "),
);

export class SqliteReports implements ReportStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async lines(scope: ReportScope, from: number, to: number): Promise<ReportLine[]> {
    const counted = countedIn(from, to, (main, cm) => isOwn(scope, main, cm));
    const ofVideos = sql<Omit<ReportLine, "kind">>`
      select videos.main_id as id, videos.slave_id as slaveId, videos.title as title, ${LINE}
      from videos left join (${counted}) as counted on counted.main_id = videos.main_id
      where ${isOwn(scope, "videos.main_id", "''")}
      group by videos.main_id order by coalesce(sum(deliveries), 0) desc, coalesce(sum(downloads), 0) desc, videos.slave_id`;
    const videos = "cmId" in scope ? [] : (await ofVideos.execute(this.db)).rows;
    const cms = await sql<Omit<ReportLine, "kind">>`
      select cms.id as id, '' as slaveId, cms.title as title, ${LINE}
      from (${counted}) as counted join cms on cms.id = counted.cm_id
      group by cms.id order by sum(deliveries) desc, cms.id`.execute(this.db);
    // What is shown beside a video is counted for its CM.
    const ofNoCm = { impressions: 0, completes: 0, clicks: 0 };
    return [
      ...videos.map((row) => ({ kind: "video" as const, ...row, ...ofNoCm })),
      ...cms.rows.map((row) => ({ kind: "cm" as const, ...row })),
    ];
  }

  async deliveries(ownerId: string, from: number, to: number): Promise<number> {
    const counted = countedIn(from, to, (main, cm) => isOwn({ ownerId }, main, cm));
    const { rows } = await sql<{ deliveries: number }>`
      select coalesce(sum(deliveries), 0) as deliveries from (${counted})`.execute(this.db);
    return rows[0]?.deliveries ?? 0;
  }

  async settings(accountId: string): Promise<ReportSettings | undefined> {
    const row = await this.db
      .selectFrom("report_settings")
      .selectAll()
      .where("account_id", "=", accountId)
      .executeTakeFirst();
    return row && settingsOf(row);
  }

  async allSettings(): Promise<ReportSettings[]> {
    return (await this.db.selectFrom("report_settings").selectAll().execute()).map(settingsOf);
  }

  async putSettings(settings: ReportSettings): Promise<void> {
    const row: ReportSettingsRow = {
      account_id: settings.accountId,
      every_deliveries: settings.everyDeliveries,
      period: settings.period,
      by_email: settings.byEmail ? 1 : 0,
      webhook_url: settings.webhookUrl,
      webhook_secret: settings.webhookSecret,
      since: settings.since,
    };
    await this.db
      .insertInto("report_settings")
      .values(row)
      .onConflict((conflict) => conflict.column("account_id").doUpdateSet(row))
      .execute();
  }

  async webhook(subject: string): Promise<Webhook | undefined> {
    return this.db.selectFrom("webhooks").selectAll().where("subject", "=", subject).executeTakeFirst();
  }

  async webhooks(): Promise<Webhook[]> {
    return this.db.selectFrom("webhooks").selectAll().execute();
  }

  async putWebhook(webhook: Webhook): Promise<void> {
    await this.db
      .insertInto("webhooks")
      .values(webhook)
      .onConflict((conflict) => conflict.column("subject").doUpdateSet(webhook))
      .execute();
  }

  async removeWebhook(subject: string): Promise<void> {
    await this.db.deleteFrom("webhooks").where("subject", "=", subject).execute();
  }

  async lastEnd(receiver: string, reason: ReportReason): Promise<number | undefined> {
    const row = await this.db
      .selectFrom("reports")
      .select("to_at")
      .where("account_id", "=", receiver)
      .where("reason", "=", reason)
      .orderBy("to_at", "desc")
      .executeTakeFirst();
    return row?.to_at;
  }

  async insert(made: MadeReport, by: readonly SendingWay[], at: number): Promise<void> {
    const { id, receiver, reason, from, to, report } = made;
    await this.db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto("reports")
        .values({ id, account_id: receiver, reason, from_at: from, to_at: to, body: JSON.stringify(report) })
        .execute();
      for (const way of by)
        await transaction
          .insertInto("outbox")
          .values({
            report_id: id,
            account_id: receiver,
            by: way,
            attempts: 0,
            next_at: at,
            sent_at: null,
            error: null,
          })
          .execute();
    });
  }

  async list(receiver: string): Promise<(MadeReport & { sendings: SendingState[] })[]> {
    const rows = await this.db
      .selectFrom("reports")
      .selectAll()
      .where("account_id", "=", receiver)
      .orderBy("to_at", "desc")
      .limit(DONE_KEPT)
      .execute();
    const sendings = await this.db.selectFrom("outbox").selectAll().where("account_id", "=", receiver).execute();
    return rows.map((row) => ({
      ...madeOf(row),
      sendings: sendings.filter((one) => one.report_id === row.id).map(stateOf),
    }));
  }

  async byId(id: string): Promise<MadeReport | undefined> {
    const row = await this.db.selectFrom("reports").selectAll().where("id", "=", id).executeTakeFirst();
    return row && madeOf(row);
  }

  async due(now: number): Promise<Sending[]> {
    const rows = await this.db
      .selectFrom("outbox")
      .selectAll()
      .where("next_at", "<=", now)
      .orderBy("next_at")
      .limit(50)
      .execute();
    return rows.map((row) => ({
      seq: row.seq,
      reportId: row.report_id,
      receiver: row.account_id,
      by: row.by,
      attempts: row.attempts,
    }));
  }

  async tried(
    seq: number,
    outcome: { sentAt: number | null; error: string | null; nextAt: number | null },
  ): Promise<void> {
    const { sentAt, error, nextAt } = outcome;
    await this.db
      .updateTable("outbox")
      .set({ attempts: sql`attempts + 1`, sent_at: sentAt, error, next_at: nextAt })
      .where("seq", "=", seq)
      .execute();
  }

  async waiting(): Promise<number> {
    const { count } = await this.db
      .selectFrom("outbox")
      .select(sql<number>`count(*)`.as("count"))
      .where("next_at", "is not", null)
      .executeTakeFirstOrThrow();
    return count;
  }
}

/** A condition on the columns of a video and a CM: by which scope both count. */
function isOwn(scope: ReportScope, main: string, cm: string): RawBuilder<boolean> {
  if ("cmId" in scope) return sql`${sql.raw(cm)} = ${scope.cmId}`;
  if ("mainId" in scope) return sql`${sql.raw(main)} = ${scope.mainId}`;
  const owned = "ownerId" in scope ? sql`where owner_id = ${scope.ownerId}` : sql``;
  return sql`${sql.raw(main)} in (select main_id from videos ${owned})`;
}

function settingsOf(row: ReportSettingsRow): ReportSettings {
  return {
    accountId: row.account_id,
    everyDeliveries: row.every_deliveries,
    period: row.period,
    byEmail: row.by_email !== 0,
    webhookUrl: row.webhook_url,
    webhookSecret: row.webhook_secret,
    since: row.since,
  };
}

function stateOf({
  by,
  sent_at,
  attempts,
  error,
}: Pick<OutboxRow, "by" | "sent_at" | "attempts" | "error">): SendingState {
  return { by, sentAt: sent_at, attempts, error };
}

function madeOf(row: ReportRow): MadeReport {
  const { id, account_id, reason, from_at, to_at, body } = row;
  return { id, receiver: account_id, reason, from: from_at, to: to_at, report: JSON.parse(body) as Report };
}
