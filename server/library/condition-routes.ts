import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { accountOf, guarded } from "../accounts/identity.ts";
import { logQuery } from "../accounts/schemas.ts";
import { defineRoute } from "../http/route.ts";
import { dateOf, given, idSchema, json, jsonBody, refusals, timeOf } from "../http/schemas.ts";
import { Refusal } from "../refusal.ts";
import type { VideoConditions } from "./conditions.ts";
import type { LibraryDeps } from "./deps.ts";
import { ownedVideo } from "./find-video.ts";
import {
  type ConditionEntry as ConditionEntryJson,
  type VideoConditions as ConditionsJson,
  conditionLogSchema,
  conditionsChangeSchema,
  conditionsSchema,
} from "./schemas.ts";
import type { ConditionEntry } from "./store.ts";

const ROLES = ["provider", "administrator"] as const;

const params = z.object({ mainId: idSchema });

const getRoute = defineRoute({
  path: "/api/videos/{mainId}/conditions",
  summary: "A provider's conditions on a video",
  ...guarded("get", ROLES),
  request: { params },
  responses: { 200: json(conditionsSchema, "They are"), ...refusals(401, 403, 404) },
});

const patchRoute = defineRoute({
  path: "/api/videos/{mainId}/conditions",
  summary: "Limit plays of a video, and the CMs beside it; what is left out stays",
  ...guarded("patch", ROLES),
  request: {
    params,
    body: jsonBody(conditionsChangeSchema),
  },
  responses: { 200: json(conditionsSchema, "Changed"), ...refusals(400, 401, 403, 404, 410, 413, 415) },
});

const logRoute = defineRoute({
  path: "/api/account/conditions",
  summary: "The conditions that I set on videos, newest first, the past ones too",
  ...guarded("get", ["provider", "administrator"]),
  request: { query: logQuery.pick({ before: true }) },
  responses: { 200: json(conditionLogSchema, "At most 100"), ...refusals(400, 401, 403) },
});

export function registerConditions(app: OpenAPIHono, deps: LibraryDeps): void {
  const { conditions } = deps.store;

  app.openapi(getRoute, async (c) => {
    const { mainId } = c.req.valid("param");
    await ownedVideo(deps, c.get("identity"), mainId);
    return c.json(toJson(await conditions.of(mainId)), 200);
  });

  app.openapi(patchRoute, async (c) => {
    const { mainId } = c.req.valid("param");
    await ownedVideo(deps, c.get("identity"), mainId);
    const changed = { ...toJson(await conditions.of(mainId)), ...given(c.req.valid("json")) };
    const { from, until, ...others } = changed;
    const next: VideoConditions = { ...others, fromAt: timeOf(from), untilAt: timeOf(until) };
    if (next.fromAt !== null && next.untilAt !== null && next.fromAt >= next.untilAt)
      throw new Refusal("bad_request", "from: not before until, so nobody could play it", { place: "json.from" });
    await conditions.set(mainId, next, { accountId: accountOf(c), at: deps.now() });
    return c.json(changed, 200);
  });

  app.openapi(logRoute, async (c) => {
    const entries = await conditions.log({ accountId: accountOf(c), before: c.req.valid("query").before });
    return c.json({ entries: entries.map(entryToJson) }, 200);
  });
}

function entryToJson({ at, conditions, accountId: _own, ...same }: ConditionEntry): ConditionEntryJson {
  return { ...same, at: new Date(at).toISOString(), conditions: toJson(conditions) };
}

function toJson({ fromAt, untilAt, ...others }: VideoConditions): ConditionsJson {
  return { ...others, from: dateOf(fromAt), until: dateOf(untilAt) };
}
