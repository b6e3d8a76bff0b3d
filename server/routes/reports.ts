import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accountOf, guarded } from "../accounts/identity.ts";
import type { Deps } from "../deps.ts";
import { HttpError } from "../http-error.ts";
import { checkUrl } from "../outbound/guarded-fetch.ts";
import { type Report, reportCsv, reportOf } from "../reports/report-data.ts";
import { newSecret } from "../reports/webhooks.ts";
import type { ReportSettings, SendingState } from "../store/reports.ts";
import { idSchema, json, refusals } from "./schemas.ts";

const READERS = ["provider", "administrator"] as const;

const rowSchema = z.object({
  kind: z.enum(["video", "cm"]),
  id: z.string(),
  slaveId: z.string(),
  title: z.string(),
  deliveries: z.number(),
  downloads: z.number(),
  secondsPlayed: z.number(),
  impressions: z.number(),
  completes: z.number(),
  clicks: z.number(),
});
const reportSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    videos: z.array(rowSchema),
    cms: z.array(rowSchema),
    deliveries: z.number(),
    downloads: z.number(),
    secondsPlayed: z.number(),
  })
  .openapi("Report");

const format = z.enum(["json", "csv"]).optional();
const answers = {
  200: {
    description: "The report; as CSV where that was asked for",
    content: { "application/json": { schema: reportSchema }, "text/csv": { schema: z.string() } },
  },
  ...refusals(400, 401, 403, 404),
};

const summaryRoute = createRoute({
  path: "/api/reports/summary",
  ...guarded("get", READERS),
  summary: "Counts of a period, of one's own videos; of all for an administrator who asks for them",
  request: {
    query: z.object({
      from: z.iso.datetime().optional().openapi({ description: "The beginning of time unless told otherwise" }),
      to: z.iso.datetime().optional().openapi({ description: "Now unless told otherwise; not in it itself" }),
      all: z.literal("1").optional(),
      format,
    }),
  },
  responses: answers,
});

export const sendingSchema = z.object({
  by: z.enum(["webhook", "email"]),
  sentAt: z.string().nullable(),
  attempts: z.number(),
  error: z.string().nullable(),
});

const madeSchema = z.object({
  id: idSchema,
  reason: z.enum(["deliveries", "weekly", "monthly", "daily"]),
  from: z.string(),
  to: z.string(),
  deliveries: z.number(),
  downloads: z.number(),
  sendings: z.array(sendingSchema),
});

const listRoute = createRoute({
  path: "/api/reports",
  ...guarded("get", READERS),
  summary: "One's own reports, newest first, and how they were sent",
  responses: { 200: json(z.object({ reports: z.array(madeSchema) }), "At most 500"), ...refusals(401, 403) },
});

const settingsSchema = z
  .object({
    everyDeliveries: z.int().min(1).max(1e9).nullable(),
    period: z.enum(["none", "weekly", "monthly"]),
    byEmail: z.boolean(),
    webhookUrl: z.string().max(2000).nullable(),
  })
  .openapi("ReportSettings");
const givenSettingsSchema = settingsSchema
  .extend({
    webhookSecret: z.string().nullable().openapi({ description: "Told once, when the address was set or changed" }),
    canMail: z.boolean(),
  })
  .openapi("GivenReportSettings");

const settingsRoute = createRoute({
  path: "/api/reports/settings",
  ...guarded("get", READERS),
  summary: "When one's own reports are made, and how they are sent",
  responses: { 200: json(givenSettingsSchema, "The settings"), ...refusals(401, 403) },
});

const changeRoute = createRoute({
  path: "/api/reports/settings",
  ...guarded("put", READERS),
  summary: "Set when one's own reports are made, and how they are sent",
  request: { body: { required: true, content: { "application/json": { schema: settingsSchema } } } },
  responses: { 200: json(givenSettingsSchema, "The settings"), ...refusals(400, 401, 403, 413, 415) },
});

const reportRoute = createRoute({
  path: "/api/reports/{reportId}",
  ...guarded("get", READERS),
  summary: "One of one's own reports",
  request: { params: z.object({ reportId: idSchema }), query: z.object({ format }) },
  responses: answers,
});

export function registerReports(app: OpenAPIHono, deps: Deps): void {
  const { store, mailer, outbound, now } = deps;
  const { reports } = store;

  app.openapi(summaryRoute, async (c) => {
    const { from, to, all, format } = c.req.valid("query");
    if (all !== undefined && c.get("identity")?.role !== "administrator")
      throw new HttpError("forbidden", "the whole service's counts are for administrators");
    const [start, end] = [from === undefined ? 0 : Date.parse(from), to === undefined ? now() : Date.parse(to)];
    const lines = await reports.lines(all === undefined ? { ownerId: accountOf(c) } : { all: true }, start, end);
    return answer(c, reportOf(start, end, lines), format);
  });

  app.openapi(listRoute, async (c) => {
    const made = await reports.list(accountOf(c));
    return c.json(
      {
        reports: made.map(({ id, reason, report, sendings }) => ({
          id,
          reason,
          from: report.from,
          to: report.to,
          deliveries: report.deliveries,
          downloads: report.downloads,
          sendings: sendings.map(sendingToJson),
        })),
      },
      200,
    );
  });

  const settingsToJson = (settings: ReportSettings | undefined, secret: string | undefined) => ({
    everyDeliveries: settings?.every_deliveries ?? null,
    period: settings?.period ?? ("none" as const),
    byEmail: settings !== undefined && settings.by_email !== 0,
    webhookUrl: settings?.webhook_url ?? null,
    webhookSecret: secret ?? null,
    canMail: mailer !== undefined,
  });

  app.openapi(settingsRoute, async (c) => c.json(settingsToJson(await reports.settings(accountOf(c)), undefined), 200));

  app.openapi(changeRoute, async (c) => {
    const accountId = accountOf(c);
    const { everyDeliveries, period, byEmail, webhookUrl } = c.req.valid("json");
    if (webhookUrl !== null) checkUrl(webhookUrl, outbound);
    const before = await reports.settings(accountId);
    const isNew = webhookUrl !== null && webhookUrl !== before?.webhook_url;
    const secret = isNew ? newSecret(deps, accountId) : undefined;
    const settings: ReportSettings = {
      account_id: accountId,
      every_deliveries: everyDeliveries,
      period,
      by_email: byEmail ? 1 : 0,
      webhook_url: webhookUrl,
      webhook_secret: webhookUrl === null ? null : (secret?.sealed ?? before?.webhook_secret ?? null),
      since: before?.since ?? now(),
    };
    await reports.putSettings(settings);
    return c.json(settingsToJson(settings, secret?.text), 200);
  });

  app.openapi(reportRoute, async (c) => {
    const made = await reports.byId(c.req.valid("param").reportId);
    if (made?.receiver !== accountOf(c)) throw new HttpError("not_found", "there is no such report");
    return answer(c, made.report, c.req.valid("query").format);
  });
}

export const sendingToJson = ({ by, sent_at, attempts, error }: SendingState): z.infer<typeof sendingSchema> => ({
  by,
  sentAt: sent_at === null ? null : new Date(sent_at).toISOString(),
  attempts,
  error,
});

function answer(c: Context, report: Report, format: "json" | "csv" | undefined) {
  c.header("Cache-Control", "private, no-store");
  if (format !== "csv") return c.json(report, 200);
  c.header("Content-Disposition", `attachment; filename="cmix-report-${report.to.slice(0, 10)}.csv"`);
  return c.body(reportCsv(report), 200, { "Content-Type": "text/csv; charset=utf-8" });
}
