import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { guarded } from "../accounts/identity.ts";
import { defineRoute } from "../http/route.ts";
import { given, idSchema, json, jsonBody, refusals } from "../http/schemas.ts";
import { sendFile } from "../http/send-file.ts";
import { uploadBody } from "../http/upload-body.ts";
import { Refusal } from "../refusal.ts";
import { changedConditions } from "./changed-conditions.ts";
import { cmToJson } from "./cm-json.ts";
import type { CmDeps } from "./deps.ts";
import { CM_MAX_BYTES, importCm } from "./import-cm.ts";
import { mustStillBeThere, registerRemoteCm } from "./remote-cm.ts";
import { CM_ROLES } from "./roles.ts";
import { cmAddressSchema, cmChangeSchema, cmListSchema, cmSchema } from "./schemas.ts";
import type { Cm } from "./store.ts";

const params = z.object({ cmId: idSchema });

const listRoute = defineRoute({
  path: "/api/cms",
  summary: "All CMs with their conditions and counts, the newest first",
  ...guarded("get", CM_ROLES),
  responses: { 200: json(cmListSchema, "They are"), ...refusals(401, 403) },
});

const addRoute = defineRoute({
  path: "/api/cms",
  summary: "Add a CM: an MP4 or WebM video or a JPEG, PNG or BMP image; it is off until it has a title and a sponsor",
  ...guarded("post", CM_ROLES),
  streamedBytes: CM_MAX_BYTES,
  request: {
    body: {
      required: true,
      content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
    },
  },
  responses: { 201: json(cmSchema, "Taken in"), ...refusals(400, 401, 403, 409, 413, 415, 422, 429) },
});

const addressRoute = defineRoute({
  path: "/api/cms/address",
  summary:
    "Add a CM that lies on its sponsor's own server: the file there is fetched and checked, and looked at from then on",
  ...guarded("post", CM_ROLES),
  request: { body: jsonBody(cmAddressSchema) },
  responses: { 201: json(cmSchema, "Taken in"), ...refusals(400, 401, 403, 409, 413, 415, 422, 429) },
});

const changeRoute = defineRoute({
  path: "/api/cms/{cmId}",
  summary: "Change a CM, switch it on or off",
  ...guarded("patch", CM_ROLES),
  request: {
    params,
    body: jsonBody(cmChangeSchema),
  },
  responses: { 200: json(cmSchema, "Changed"), ...refusals(400, 401, 403, 404, 409, 413, 415) },
});

const removeRoute = defineRoute({
  path: "/api/cms/{cmId}",
  summary: "Remove a CM that no play shows; what was counted stays",
  ...guarded("delete", CM_ROLES),
  request: { params },
  responses: { 204: { description: "Removed" }, ...refusals(401, 403, 404, 409) },
});

const fileRoute = defineRoute({
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

export function registerCms(app: OpenAPIHono, deps: CmDeps): void {
  const { store, blobs, log, now } = deps;

  async function find(cmId: string): Promise<Cm> {
    const cm = (await store.cms.list()).find(({ id }) => id === cmId);
    if (cm === undefined) throw new Refusal("not_found", `there is no CM ${cmId}`, { cmId });
    return cm;
  }

  app.openapi(listRoute, async (c) => {
    const events = await store.cms.events();
    const cms = (await store.cms.list()).map((cm) =>
      cmToJson(cm, Object.fromEntries(events.filter(({ cmId }) => cmId === cm.id).map((row) => [row.kind, row.count]))),
    );
    return c.json({ cms }, 200);
  });

  app.openapi(addRoute, async (c) => {
    const cm = await importCm(deps, uploadBody(c, CM_MAX_BYTES));
    return c.json(cmToJson({ ...cm, deliveries: 0, billable: 0 }, {}), 201);
  });

  app.openapi(addressRoute, async (c) => {
    const cm = await registerRemoteCm(deps, c.req.valid("json").url);
    return c.json(cmToJson({ ...cm, deliveries: 0, billable: 0 }, {}), 201);
  });

  app.openapi(changeRoute, async (c) => {
    const cm = await find(c.req.valid("param").cmId);
    const { seconds, conditions = {}, ...rest } = c.req.valid("json");
    if (seconds !== undefined && !cm.type.startsWith("image/"))
      throw new Refusal("bad_request", "seconds: a video has its own running time", { place: "json.seconds" });
    const changed: Cm = {
      ...cm,
      ...given(rest),
      ...(seconds !== undefined && { durationMilliseconds: Math.round(seconds * 1000) }),
      conditions: changedConditions(cm.conditions, conditions),
    };
    await mustBeWhole(changed);
    if (changed.active && !cm.active) changed.origin = await mustStillBeThere(deps, cm);
    await store.cms.change(cm.id, changed);
    return c.json(cmToJson(changed, {}), 200);
  });

  app.openapi(removeRoute, async (c) => {
    const cm = await find(c.req.valid("param").cmId);
    if (cm.house && (await activeHouseCms(cm.id)) === 0) throw lastHouseCm();
    const plays = await store.cms.playsShowing(cm.id);
    if (plays > 0)
      throw new Refusal(
        "conflict",
        `${plays} plays that are going on show this CM: switch it off, and remove it when they are over`,
        { plays },
      );
    await store.cms.remove(cm.id, now());
    await blobs.remove("cms", cm.id);
    log("cm-removed", { cmId: cm.id });
    return c.body(null, 204);
  });

  app.openapi(fileRoute, async (c) => {
    const { id, type, sha256 } = await find(c.req.valid("param").cmId);
    return sendFile(c, await blobs.source("cms", id), { type, tag: sha256, cache: "private, no-cache" });
  });

  async function activeHouseCms(besides: string): Promise<number> {
    return (await store.cms.list()).filter(({ id, house, active }) => house && active && id !== besides).length;
  }

  async function mustBeWhole(cm: Cm): Promise<void> {
    const { title, sponsor, active, conditions, house, id } = cm;
    const refuse = (place: string, why: string) => {
      throw new Refusal("bad_request", `${place}: ${why}`, { place: `json.${place}` });
    };
    if (active && title === "") refuse("title", "give the CM a title before it is switched on");
    if (active && sponsor === "") refuse("sponsor", "name the sponsor before the CM is switched on");
    const { ageMin, ageMax, fromAt, untilAt } = conditions;
    if (ageMin !== null && ageMax !== null && ageMin > ageMax) refuse("conditions.ageMin", "above ageMax: nobody fits");
    if (fromAt !== null && untilAt !== null && fromAt >= untilAt) refuse("conditions.from", "not before until");
    if (house && !active && (await activeHouseCms(id)) === 0) throw lastHouseCm();
  }
}

const lastHouseCm = () => new Refusal("conflict", "this is the last house CM: videos could not be played without one");
