/** Makes the reports that are due and sends them: every N deliveries, or at the end of a week or month (Cmix patent, [0095]). */
import { createHmac, randomBytes } from "node:crypto";
import { guardedFetch } from "../security/guarded-fetch.ts";
import type { ReportDeps } from "./deps.ts";
import { isEmpty, reportCsv, reportOf } from "./report-data.ts";
import type { MadeReport, ReportReason, ReportSettings, Sending, Webhook } from "./store.ts";
import { postingTo, scopeOf } from "./webhooks.ts";

/** After the last one a sending is given up: about a day and a half in all. */
const ATTEMPTS_MOST = 12;
const RETRY_FIRST_SECONDS = 60;
const RETRY_MOST_SECONDS = 6 * 3600;
const DAY_MILLISECONDS = 24 * 3600 * 1000;
const ANSWER_SECONDS = 10;
/** By then every delivery of a time is stored. */
const SETTLED_MILLISECONDS = 1000;

/** Makes what has come due since the last call; what was missed while the server was down is made up for. */
export async function makeReports(deps: ReportDeps): Promise<void> {
  for (const settings of await deps.store.reports.allSettings()) {
    await reportByCount(deps, settings);
    if (settings.period !== "none") await reportByPeriod(deps, settings, settings.period);
  }
  for (const webhook of await deps.store.reports.webhooks()) await reportByDay(deps, webhook);
}

async function reportByCount(deps: ReportDeps, settings: ReportSettings): Promise<void> {
  const { accountId, everyDeliveries } = settings;
  if (everyDeliveries === null) return;
  const { reports } = deps.store;
  const from = Math.max((await reports.lastEnd(accountId, "deliveries")) ?? 0, settings.since);
  const to = deps.now() - SETTLED_MILLISECONDS;
  if ((await reports.deliveries(accountId, from, to)) >= everyDeliveries)
    await make(deps, settings, "deliveries", from, to);
}

async function reportByPeriod(deps: ReportDeps, settings: ReportSettings, period: "weekly" | "monthly"): Promise<void> {
  const last = (await deps.store.reports.lastEnd(settings.accountId, period)) ?? 0;
  let from = Math.max(last, startOf(period, settings.since));
  for (let to = endOf(period, from); to <= deps.now() - SETTLED_MILLISECONDS; to = endOf(period, from)) {
    await make(deps, settings, period, from, to);
    from = to;
  }
}

/** What happened to one CM or video until the last midnight, UTC, since its last report; nothing makes none. */
async function reportByDay({ store, now, log }: ReportDeps, { subject, since }: Webhook): Promise<void> {
  const from = Math.max((await store.reports.lastEnd(subject, "daily")) ?? 0, since);
  const to = Math.floor((now() - SETTLED_MILLISECONDS) / DAY_MILLISECONDS) * DAY_MILLISECONDS;
  if (to <= from) return;
  const report = reportOf(from, to, await store.reports.lines(scopeOf(subject), from, to));
  if (isEmpty(report)) return;
  const made = { id: randomBytes(16).toString("hex"), receiver: subject, reason: "daily" as const, from, to, report };
  await store.reports.insert(made, ["webhook"], now());
  log("report", { reason: made.reason, deliveries: report.deliveries });
}

async function make(
  deps: ReportDeps,
  settings: ReportSettings,
  reason: ReportReason,
  from: number,
  to: number,
): Promise<void> {
  const { store, mailer, now, log } = deps;
  const { accountId, byEmail, webhookUrl } = settings;
  const report = reportOf(from, to, await store.reports.lines({ ownerId: accountId }, from, to));
  const made: MadeReport = { id: randomBytes(16).toString("hex"), receiver: accountId, reason, from, to, report };
  const by = [
    ...(webhookUrl === null ? [] : (["webhook"] as const)),
    ...(byEmail && mailer !== undefined ? (["email"] as const) : []),
  ];
  await store.reports.insert(made, by, now());
  log("report", { reason, deliveries: report.deliveries });
}

/** The week, from Monday, or month in UTC that a time is in. */
function startOf(period: "weekly" | "monthly", time: number): number {
  const at = new Date(time);
  if (period === "monthly") return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
}

function endOf(period: "weekly" | "monthly", time: number): number {
  const start = new Date(startOf(period, time));
  return period === "monthly"
    ? Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1)
    : start.getTime() + 7 * DAY_MILLISECONDS;
}

/** Sends what is due; what was not taken is tried again, each time after twice as long. */
export async function sendReports(deps: ReportDeps): Promise<void> {
  const { store, now, log } = deps;
  for (const sending of await store.reports.due(now())) {
    try {
      await send(deps, sending);
      await store.reports.tried(sending.seq, { sentAt: now(), error: null, nextAt: null });
    } catch (error) {
      const isLast = sending.attempts + 1 >= ATTEMPTS_MOST;
      const wait = Math.min(RETRY_MOST_SECONDS, RETRY_FIRST_SECONDS * 2 ** sending.attempts);
      const message = (error as Error).message.slice(0, 300);
      await store.reports.tried(sending.seq, {
        sentAt: null,
        error: message,
        nextAt: isLast ? null : now() + wait * 1000,
      });
      log("report-not-sent", { by: sending.by, attempts: sending.attempts + 1, isLast });
    }
  }
}

async function send(deps: ReportDeps, { by, reportId, receiver }: Sending): Promise<void> {
  const made = await deps.store.reports.byId(reportId);
  if (made === undefined) throw new Error("its report is gone");
  await (by === "webhook" ? post(deps, receiver, made) : mail(deps, receiver, made));
}

async function post(deps: ReportDeps, receiver: string, made: MadeReport): Promise<void> {
  const { url, secret } = await postingTo(deps, receiver);
  const body = JSON.stringify({ id: made.id, reason: made.reason, ...made.report });
  const time = String(deps.now());
  const signature = createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");
  const answer = await guardedFetch(
    url,
    {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Cmix-Signature": `t=${time},v1=${signature}` },
      body,
      idleSeconds: ANSWER_SECONDS,
      signal: AbortSignal.timeout(ANSWER_SECONDS * 1000),
    },
    deps.outbound,
  );
  answer.body.destroy();
  if (answer.status < 200 || answer.status > 299) throw new Error(`the address answered with status ${answer.status}`);
}

async function mail({ store, mailer }: ReportDeps, accountId: string, { report }: MadeReport): Promise<void> {
  if (mailer === undefined) throw new Error("no mail server is configured");
  const account = await store.accounts.byId(accountId);
  if (account?.email == null) throw new Error("the account has no e-mail address any more");
  const [from, to] = [report.from.slice(0, 10), report.to.slice(0, 10)];
  await mailer.send({
    to: account.email,
    subject: `Cmix: ${report.deliveries} deliveries, ${from} – ${to} / 配信回数レポート`,
    text: `Deliveries / 配信: ${report.deliveries}\nDownloads / ダウンロード: ${report.downloads}\n${report.from} – ${report.to}\n`,
    attachment: { name: `cmix-report-${to}.csv`, type: "text/csv", text: reportCsv(report) },
  });
}
