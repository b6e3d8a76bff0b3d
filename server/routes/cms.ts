import type { OpenAPIHono } from "@hono/zod-openapi";
import { CM_MAX_BYTES, importCm } from "../cm/import-cm.ts";
import { mustStillBeThere, registerRemoteCm } from "../cm/remote-cm.ts";
import type { Deps } from "../deps.ts";
import { HttpError } from "../http-error.ts";
import type { Cm } from "../store/cms.ts";
import * as routes from "./cm-schemas.ts";
import { cmToJson } from "./cm-schemas.ts";
import { given } from "./schemas.ts";
import { sendFile } from "./send-file.ts";
import { changedConditions } from "./target-schemas.ts";
import { uploadBody } from "./upload-body.ts";

export function registerCms(app: OpenAPIHono, deps: Deps): void {
  const { store, blobs, log, now } = deps;

  async function find(cmId: string): Promise<Cm> {
    const cm = (await store.cms.list()).find(({ id }) => id === cmId);
    if (cm === undefined) throw new HttpError("not_found", `there is no CM ${cmId}`, { cmId });
    return cm;
  }

  app.openapi(routes.listRoute, async (c) => {
    const events = await store.cms.events();
    const cms = (await store.cms.list()).map((cm) =>
      cmToJson(cm, Object.fromEntries(events.filter(({ cmId }) => cmId === cm.id).map((row) => [row.kind, row.count]))),
    );
    return c.json({ cms }, 200);
  });

  app.openapi(routes.addRoute, async (c) => {
    const cm = await importCm(deps, uploadBody(c, CM_MAX_BYTES));
    return c.json(cmToJson({ ...cm, deliveries: 0 }, {}), 201);
  });

  app.openapi(routes.addressRoute, async (c) => {
    const cm = await registerRemoteCm(deps, c.req.valid("json").url);
    return c.json(cmToJson({ ...cm, deliveries: 0 }, {}), 201);
  });

  app.openapi(routes.changeRoute, async (c) => {
    const cm = await find(c.req.valid("param").cmId);
    const { seconds, conditions = {}, ...rest } = c.req.valid("json");
    if (seconds !== undefined && !cm.type.startsWith("image/"))
      throw new HttpError("bad_request", "seconds: a video has its own running time", { place: "json.seconds" });
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

  app.openapi(routes.removeRoute, async (c) => {
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

  app.openapi(routes.fileRoute, async (c) => {
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
