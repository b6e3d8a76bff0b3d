import { sql } from "kysely";
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
import type { OutboxRow, ReportRow, ReportSettingsRow } from "./schema.ts";

const DONE_KEPT = 500;
/** Deliveries in all, paid for, and by why they are not. */
const DELIVERED = sql`count(*) as deliveries, count(*) - count(unbilled) as billable,
  count(case unbilled when 'repeat' then 1 end) as repeats, count(case unbilled when 'cap' then 1 end) as overCap,
  count(case unbilled when 'rate' then 1 end) as overRate`;

export class SqliteReports implements ReportStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async lines(scope: ReportScope, from: number, to: number): Promise<ReportLine[]> {
    const isOwn =
      "ownerId" in scope
        ? sql<boolean>`videos.owner_id = ${scope.ownerId}`
        : "mainId" in scope
          ? sql<boolean>`videos.main_id = ${scope.mainId}`
          : sql<boolean>`1`;
    const isOwnCm = "cmId" in scope ? sql<boolean>`cms.id = ${scope.cmId}` : sql<boolean>`1`;
    const inPeriod = (time: string) => sql<boolean>`${sql.ref(time)} >= ${from} and ${sql.ref(time)} < ${to}`;
    // A player tells how much was shown so far: the last word of each play counts, less what was told before the period.
    const toldUntil = (time: number) => sql`coalesce(max(case when at < ${time} then seconds end), 0)`;
    const delivered = sql`select main_id, ${DELIVERED} from deliveries
      where main_id in (select main_id from videos where ${isOwn}) and ${inPeriod("released_at")} group by main_id`;
    const ofVideos = sql<Omit<ReportLine, "kind">>`
      select videos.main_id as id, videos.slave_id as slaveId, videos.title as title,
        coalesce(deliveries, 0) as deliveries, coalesce(billable, 0) as billable, coalesce(repeats, 0) as repeats,
        coalesce(overCap, 0) as overCap, coalesce(overRate, 0) as overRate,
        (select count(*) from downloads where downloads.main_id = videos.main_id and ${inPeriod("at")}) as downloads,
        (select coalesce(sum(shown), 0) from (select ${toldUntil(to)} - ${toldUntil(from)} as shown from play_events
          where play_events.main_id = videos.main_id and kind = 'seconds' group by play_id, number)) as secondsPlayed,
        0 as impressions, 0 as completes, 0 as clicks
      from videos left join (${delivered}) as delivered on delivered.main_id = videos.main_id
      where ${isOwn} order by deliveries desc, downloads desc, videos.slave_id`;
    const videos = "cmId" in scope ? [] : (await ofVideos.execute(this.db)).rows;
    const events = (kind: string) => sql`(select count(*) from play_events where play_events.cm_id = cms.id
      and kind = ${kind} and ${inPeriod("at")} and exists (select 1 from deliveries join videos on videos.main_id = deliveries.main_id
        where deliveries.play_id = play_events.play_id and ${isOwn}))`;
    const cms = await sql<Omit<ReportLine, "kind">>`
      select cms.id as id, '' as slaveId, cms.title as title, ${DELIVERED}, 0 as downloads, 0 as secondsPlayed,
        ${events("impression")} as impressions, ${events("complete")} as completes, ${events("click")} as clicks
      from deliveries join cms on cms.id = deliveries.cm_id join videos on videos.main_id = deliveries.main_id
      where ${inPeriod("released_at")} and ${isOwn} and ${isOwnCm}
      group by cms.id order by count(*) desc, cms.id`.execute(this.db);
    return [
      ...videos.map((row) => ({ kind: "video" as const, ...row })),
      ...cms.rows.map((row) => ({ kind: "cm" as const, ...row })),
    ];
  }

  async deliveries(ownerId: string, from: number, to: number): Promise<number> {
    const { count } = await this.db
      .selectFrom("deliveries")
      .innerJoin("videos", "videos.main_id", "deliveries.main_id")
      .select(sql<number>`count(*)`.as("count"))
      .where("owner_id", "=", ownerId)
      .where("released_at", ">=", from)
      .where("released_at", "<", to)
      .executeTakeFirstOrThrow();
    return count;
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
