import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { guarded } from "../accounts/identity.ts";
import { CM_MAX_BYTES, importCm } from "../cm/import-cm.ts";
import type { Deps } from "../deps.ts";
import { HttpError } from "../http-error.ts";
import { CM_TYPES, type Cm } from "../store/cms.ts";
import { idSchema, json, refusals, wholeNumber } from "./schemas.ts";
import { sendFile } from "./send-file.ts";
import { uploadBody } from "./upload-body.ts";

/** Sponsors come to this list with their campaigns. */
const ROLES = ["administrator"] as const;

const IMAGE_SECONDS = [3, 60] as const;

const text = z.string().trim().max(200);
const words = z.array(z.string().trim().min(1).max(60)).max(50);
const age = z.int().min(0).max(150).nullable();
const date = z.iso.datetime().nullable();
const link = z
  .union([z.literal(""), z.url({ protocol: /^https$/ }).max(2000)])
  .openapi({ description: "Empty, or an https address" });

const conditionsSchema = z
  .object({
    genres: words.openapi({ description: "Of the video before which it is shown; empty: any" }),
    genders: words,
    languages: words,
    ageMin: age,
    ageMax: age,
    from: date,
    until: date,
    perViewerDay: z.int().min(1).max(1000).nullable().openapi({ description: "So often to one viewer on one day" }),
  })
  .openapi("CmConditions");

const fields = z.object({
  title: text,
  sponsor: text,
  link,
  active: z.boolean(),
  kinds: words,
  ageLimit: z.int().min(0).max(21).openapi({ description: "Goes with no video for younger viewers" }),
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
  })
  .openapi("AdminCm");

const params = z.object({ cmId: idSchema });

const listRoute = createRoute({
  path: "/api/cms",
  summary: "All CMs with their conditions and counts, the newest first",
  ...guarded("get", ROLES),
  responses: { 200: json(z.object({ cms: z.array(cmSchema) }).openapi("CmList"), "They are"), ...refusals(401, 403) },
});

const addRoute = createRoute({
  path: "/api/cms",
  summary: "Add a CM: an MP4 or WebM video or a JPEG, PNG or BMP image; it is off until it has a title and a sponsor",
  ...guarded("post", ROLES),
  request: {
    body: {
      required: true,
      content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
    },
  },
  responses: { 201: json(cmSchema, "Taken in"), ...refusals(400, 401, 403, 409, 413, 415, 422) },
});

const changeRoute = createRoute({
  path: "/api/cms/{cmId}",
  summary: "Change a CM, switch it on or off",
  ...guarded("patch", ROLES),
  request: {
    params,
    body: { required: true, content: { "application/json": { schema: fields.partial().openapi("CmChange") } } },
  },
  responses: { 200: json(cmSchema, "Changed"), ...refusals(400, 401, 403, 404, 409, 413, 415) },
});

const removeRoute = createRoute({
  path: "/api/cms/{cmId}",
  summary: "Remove a CM that no play shows; what was counted stays",
  ...guarded("delete", ROLES),
  request: { params },
  responses: { 204: { description: "Removed" }, ...refusals(401, 403, 404, 409) },
});

const fileRoute = createRoute({
  path: "/api/cms/{cmId}/file",
  summary: "A CM's bytes, to look at",
  ...guarded("get", ROLES),
  request: { params },
  responses: {
    200: {
      description: "The video or image",
      content: { "*/*": { schema: z.string().openapi({ format: "binary" }) } },
    },
    ...refusals(401, 403, 404, 416),
  },
});

export function registerCms(app: OpenAPIHono, deps: Deps): void {
  const { store, blobs, log, now } = deps;

  async function find(cmId: string): Promise<Cm> {
    const cm = (await store.cms.list()).find(({ id }) => id === cmId);
    if (cm === undefined) throw new HttpError("not_found", `there is no CM ${cmId}`, { cmId });
    return cm;
  }

  app.openapi(listRoute, async (c) => {
    const events = await store.cms.events();
    const cms = (await store.cms.list()).map((cm) =>
      toJson(cm, Object.fromEntries(events.filter(({ cmId }) => cmId === cm.id).map((row) => [row.kind, row.count]))),
    );
    return c.json({ cms }, 200);
  });

  app.openapi(addRoute, async (c) => {
    const cm = await importCm(deps, uploadBody(c, CM_MAX_BYTES));
    return c.json(toJson({ ...cm, deliveries: 0 }, {}), 201);
  });

  app.openapi(changeRoute, async (c) => {
    const cm = await find(c.req.valid("param").cmId);
    const { seconds, conditions = {}, ...rest } = c.req.valid("json");
    if (seconds !== undefined && !cm.type.startsWith("image/"))
      throw new HttpError("bad_request", "seconds: a video has its own running time", { place: "json.seconds" });
    const { from, until, ...others } = conditions;
    const changed: Cm = {
      ...cm,
      ...given(rest),
      ...(seconds !== undefined && { durationMilliseconds: Math.round(seconds * 1000) }),
      conditions: {
        ...cm.conditions,
        ...given(others),
        ...(from !== undefined && { fromAt: timeOf(from) }),
        ...(until !== undefined && { untilAt: timeOf(until) }),
      },
    };
    await mustBeWhole(changed);
    await store.cms.change(cm.id, changed);
    return c.json(toJson(changed, {}), 200);
  });

  app.openapi(removeRoute, async (c) => {
    const cm = await find(c.req.valid("param").cmId);
    if (cm.house && (await activeHouseCms(cm.id)) === 0) throw lastHouseCm();
    const plays = await store.plays.showing(cm.id);
    if (plays > 0)
      throw new HttpError(
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
      throw new HttpError("bad_request", `${place}: ${why}`, { place: `json.${place}` });
    };
    if (active && title === "") refuse("title", "give the CM a title before it is switched on");
    if (active && sponsor === "") refuse("sponsor", "name the sponsor before the CM is switched on");
    const { ageMin, ageMax, fromAt, untilAt } = conditions;
    if (ageMin !== null && ageMax !== null && ageMin > ageMax) refuse("conditions.ageMin", "above ageMax: nobody fits");
    if (fromAt !== null && untilAt !== null && fromAt >= untilAt) refuse("conditions.from", "not before until");
    if (house && !active && (await activeHouseCms(id)) === 0) throw lastHouseCm();
  }
}

const lastHouseCm = () =>
  new HttpError("conflict", "this is the last house CM: videos could not be played without one");

const timeOf = (text: string | null): number | null => (text === null ? null : Date.parse(text));
const dateOf = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

/** Without what was not given. */
function given<T extends object>(changes: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as never;
}

function toJson(cm: Cm, events: Record<string, number>): z.infer<typeof cmSchema> {
  const { fromAt, untilAt, ...conditions } = cm.conditions;
  const { id, type, house, title, sponsor, link, active, kinds, ageLimit, bytes, deliveries } = cm;
  return {
    ...{ id, type, house, title, sponsor, link, active, kinds, ageLimit, bytes, deliveries, events },
    conditions: { ...conditions, from: dateOf(fromAt), until: dateOf(untilAt) },
    seconds: cm.durationMilliseconds / 1000,
    createdAt: new Date(cm.createdAt).toISOString(),
    fileUrl: `/api/cms/${id}/file`,
  };
}
