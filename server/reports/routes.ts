import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accountOf, guarded } from "../accounts/identity.ts";
import { defineRoute } from "../http/route.ts";
import { idSchema, json, refusals } from "../http/schemas.ts";
import { Refusal } from "../refusal.ts";
import { checkUrl } from "../security/guarded-fetch.ts";
import type { ReportDeps } from "./deps.ts";
import { type Report, reportCsv, reportOf } from "./report-data.ts";
import {
  givenSettingsSchema,
  madeListSchema,
  reportQuery,
  reportSchema,
  settingsSchema,
  summaryQuery,
} from "./schemas.ts";
import { sendingToJson } from "./sending-json.ts";
import type { ReportSettings } from "./store.ts";
import { newSecret } from "./webhooks.ts";

const READERS = ["provider", "administrator"] as const;

const answers = {
  200: {
    description: "The report; as CSV where that was asked for",
    content: { "application/json": { schema: reportSchema }, "text/csv": { schema: z.string() } },
  },
  ...refusals(400, 401, 403, 404),
};

const summaryRoute = defineRoute({
  path: "/api/reports/summary",
  ...guarded("get", READERS),
  summary: "Counts of a period, of one's own videos; of all for an administrator who asks for them",
  request: {
    query: summaryQuery,
  },
  responses: answers,
});

const listRoute = defineRoute({
  path: "/api/reports",
  ...guarded("get", READERS),
  summary: "One's own reports, newest first, and how they were sent",
  responses: { 200: json(madeListSchema, "At most 500"), ...refusals(401, 403) },
});

const settingsRoute = defineRoute({
  path: "/api/reports/settings",
  ...guarded("get", READERS),
  summary: "When one's own reports are made, and how they are sent",
  responses: { 200: json(givenSettingsSchema, "The settings"), ...refusals(401, 403) },
});

const changeRoute = defineRoute({
  path: "/api/reports/settings",
  ...guarded("put", READERS),
  summary: "Set when one's own reports are made, and how they are sent",
  request: { body: { required: true, content: { "application/json": { schema: settingsSchema } } } },
  responses: { 200: json(givenSettingsSchema, "The settings"), ...refusals(400, 401, 403, 413, 415) },
});

const reportRoute = defineRoute({
  path: "/api/reports/{reportId}",
  ...guarded("get", READERS),
  summary: "One of one's own reports",
  request: { params: z.object({ reportId: idSchema }), query: reportQuery },
  responses: answers,
});

export function registerReports(app: OpenAPIHono, deps: ReportDeps): void {
  const { store, mailer, outbound, now } = deps;
  const { reports } = store;

  app.openapi(summaryRoute, async (c) => {
    const { from, to, all, format } = c.req.valid("query");
    if (all !== undefined && c.get("identity")?.role !== "administrator")
      throw new Refusal("forbidden", "the whole service's counts are for administrators");
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
    everyDeliveries: settings?.everyDeliveries ?? null,
    period: settings?.period ?? ("none" as const),
    byEmail: settings?.byEmail ?? false,
    webhookUrl: settings?.webhookUrl ?? null,
    webhookSecret: secret ?? null,
    canMail: mailer !== undefined,
  });

  app.openapi(settingsRoute, async (c) => c.json(settingsToJson(await reports.settings(accountOf(c)), undefined), 200));

  app.openapi(changeRoute, async (c) => {
    const accountId = accountOf(c);
    const { everyDeliveries, period, byEmail, webhookUrl } = c.req.valid("json");
    if (webhookUrl !== null) checkUrl(webhookUrl, outbound);
    const before = await reports.settings(accountId);
    const isNew = webhookUrl !== null && webhookUrl !== before?.webhookUrl;
    const secret = isNew ? newSecret(deps, accountId) : undefined;
    const settings: ReportSettings = {
      accountId,
      everyDeliveries,
      period,
      byEmail,
      webhookUrl,
      webhookSecret: webhookUrl === null ? null : (secret?.sealed ?? before?.webhookSecret ?? null),
      since: before?.since ?? now(),
    };
    await reports.putSettings(settings);
    return c.json(settingsToJson(settings, secret?.text), 200);
  });

  app.openapi(reportRoute, async (c) => {
    const made = await reports.byId(c.req.valid("param").reportId);
    if (made?.receiver !== accountOf(c)) throw new Refusal("not_found", "there is no such report");
    return answer(c, made.report, c.req.valid("query").format);
  });
}

function answer(c: Context, report: Report, format: "json" | "csv" | undefined) {
  c.header("Cache-Control", "private, no-store");
  if (format !== "csv") return c.json(report, 200);
  c.header("Content-Disposition", `attachment; filename="cmix-report-${report.to.slice(0, 10)}.csv"`);
  return c.body(reportCsv(report), 200, { "Content-Type": "text/csv; charset=utf-8" });
}
