import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { AccountService } from "./accounts/account-service.ts";
import { registerAdmin } from "./accounts/admin-routes.ts";
import { COOKIE, CSRF_HEADER, EMBED_COOKIE, identify } from "./accounts/identity.ts";
import { registerAccounts } from "./accounts/routes.ts";
import { registerSession } from "./accounts/session-routes.ts";
import { registerAttributes } from "./attributes/routes.ts";
import { registerCms } from "./cm/routes.ts";
import { registerComplaints } from "./complaints/routes.ts";
import type { Deps } from "./deps.ts";
import { registerJobs } from "./divisions/routes.ts";
import { registerGroups } from "./groups/routes.ts";
import { answerError, notUnderstood } from "./http/answer-error.ts";
import { registerHealth } from "./http/health.ts";
import { countAnswer } from "./http/request-log.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { registerWeb } from "./http/web-files.ts";
import { registerConditions } from "./library/condition-routes.ts";
import { registerExtras } from "./library/extra-routes.ts";
import { linkPreview, registerOembed } from "./library/link-preview.ts";
import { registerMains } from "./library/main-routes.ts";
import { registerVideos } from "./library/routes.ts";
import { registerUploads } from "./library/upload-routes.ts";
import { Uploads } from "./library/uploads.ts";
import { registerMembershipAdmin } from "./memberships/admin-routes.ts";
import { registerMemberships } from "./memberships/routes.ts";
import { PlayUnits } from "./plays/play-units.ts";
import { registerPlays, TICKET_HEADER } from "./plays/routes.ts";
import { unitsListener } from "./plays/units-listener.ts";
import { Refusal } from "./refusal.ts";
import { registerReports } from "./reports/routes.ts";
import { registerWebhooks } from "./reports/webhook-routes.ts";
import { registerReservations } from "./reservations/routes.ts";
import { registerRights } from "./rights/routes.ts";
import { sameOrigin } from "./security/same-origin.ts";
import { registerSurroundings } from "./surroundings/routes.ts";

/** The whole service for node:http: units on their own short way, all else by Hono. @param hostname of requests that name none */
export function createListener(deps: Deps, uploads: Uploads, hostname: string): RequestListener {
  const units = new PlayUnits(deps);
  const answerUnits = unitsListener(deps, units);
  const answerOthers = getRequestListener(createApp(deps, uploads, units).fetch, { hostname });
  return (request, response) => {
    if (!answerUnits(request, response)) void answerOthers(request, response);
  };
}

/** Every route but units (plays/units-listener.ts); needs no port: `createApp(deps).request("/healthz")`. */
export function createApp(deps: Deps, uploads = new Uploads(deps), units = new PlayUnits(deps)): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return;
      throw notUnderstood(result.target, result.error.issues[0]);
    },
  });
  app.onError((error, c) => answerError(c, error, deps.log));
  app.notFound((c) => answerError(c, new Refusal("not_found", "there is nothing at this address"), deps.log));
  app.use("*", securityHeaders(deps.mainOrigins, deps.embedSites), countAndLog(deps));
  app.use("/api/*", identify(deps), sameOrigin);
  for (const [name, place] of [
    [
      "session",
      { in: "cookie", name: COOKIE.secure, description: `${COOKIE.plain} where there is no TLS; the roles are listed` },
    ],
    ["csrf", { in: "header", name: CSRF_HEADER, description: "From GET /api/session" }],
    [
      "playSession",
      {
        in: "cookie",
        name: COOKIE.secure,
        description: `The session that opened the play, with an account or without; ${COOKIE.plain} where there is no TLS, ${EMBED_COOKIE.secure} or ${EMBED_COOKIE.plain} in another site's page`,
      },
    ],
    [
      "ticket",
      {
        in: "header",
        name: TICKET_HEADER,
        description:
          "Good once and for ten minutes: for units from the answer that opened the play, the answer with the units before, or POST /api/plays/{playId}/tickets; for the secret from the answer with the CM",
      },
    ],
  ] as const)
    app.openAPIRegistry.registerComponent("securitySchemes", name, { type: "apiKey", ...place });
  app.openAPIRegistry.registerComponent("securitySchemes", "certifier", {
    type: "http",
    scheme: "bearer",
    description: "A token that an administrator gave to a program that certifies attributes",
  });
  registerHealth(app, {
    ...deps,
    isReady: async () => {
      await deps.store.check();
      return deps.store.cms.hasHouseCm();
    },
    freeBytes: () => deps.blobs.freeBytes(),
    gauges: async () => ({
      cmix_videos: await deps.store.videos.count(),
      cmix_cms: await deps.store.cms.count(),
      cmix_unfinished_uploads: await uploads.count(),
      cmix_waiting_reports: await deps.store.reports.waiting(),
    }),
  });
  const accounts = new AccountService(deps);
  registerSession(app, accounts, deps);
  registerAccounts(app, deps, accounts);
  registerAdmin(app, deps, accounts);
  registerAttributes(app, deps, accounts.log);
  registerMemberships(app, deps);
  registerMembershipAdmin(app, deps, accounts.log);
  registerGroups(app, deps);
  registerReservations(app, deps);
  registerJobs(app, deps);
  registerRights(app, deps);
  registerVideos(app, deps);
  registerComplaints(app, deps, accounts.log);
  registerReports(app, deps);
  registerExtras(app, deps);
  registerUploads(
    app,
    uploads,
    Math.max(deps.limits.slaveFileMaxBytes, deps.limits.mainFileMaxBytes, deps.limits.sourceFileMaxBytes),
  );
  registerMains(app, deps);
  registerPlays(app, deps, units);
  registerConditions(app, deps);
  registerCms(app, deps);
  registerWebhooks(app, deps);
  registerSurroundings(app, deps);
  registerOembed(app, deps);
  registerWeb(app, deps.webDir, linkPreview(deps));
  return app;
}

/** By the route's pattern: an address itself may hold the id of a play. */
function countAndLog(deps: Deps): MiddlewareHandler {
  return async (c, next) => {
    const start = performance.now();
    await next();
    countAnswer(deps, c.req.method, routeOf(c), c.res.status, start);
  };
}

/** The pattern of the route itself; middleware and the web app's files go by patterns with a star. */
function routeOf(c: Context): string {
  return matchedRoutes(c).find(({ path }) => !path.includes("*"))?.path ?? "*";
}
