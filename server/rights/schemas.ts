/** Rights holders' keys and records of marks over HTTP. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { date } from "../http/schemas.ts";

const PUBLIC_KEY = /^[0-9a-f]{64}$/;
const SIGNATURE = /^[0-9a-f]{128}$/;

const shortId = z.string().regex(/^[0-9a-f]{16}$/, "16 lowercase hexadecimal digits");
const holder = z.string().trim().min(1).max(200);

export const keyParams = z.object({ keyId: shortId });
export const recordParams = z.object({ recordId: shortId });

export const newKeySchema = z
  .object({
    publicKey: z.string().regex(PUBLIC_KEY, "64 lowercase hexadecimal digits").openapi({ description: "Ed25519" }),
    holder: holder.openapi({ description: "Who the rights holder is" }),
    proof: z
      .string()
      .regex(SIGNATURE, "128 lowercase hexadecimal digits")
      .openapi({ description: "By that key, over the text `cmix/mark`, a line feed and the account's id" }),
  })
  .openapi("NewRightsKey");
export type NewRightsKey = z.input<typeof newKeySchema>;

export const keySchema = z
  .object({
    keyId: shortId,
    publicKey: z.string(),
    holder: z.string(),
    registered: z.iso.datetime(),
    revoked: date.openapi({ description: "Null while it is good" }),
  })
  .openapi("RightsKey");
export type RightsKey = z.infer<typeof keySchema>;
export const keyListSchema = z.object({ keys: z.array(keySchema) });
export type RightsKeyList = z.infer<typeof keyListSchema>;

export const RECORD_STATES = ["good", "over", "revoked", "key-revoked"] as const;
const thousandths = z.int().min(0).max(1000);
export const recordSchema = z
  .object({
    recordId: shortId,
    state: z.enum(RECORD_STATES),
    keyId: shortId,
    holder: z.string(),
    service: z.string(),
    validUntil: z.iso.datetime(),
    restricted: z.boolean(),
    area: z
      .object({ x: thousandths, y: thousandths, width: thousandths, height: thousandths })
      .nullable()
      .openapi({ description: "Thousandths of the picture; null: the sound alone" }),
    treatment: z.string(),
    sound: z.string(),
    viewers: z.string(),
    holdSeconds: z.int(),
    signed: z.string().openapi({ description: "Base64 of the signed record, to be checked by oneself" }),
  })
  .openapi("MarkRecord");
export type MarkRecord = z.infer<typeof recordSchema>;
export const recordListSchema = z.object({ records: z.array(recordSchema) });
export type MarkRecordList = z.infer<typeof recordListSchema>;

export const newRecordSchema = z
  .object({ signed: z.base64().max(1400).openapi({ description: "The record's bytes as signed" }) })
  .openapi("NewMarkRecord");
export type NewMarkRecord = z.input<typeof newRecordSchema>;
