/** Certified attributes over HTTP. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { accountIdSchema } from "../accounts/schemas.ts";
import { ATTRIBUTE_NAMES } from "./names.ts";

export const PURPOSE_MAX = 300;
const VALUE_MAX = 60;

const name = z.enum(ATTRIBUTE_NAMES);
const value = z.string().trim().min(1).max(VALUE_MAX).openapi({ description: "Of an age: 0 to 150, in digits" });
const number = z.string().regex(/^\d{1,15}$/, "a number");

export const attributeParams = z.object({ name });
export const claimParams = z.object({ accountId: accountIdSchema, name });
export const requestParams = z.object({ number });
export const certifierParams = z.object({ certifierId: z.string().max(60) });
export const requestQuery = z.object({
  before: number
    .transform(Number)
    .optional()
    .openapi({ type: "string", description: "Those with a lower number than this; at most 100 come" }),
});

export const attributeSchema = z
  .object({
    name,
    value: z.string(),
    toldAt: z.iso.datetime(),
    certified: z
      .object({ at: z.iso.datetime(), by: z.string().openapi({ description: "An administrator, or a certifier" }) })
      .nullable()
      .openapi({ description: "Null while it waits" }),
  })
  .openapi("Attribute");
export type Attribute = z.infer<typeof attributeSchema>;

const request = {
  number: z.int(),
  name,
  purpose: z.string(),
  at: z.iso.datetime(),
  agreed: z.boolean().nullable().openapi({ description: "Null while it is open" }),
};

export const ownAttributesSchema = z
  .object({
    attributes: z.array(attributeSchema),
    requests: z.array(
      z.object({ ...request, asker: z.string().openapi({ description: "A company; empty: the service itself" }) }),
    ),
  })
  .openapi("OwnAttributes");
export type OwnAttributes = z.infer<typeof ownAttributesSchema>;

export const answerSchema = z
  .object({
    agreed: z.boolean(),
    value: value.optional().openapi({ description: "To be certified; needed where none was told before" }),
  })
  .openapi("AttributeAnswer");
export type AttributeAnswer = z.input<typeof answerSchema>;

export const newRequestSchema = z
  .object({ accountId: accountIdSchema, name, purpose: z.string().trim().min(1).max(PURPOSE_MAX) })
  .openapi("NewAttributeRequest");
export type NewAttributeRequest = z.input<typeof newRequestSchema>;

export const requestListSchema = z.object({
  requests: z.array(
    z
      .object({
        ...request,
        accountId: z.string(),
        value: z.string().nullable().openapi({ description: "Once it is agreed and certified" }),
      })
      .openapi("AttributeRequest"),
  ),
});
export type AttributeRequestList = z.infer<typeof requestListSchema>;

export const claimListSchema = z.object({
  claims: z.array(
    z.object({ accountId: z.string(), name, value: z.string(), toldAt: z.iso.datetime() }).openapi("AttributeClaim"),
  ),
});
export type ClaimList = z.infer<typeof claimListSchema>;

export const certificationSchema = z
  .object({ value: value.openapi({ description: "As it was told" }), certified: z.boolean() })
  .openapi("Certification");
export type Certification = z.input<typeof certificationSchema>;

export const newCertifierSchema = z.object({ name: z.string().trim().min(1).max(100) }).openapi("NewCertifier");
export type NewCertifier = z.input<typeof newCertifierSchema>;

const certifier = { certifierId: z.string(), name: z.string(), createdAt: z.iso.datetime() };
export const madeCertifierSchema = z
  .object({ ...certifier, token: z.string().openapi({ description: "Shown once, and kept nowhere" }) })
  .openapi("MadeCertifier");
export type MadeCertifier = z.infer<typeof madeCertifierSchema>;
export const certifierListSchema = z.object({ certifiers: z.array(z.object(certifier).openapi("Certifier")) });
export type CertifierList = z.infer<typeof certifierListSchema>;
