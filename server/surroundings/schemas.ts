/** What stands around videos, over HTTP. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { ageLimit, link, targetConditions } from "../cm/target-schemas.ts";
import { idSchema, words } from "../http/schemas.ts";
import { SURROUNDING_KINDS } from "./kinds.ts";

const shown = {
  kind: z.enum(SURROUNDING_KINDS),
  title: z.string().trim().min(1).max(100),
  text: z.string().trim().max(500),
  link,
};

const conditions = z.object(targetConditions).openapi("SurroundingConditions");
export type SurroundingConditions = z.infer<typeof conditions>;

const fields = z.object({
  ...shown,
  mainId: idSchema.nullable().openapi({ description: "The video it belongs to; null: any, the administrator's only" }),
  active: z.boolean(),
  kinds: words.openapi({ description: "What it is about, as with CMs" }),
  ageLimit,
  conditions: conditions.partial(),
});

export const surroundingSchema = z
  .object({ id: idSchema, ...fields.shape, conditions, imageUrl: z.string().nullable() })
  .openapi("Surrounding");
export type Surrounding = z.infer<typeof surroundingSchema>;

export const surroundingListSchema = z.object({ surroundings: z.array(surroundingSchema) }).openapi("SurroundingList");
export type SurroundingList = z.infer<typeof surroundingListSchema>;

export const surroundingRequestSchema = fields
  .partial()
  .required({ kind: true, title: true })
  .openapi("SurroundingRequest");
export type SurroundingRequest = z.input<typeof surroundingRequestSchema>;

export const surroundingChangeSchema = fields.partial().openapi("SurroundingChange");
export type SurroundingChange = z.input<typeof surroundingChangeSchema>;

/** As a viewer gets it. */
export const shownSurroundingSchema = z
  .object({ id: idSchema, ...shown, imageUrl: z.string().nullable() })
  .openapi("ShownSurrounding");
export type ShownSurrounding = z.infer<typeof shownSurroundingSchema>;
