/** Reports of videos over HTTP. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { idSchema } from "../http/schemas.ts";
import { COMPLAINT_REASONS } from "./reasons.ts";

export const COMPLAINT_TEXT_MAX = 1000;

const text = z.string().trim().max(COMPLAINT_TEXT_MAX);

export const newComplaintSchema = z
  .object({
    reason: z.enum(COMPLAINT_REASONS),
    text: text.default("").openapi({ description: "For the administrator alone" }),
  })
  .openapi("NewComplaint");
export type NewComplaint = z.input<typeof newComplaintSchema>;

export const complaintSchema = z
  .object({
    number: z.int(),
    at: z.iso.datetime(),
    mainId: idSchema,
    title: z.string(),
    reason: z.enum(COMPLAINT_REASONS),
    text: z.string(),
    accountId: z.string().nullable().openapi({ description: "Null for a visitor without an account" }),
    settled: z
      .object({ at: z.iso.datetime(), byAccountId: z.string(), note: z.string() })
      .nullable()
      .openapi({ description: "Null while it is open" }),
  })
  .openapi("Complaint");
export type Complaint = z.infer<typeof complaintSchema>;

export const complaintListSchema = z.object({ complaints: z.array(complaintSchema) });
export type ComplaintList = z.infer<typeof complaintListSchema>;

export const complaintQuery = z.object({
  state: z.enum(["open", "settled"]).default("open"),
  before: z
    .string()
    .regex(/^\d{1,15}$/, "a number")
    .transform(Number)
    .optional()
    .openapi({ type: "string", description: "Those with a lower number than this; at most 100 come" }),
});

export const settlementSchema = z.object({ note: text.min(1) }).openapi("Settlement");
export type Settlement = z.input<typeof settlementSchema>;
