/** CMs as the administrator's routes take and give them. */
import { createRoute, z } from "@hono/zod-openapi";
import { guarded } from "../accounts/identity.ts";
import { CM_TYPES, type Cm } from "../store/cms.ts";
import { idSchema, json, jsonBody, refusals, wholeNumber } from "./schemas.ts";
import { ageLimit, dateOf, link, targetConditions, words } from "./target-schemas.ts";

/** Sponsors come to this list with their campaigns. */
export const CM_ROLES = ["administrator"] as const;

const IMAGE_SECONDS = [3, 60] as const;

const text = z.string().trim().max(200);

const conditionsSchema = z
  .object({
    ...targetConditions,
    perViewerDay: z.int().min(1).max(1000).nullable().openapi({ description: "So often to one viewer on one day" }),
  })
  .openapi("CmConditions");

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

const cmSchema = z
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
    events: z.record(z.string(), z.number()).openapi({ description: "Counted events by kind" }),
    fileUrl: z.string(),
    origin: z
      .object({
        url: z.string(),
        fault: z.enum(["changed", "gone", "silent"]).nullable().openapi({ description: "Why it was switched off" }),
      })
      .nullable()
      .openapi({ description: "On its sponsor's own server; null where it was uploaded" }),
  })
  .openapi("AdminCm");

const params = z.object({ cmId: idSchema });

export const listRoute = createRoute({
  path: "/api/cms",
  summary: "All CMs with their conditions and counts, the newest first",
  ...guarded("get", CM_ROLES),
  responses: { 200: json(z.object({ cms: z.array(cmSchema) }).openapi("CmList"), "They are"), ...refusals(401, 403) },
});

export const addRoute = createRoute({
  path: "/api/cms",
  summary: "Add a CM: an MP4 or WebM video or a JPEG, PNG or BMP image; it is off until it has a title and a sponsor",
  ...guarded("post", CM_ROLES),
  request: {
    body: {
      required: true,
      content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
    },
  },
  responses: { 201: json(cmSchema, "Taken in"), ...refusals(400, 401, 403, 409, 413, 415, 422) },
});

export const addressRoute = createRoute({
  path: "/api/cms/address",
  summary:
    "Add a CM that lies on its sponsor's own server: the file there is fetched and checked, and looked at from then on",
  ...guarded("post", CM_ROLES),
  request: { body: jsonBody(z.object({ url: z.string().max(2000) }).openapi("CmAddress")) },
  responses: { 201: json(cmSchema, "Taken in"), ...refusals(400, 401, 403, 409, 413, 415, 422) },
});

export const changeRoute = createRoute({
  path: "/api/cms/{cmId}",
  summary: "Change a CM, switch it on or off",
  ...guarded("patch", CM_ROLES),
  request: {
    params,
    body: jsonBody(fields.partial().openapi("CmChange")),
  },
  responses: { 200: json(cmSchema, "Changed"), ...refusals(400, 401, 403, 404, 409, 413, 415) },
});

export const removeRoute = createRoute({
  path: "/api/cms/{cmId}",
  summary: "Remove a CM that no play shows; what was counted stays",
  ...guarded("delete", CM_ROLES),
  request: { params },
  responses: { 204: { description: "Removed" }, ...refusals(401, 403, 404, 409) },
});

export const fileRoute = createRoute({
  path: "/api/cms/{cmId}/file",
  summary: "A CM's bytes, to look at",
  ...guarded("get", CM_ROLES),
  request: { params },
  responses: {
    200: {
      description: "The video or image",
      content: { "*/*": { schema: z.string().openapi({ format: "binary" }) } },
    },
    ...refusals(401, 403, 404, 416),
  },
});

export function cmToJson(cm: Cm, events: Record<string, number>): z.infer<typeof cmSchema> {
  const { fromAt, untilAt, ...conditions } = cm.conditions;
  const { id, type, house, title, sponsor, link, active, kinds, ageLimit, bytes, deliveries } = cm;
  return {
    ...{ id, type, house, title, sponsor, link, active, kinds, ageLimit, bytes, deliveries, events },
    conditions: { ...conditions, from: dateOf(fromAt), until: dateOf(untilAt) },
    seconds: cm.durationMilliseconds / 1000,
    createdAt: new Date(cm.createdAt).toISOString(),
    fileUrl: `/api/cms/${id}/file`,
    origin: cm.origin && { url: cm.origin.url, fault: cm.origin.fault },
  };
}
