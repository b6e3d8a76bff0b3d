import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { guarded } from "../accounts/identity.ts";
import { CM_ROLES } from "../cm/roles.ts";
import { defineRoute } from "../http/route.ts";
import { idSchema, json, jsonBody, refusals } from "../http/schemas.ts";
import { ownedVideo } from "../library/find-video.ts";
import { Refusal } from "../refusal.ts";
import type { ReportDeps } from "./deps.ts";
import { type Webhook, webhookChangeSchema, webhookSchema } from "./schemas.ts";
import { sendingToJson } from "./sending-json.ts";
import { type Subject, setWebhook, subjectKey } from "./webhooks.ts";

const body = jsonBody(webhookChangeSchema);
const given = { 200: json(webhookSchema, "The address, and what was posted to it"), ...refusals(401, 403, 404) };
const changed = { ...given, ...refusals(400, 413, 415) };

const cmParams = z.object({ cmId: idSchema });
const cmPath = "/api/cms/{cmId}/webhook";
const cmSummary = "Where a CM's counts are posted to once a day: its sponsor's address";
const cmGetRoute = defineRoute({
  path: cmPath,
  summary: cmSummary,
  ...guarded("get", CM_ROLES),
  request: { params: cmParams },
  responses: given,
});
const cmPutRoute = defineRoute({
  path: cmPath,
  summary: cmSummary,
  ...guarded("put", CM_ROLES),
  request: { params: cmParams, body },
  responses: changed,
});

const videoRoles = ["provider", "administrator"] as const;
const videoParams = z.object({ mainId: idSchema });
const videoPath = "/api/videos/{mainId}/webhook";
const videoSummary = "Where a video's counts are posted to once a day, beside the account's reports";
const videoGetRoute = defineRoute({
  path: videoPath,
  summary: videoSummary,
  ...guarded("get", videoRoles),
  request: { params: videoParams },
  responses: given,
});
const videoPutRoute = defineRoute({
  path: videoPath,
  summary: videoSummary,
  ...guarded("put", videoRoles),
  request: { params: videoParams, body },
  responses: changed,
});

export function registerWebhooks(app: OpenAPIHono, deps: ReportDeps): void {
  const { reports, cms } = deps.store;

  async function answer(subject: Subject, secret: string | null): Promise<Webhook> {
    const key = subjectKey(subject);
    const sendings = (await reports.list(key)).flatMap(({ report: { from, to }, sendings }) =>
      sendings.map((sending) => ({ from, to, ...sendingToJson(sending) })),
    );
    return { url: (await reports.webhook(key))?.url ?? null, secret, sendings };
  }

  async function mustBeThere(cmId: string): Promise<Subject> {
    if (!(await cms.isThere(cmId))) throw new Refusal("not_found", `there is no CM ${cmId}`, { cmId });
    return { cmId };
  }

  app.openapi(cmGetRoute, async (c) => c.json(await answer(await mustBeThere(c.req.valid("param").cmId), null), 200));
  app.openapi(cmPutRoute, async (c) => {
    const subject = await mustBeThere(c.req.valid("param").cmId);
    return c.json(await answer(subject, await setWebhook(deps, subject, c.req.valid("json").url)), 200);
  });

  app.openapi(videoGetRoute, async (c) => {
    const { mainId } = await ownedVideo(deps, c.get("identity"), c.req.valid("param").mainId);
    return c.json(await answer({ mainId }, null), 200);
  });
  app.openapi(videoPutRoute, async (c) => {
    const { mainId } = await ownedVideo(deps, c.get("identity"), c.req.valid("param").mainId);
    return c.json(await answer({ mainId }, await setWebhook(deps, { mainId }, c.req.valid("json").url)), 200);
  });
}
