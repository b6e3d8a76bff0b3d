import { createHash, randomBytes } from "node:crypto";
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { sourceFromBytes } from "../../codec/index.ts";
import { accountOf, guarded } from "../accounts/identity.ts";
import { changedConditions } from "../cm/changed-conditions.ts";
import { ANYBODY } from "../cm/choose-cm.ts";
import { defineRoute } from "../http/route.ts";
import { bytes, given, idSchema, json, jsonBody, refusals } from "../http/schemas.ts";
import { uploadBody } from "../http/upload-body.ts";
import { ownedVideo } from "../library/find-video.ts";
import { inspectMedia } from "../media/inspect-media.ts";
import type { ImageLimits } from "../media/inspections.ts";
import { Refusal, tooLarge } from "../refusal.ts";
import type { SurroundingDeps } from "./deps.ts";
import {
  type SurroundingChange,
  surroundingChangeSchema,
  surroundingListSchema,
  surroundingRequestSchema,
  surroundingSchema,
} from "./schemas.ts";
import type { Surrounding, SurroundingFields } from "./store.ts";
import { surroundingToJson } from "./surrounding-json.ts";

const IMAGE_MAX_BYTES = 256 << 10;
const IMAGE_LIMITS: ImageLimits = { pixelsMost: 4096 * 2304, types: ["image/jpeg", "image/png"] };
/** The address names the bytes by their hash. */
const FOR_EVER = "public, max-age=31536000, immutable";

const NEW: SurroundingFields = {
  kind: "information",
  mainId: null,
  title: "",
  text: "",
  link: "",
  active: true,
  kinds: [],
  ageLimit: 0,
  conditions: ANYBODY,
};

const OWNERS = ["provider", "administrator"] as const;
const params = z.object({ surroundingId: idSchema });

const listRoute = defineRoute({
  path: "/api/surroundings",
  summary: "What stands around videos: a provider's own, an administrator's all",
  ...guarded("get", OWNERS),
  responses: {
    200: json(surroundingListSchema, "They are"),
    ...refusals(401, 403),
  },
});

const addRoute = defineRoute({
  path: "/api/surroundings",
  summary: "Add information, advertisement or guidance around videos",
  ...guarded("post", OWNERS),
  request: {
    body: jsonBody(surroundingRequestSchema),
  },
  responses: { 201: json(surroundingSchema, "Added"), ...refusals(400, 401, 403, 404, 413, 415) },
});

const changeRoute = defineRoute({
  path: "/api/surroundings/{surroundingId}",
  summary: "Change an entry; what is left out stays",
  ...guarded("patch", OWNERS),
  request: { params, body: jsonBody(surroundingChangeSchema) },
  responses: { 200: json(surroundingSchema, "Changed"), ...refusals(400, 401, 403, 404, 413, 415) },
});

const removeRoute = defineRoute({
  path: "/api/surroundings/{surroundingId}",
  summary: "Remove an entry",
  ...guarded("delete", OWNERS),
  request: { params },
  responses: { 204: { description: "Gone" }, ...refusals(400, 401, 403, 404) },
});

const IMAGE = "A JPEG or PNG image of at most 256 KiB";

const putImageRoute = defineRoute({
  path: "/api/surroundings/{surroundingId}/image",
  summary: "Give an entry an image",
  ...guarded("put", OWNERS),
  streamedBytes: IMAGE_MAX_BYTES,
  request: { params, body: bytes(IMAGE) },
  responses: { 200: json(surroundingSchema, "Taken in"), ...refusals(400, 401, 403, 404, 413, 415, 422, 429) },
});

const removeImageRoute = defineRoute({
  path: "/api/surroundings/{surroundingId}/image",
  summary: "Take an entry's image away",
  ...guarded("delete", OWNERS),
  request: { params },
  responses: { 204: { description: "Gone" }, ...refusals(400, 401, 403, 404) },
});

const getImageRoute = defineRoute({
  method: "get",
  path: "/api/surroundings/{surroundingId}/image",
  summary: "An entry's image",
  request: { params },
  responses: { 200: bytes(IMAGE, "image/*"), ...refusals(400, 404) },
});

