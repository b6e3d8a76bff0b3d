/** The routes of what stands around videos; routes/surroundings.ts answers them. */
import { createRoute, z } from "@hono/zod-openapi";
import { guarded } from "../accounts/identity.ts";
import { SURROUNDING_KINDS } from "../cm/choose-surroundings.ts";
import { attributesSchema } from "./play-schemas.ts";
import { bytes, idSchema, json, jsonBody, refusals } from "./schemas.ts";
import { ageLimit, link, targetConditions, words } from "./target-schemas.ts";

const OWNERS = ["provider", "administrator"] as const;

const shown = {
  kind: z.enum(SURROUNDING_KINDS),
  title: z.string().trim().min(1).max(100),
  text: z.string().trim().max(500),
  link,
};

const conditions = z.object(targetConditions).openapi("SurroundingConditions");

const fields = z.object({
  ...shown,
  mainId: idSchema.nullable().openapi({ description: "The video it belongs to; null: any, the administrator's only" }),
  active: z.boolean(),
  kinds: words.openapi({ description: "What it is about, as with CMs" }),
  ageLimit,
  conditions: conditions.partial(),
});

export type SurroundingChange = z.infer<typeof changeSchema>;
const changeSchema = fields.partial().openapi("SurroundingChange");

const surroundingSchema = z
  .object({ id: idSchema, ...fields.shape, conditions, imageUrl: z.string().nullable() })
  .openapi("Surrounding");

const params = z.object({ surroundingId: idSchema });

export const listRoute = createRoute({
  path: "/api/surroundings",
  summary: "What stands around videos: a provider's own, an administrator's all",
  ...guarded("get", OWNERS),
  responses: {
    200: json(z.object({ surroundings: z.array(surroundingSchema) }).openapi("SurroundingList"), "They are"),
    ...refusals(401, 403),
  },
});

export const addRoute = createRoute({
  path: "/api/surroundings",
  summary: "Add information, advertisement or guidance around videos",
  ...guarded("post", OWNERS),
  request: {
    body: jsonBody(fields.partial().required({ kind: true, title: true }).openapi("SurroundingRequest")),
  },
  responses: { 201: json(surroundingSchema, "Added"), ...refusals(400, 401, 403, 404, 413, 415) },
});

export const changeRoute = createRoute({
  path: "/api/surroundings/{surroundingId}",
  summary: "Change an entry; what is left out stays",
  ...guarded("patch", OWNERS),
  request: { params, body: jsonBody(changeSchema) },
  responses: { 200: json(surroundingSchema, "Changed"), ...refusals(400, 401, 403, 404, 413, 415) },
});

export const removeRoute = createRoute({
  path: "/api/surroundings/{surroundingId}",
  summary: "Remove an entry",
  ...guarded("delete", OWNERS),
  request: { params },
  responses: { 204: { description: "Gone" }, ...refusals(400, 401, 403, 404) },
});

const IMAGE = "A JPEG or PNG image of at most 256 KiB";

export const putImageRoute = createRoute({
  path: "/api/surroundings/{surroundingId}/image",
  summary: "Give an entry an image",
  ...guarded("put", OWNERS),
  request: { params, body: bytes(IMAGE) },
  responses: { 200: json(surroundingSchema, "Taken in"), ...refusals(400, 401, 403, 404, 413, 415, 422) },
});

export const removeImageRoute = createRoute({
  path: "/api/surroundings/{surroundingId}/image",
  summary: "Take an entry's image away",
  ...guarded("delete", OWNERS),
  request: { params },
  responses: { 204: { description: "Gone" }, ...refusals(400, 401, 403, 404) },
});

export const getImageRoute = createRoute({
  method: "get",
  path: "/api/surroundings/{surroundingId}/image",
  summary: "An entry's image",
  request: { params },
  responses: { 200: bytes(IMAGE, "image/*"), ...refusals(400, 404) },
});

const shownSchema = z.object({ id: idSchema, ...shown, imageUrl: z.string().nullable() }).openapi("ShownSurrounding");

export const choiceRoute = createRoute({
  method: "post",
  path: "/api/plays/{playId}/surroundings",
  summary: "What stands around a video of the play for this viewer",
  request: {
    params: z.object({ playId: idSchema }),
    body: jsonBody(
      z
        .object({
          number: z.int().min(1).max(1000).openapi({ description: "Of the video in the play" }),
          attributes: attributesSchema.optional(),
        })
        .openapi("SurroundingsRequest"),
    ),
  },
  responses: {
    200: json(z.object({ surroundings: z.array(shownSchema) }).openapi("ShownSurroundings"), "At most two of a kind"),
    ...refusals(400, 403, 404, 413, 415, 416),
  },
});
