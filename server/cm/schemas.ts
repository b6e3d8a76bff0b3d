/** CMs as the administrator's routes take and give them. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { idSchema, wholeNumber, words } from "../http/schemas.ts";
import { CM_TYPES, ORIGIN_FAULTS } from "./cm-types.ts";
import { ageLimit, link, targetConditions } from "./target-schemas.ts";

const IMAGE_SECONDS = [3, 60] as const;

const text = z.string().trim().max(200);

const conditionsSchema = z
  .object({
    ...targetConditions,
    perViewerDay: z.int().min(1).max(1000).nullable().openapi({ description: "So often to one viewer on one day" }),
  })
  .openapi("CmConditions");
export type CmConditions = z.infer<typeof conditionsSchema>;

const fields = z.object({
  title: text,
  sponsor: text,
  link,
  active: z.boolean(),
  kinds: words,
  ageLimit,
  conditions: conditionsSchema.partial(),
  seconds: z
    .number()
    .min(IMAGE_SECONDS[0])
    .max(IMAGE_SECONDS[1])
    .openapi({ description: "How long an image is shown; a video has its own running time" }),
});

export const cmSchema = z
  .object({
    id: idSchema,
    type: z.enum(CM_TYPES),
    house: z.boolean(),
    title: z.string(),
    sponsor: z.string(),
    link: z.string(),
    active: z.boolean(),
    kinds: z.array(z.string()),
    ageLimit: z.number(),
    conditions: conditionsSchema,
    seconds: z.number(),
    bytes: z.number(),
    createdAt: z.iso.datetime(),
    deliveries: wholeNumber,
    billable: wholeNumber.openapi({ description: "Of the deliveries, those that are paid for" }),
    events: z.record(z.string(), z.number()).openapi({ description: "Counted events by kind" }),
    fileUrl: z.string(),
    origin: z
      .object({
        url: z.string(),
        fault: z.enum(ORIGIN_FAULTS).nullable().openapi({ description: "Why it was switched off" }),
      })
      .nullable()
      .openapi({ description: "On its sponsor's own server; null where it was uploaded" }),
  })
  .openapi("AdminCm");
export type AdminCm = z.infer<typeof cmSchema>;

export const cmListSchema = z.object({ cms: z.array(cmSchema) }).openapi("CmList");
export type CmList = z.infer<typeof cmListSchema>;

export const cmAddressSchema = z.object({ url: z.string().max(2000) }).openapi("CmAddress");
export type CmAddress = z.input<typeof cmAddressSchema>;

export const cmChangeSchema = fields.partial().openapi("CmChange");
export type CmChange = z.input<typeof cmChangeSchema>;
