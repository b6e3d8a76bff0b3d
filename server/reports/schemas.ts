/** Reports and webhooks over HTTP. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { idSchema } from "../http/schemas.ts";

const rowSchema = z.object({
  kind: z.enum(["video", "cm"]),
  id: z.string(),
  slaveId: z.string(),
  title: z.string(),
  deliveries: z.number(),
  billable: z.number().openapi({ description: "Of the deliveries, those that are paid for" }),
  repeats: z
    .number()
    .openapi({ description: "Not paid for: the viewer had this CM before this video that day already" }),
  overCap: z.number().openapi({ description: "Not paid for: the viewer had the CM as often as its cap allows" }),
  overRate: z.number().openapi({ description: "Not paid for: too many visitors of one network in an hour" }),
  downloads: z.number(),
  secondsPlayed: z.number(),
  impressions: z.number(),
  completes: z.number(),
  clicks: z.number(),
});
export type ReportRow = z.infer<typeof rowSchema>;

export const reportSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    videos: z.array(rowSchema),
    cms: z.array(rowSchema),
    deliveries: z.number(),
    billable: z.number(),
    downloads: z.number(),
    secondsPlayed: z.number(),
  })
  .openapi("Report");
export type Report = z.infer<typeof reportSchema>;

const format = z.enum(["json", "csv"]).optional();

export const summaryQuery = z.object({
  from: z.iso.datetime().optional().openapi({ description: "The beginning of time unless told otherwise" }),
  to: z.iso.datetime().optional().openapi({ description: "Now unless told otherwise; not in it itself" }),
  all: z.literal("1").optional(),
  format,
});
export type SummaryQuery = z.input<typeof summaryQuery>;

export const reportQuery = z.object({ format });
export type ReportQuery = z.input<typeof reportQuery>;

const sendingSchema = z.object({
  by: z.enum(["webhook", "email"]),
  sentAt: z.string().nullable(),
  attempts: z.number(),
  error: z.string().nullable(),
});
export type Sending = z.infer<typeof sendingSchema>;

const madeSchema = z.object({
  id: idSchema,
  reason: z.enum(["deliveries", "weekly", "monthly", "daily"]),
  from: z.string(),
  to: z.string(),
  deliveries: z.number(),
  downloads: z.number(),
  sendings: z.array(sendingSchema),
});
export type MadeReport = z.infer<typeof madeSchema>;

export const madeListSchema = z.object({ reports: z.array(madeSchema) });
export type MadeReportList = z.infer<typeof madeListSchema>;

export const settingsSchema = z
  .object({
    everyDeliveries: z.int().min(1).max(1e9).nullable(),
    period: z.enum(["none", "weekly", "monthly"]),
    byEmail: z.boolean(),
    webhookUrl: z.string().max(2000).nullable(),
  })
  .openapi("ReportSettings");
export type ReportSettings = z.infer<typeof settingsSchema>;

export const givenSettingsSchema = settingsSchema
  .extend({
    webhookSecret: z.string().nullable().openapi({ description: "Told once, when the address was set or changed" }),
    canMail: z.boolean(),
  })
  .openapi("GivenReportSettings");
export type GivenReportSettings = z.infer<typeof givenSettingsSchema>;

export const webhookSchema = z
  .object({
    url: z.string().nullable(),
    secret: z.string().nullable().openapi({ description: "Told once, when the address was set or changed" }),
    sendings: z
      .array(sendingSchema.extend({ from: z.string(), to: z.string() }))
      .openapi({ description: "Newest first" }),
  })
  .openapi("Webhook");
export type Webhook = z.infer<typeof webhookSchema>;

export const webhookChangeSchema = z.object({ url: z.string().max(2000).nullable() }).openapi("WebhookChange");
export type WebhookChange = z.input<typeof webhookChangeSchema>;
