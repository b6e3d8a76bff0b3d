import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { guarded } from "../accounts/identity.ts";
import type { VideoConditions } from "../cm/conditions.ts";
import type { Deps } from "../deps.ts";
import { HttpError } from "../http-error.ts";
import { ownedVideo } from "../library/owned-video.ts";
import { given, idSchema, json, jsonBody, refusals } from "./schemas.ts";
import { date, dateOf, timeOf, words } from "./target-schemas.ts";

const ROLES = ["provider", "administrator"] as const;

const most = z.int().min(1).max(1e9).nullable();

const conditionsSchema = z
  .object({
    plays: most.openapi({ description: "Plays in all; null: no limit" }),
    playsPerViewer: most.openapi({ description: "By account, or by session without one" }),
    from: date.openapi({ description: "Can be played from then on" }),
    until: date.openapi({ description: "Can be played until then" }),
    kindsAllowed: words.openapi({ description: "Kinds of CM; empty: all" }),
    kindsExcluded: words,
  })
  .openapi("VideoConditions");

const params = z.object({ mainId: idSchema });

const getRoute = createRoute({
  path: "/api/videos/{mainId}/conditions",
  summary: "A provider's conditions on a video",
  ...guarded("get", ROLES),
  request: { params },
  responses: { 200: json(conditionsSchema, "They are"), ...refusals(401, 403, 404) },
});

const patchRoute = createRoute({
  path: "/api/videos/{mainId}/conditions",
  summary: "Limit plays of a video, and the CMs beside it; what is left out stays",
  ...guarded("patch", ROLES),
  request: {
    params,
    body: jsonBody(conditionsSchema.partial().openapi("ConditionsChange")),
  },
  responses: { 200: json(conditionsSchema, "Changed"), ...refusals(400, 401, 403, 404, 413, 415) },
});

export function registerConditions(app: OpenAPIHono, deps: Deps): void {
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
      throw new HttpError("bad_request", "from: not before until, so nobody could play it", { place: "json.from" });
    await conditions.set(mainId, next);
    return c.json(changed, 200);
  });
}

function toJson({ fromAt, untilAt, ...others }: VideoConditions): z.infer<typeof conditionsSchema> {
  return { ...others, from: dateOf(fromAt), until: dateOf(untilAt) };
}