/** Information, advertisement and guidance around videos (Cmix page 5). */
export function registerSurroundings(app: OpenAPIHono, deps: SurroundingDeps): void {
  const { surroundings } = deps.store;
  const isAdministrator = (c: Context) => c.get("identity")?.role === "administrator";

  /** @throws Refusal not_found; forbidden: it is not the caller's */
  async function own(c: Context, id: string): Promise<Surrounding> {
    const one = await surroundings.byId(id);
    if (one === undefined) throw new Refusal("not_found", "there is no such entry around videos");
    if (!isAdministrator(c) && one.ownerId !== accountOf(c))
      throw new Refusal("forbidden", "this entry belongs to another account");
    return one;
  }

  /** @throws Refusal forbidden: a provider's entries stand around that provider's videos */
  async function mustHaveVideo(c: Context, { mainId }: Pick<SurroundingFields, "mainId">): Promise<void> {
    if (mainId !== null) await ownedVideo(deps, c.get("identity"), mainId);
    else if (!isAdministrator(c))
      throw new Refusal("forbidden", "name one of your videos as mainId: only administrators' entries go with all");
  }

  app.openapi(listRoute, async (c) => {
    const found = await surroundings.list(isAdministrator(c) ? undefined : accountOf(c));
    return c.json({ surroundings: found.map(surroundingToJson) }, 200);
  });

  app.openapi(addRoute, async (c) => {
    const fields = changed(NEW, c.req.valid("json"));
    await mustHaveVideo(c, fields);
    const ownerId = isAdministrator(c) ? null : accountOf(c);
    const one = { id: randomBytes(16).toString("hex"), ownerId, createdAt: deps.now(), ...fields };
    await surroundings.insert(one);
    return c.json(surroundingToJson({ ...one, imageType: null, imageSha256: null }), 201);
  });

  app.openapi(changeRoute, async (c) => {
    const one = await own(c, c.req.valid("param").surroundingId);
    const fields = changed(one, c.req.valid("json"));
    await mustHaveVideo(c, fields);
    await surroundings.change(one.id, fields);
    return c.json(surroundingToJson({ ...one, ...fields }), 200);
  });

  app.openapi(removeRoute, async (c) => {
    await surroundings.remove((await own(c, c.req.valid("param").surroundingId)).id);
    return c.body(null, 204);
  });

  app.openapi(putImageRoute, async (c) => {
    const one = await own(c, c.req.valid("param").surroundingId);
    const bytes = await gather(uploadBody(c, IMAGE_MAX_BYTES));
    const { type } = await inspectMedia("image", "the image", sourceFromBytes(bytes), IMAGE_LIMITS);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await surroundings.putImage(one.id, { bytes, type, sha256 });
    return c.json(surroundingToJson({ ...one, imageType: type, imageSha256: sha256 }), 200);
  });

  app.openapi(removeImageRoute, async (c) => {
    await surroundings.putImage((await own(c, c.req.valid("param").surroundingId)).id, undefined);
    return c.body(null, 204);
  });

  app.openapi(getImageRoute, async (c) => {
    const image = await surroundings.image(c.req.valid("param").surroundingId);
    if (image === undefined) throw new Refusal("not_found", "there is no such image");
    c.header("Content-Type", image.type);
    c.header("Cache-Control", FOR_EVER);
    return c.body(new Uint8Array(image.bytes), 200);
  });
}

async function gather(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > IMAGE_MAX_BYTES) throw tooLarge(IMAGE_MAX_BYTES);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** What is left out stays. @throws Refusal nobody could see it */
function changed(before: SurroundingFields, { conditions = {}, ...fields }: SurroundingChange): SurroundingFields {
  const next: SurroundingFields = {
    ...before,
    ...given(fields),
    conditions: changedConditions(before.conditions, conditions),
  };
  const { fromAt, untilAt, ageMin, ageMax } = next.conditions;
  if (fromAt !== null && untilAt !== null && fromAt >= untilAt)
    throw new Refusal("bad_request", "from: not before until, so nobody could see it", { place: "json.from" });
  if (ageMin !== null && ageMax !== null && ageMin > ageMax)
    throw new Refusal("bad_request", "ageMin: above ageMax, so nobody could see it", { place: "json.ageMin" });
  return next;
}
