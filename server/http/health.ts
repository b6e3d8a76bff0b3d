import { createHash, timingSafeEqual } from "node:crypto";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { JSONValue } from "hono/utils/types";
import type { Limits } from "../config.ts";
import type { Log } from "../log.ts";
import type { GaugeValues, Metrics } from "../metrics.ts";
import { Refusal } from "../refusal.ts";
import { isLoopback } from "../security/client.ts";
import { defineRoute } from "./route.ts";
import { json, refusals } from "./schemas.ts";

const statusSchema = z.object({ status: z.literal("ok") }).openapi("Status");

const healthRoute = defineRoute({
  method: "get",
  path: "/healthz",
  summary: "The process answers",
  responses: { 200: json(statusSchema, "It does") },
});

const readyRoute = defineRoute({
  method: "get",
  path: "/readyz",
  summary: "Database and CMs are there, and the server is not stopping: plays can be served",
  responses: { 200: json(statusSchema, "They are"), ...refusals(503) },
});

const metricsRoute = defineRoute({
  method: "get",
  path: "/metrics",
  summary:
    "Counters in Prometheus' text format; for this machine, and for whoever has the token that the server was given",
  request: { headers: z.object({ authorization: z.string().optional().openapi({ example: "Bearer …" }) }) },
  responses: { 200: { description: "Metrics", content: { "text/plain": { schema: z.string() } } }, ...refusals(403) },
});

const documentRoute = defineRoute({
  method: "get",
  path: "/openapi.json",
  summary: "This description, made from the routes' schemas",
  responses: {
    200: {
      description: "OpenAPI 3.1",
      content: { "application/json": { schema: z.record(z.string(), z.unknown()) } },
    },
  },
});

export interface HealthDeps {
  /** Whether plays can be served. @throws StorageError the stores do not answer */
  isReady(): Promise<boolean>;
  /** What there is at this moment. */
  gauges(): Promise<GaugeValues>;
  /** Bytes free where files and database lie. */
  freeBytes(): Promise<number>;
  limits: Pick<Limits, "freeBytesLeast">;
  /** What whoever asks for metrics from elsewhere must send; undefined: only this machine gets them. */
  metricsToken: string | undefined;
  /** Whether the server takes its last requests. */
  lifecycle: { isStopping: boolean };
  metrics: Metrics;
  log: Log;
}

export function registerHealth(app: OpenAPIHono, deps: HealthDeps): void {
  const { isReady, gauges, freeBytes, limits, metricsToken, lifecycle, metrics, log } = deps;
  app.openapi(healthRoute, (c) => c.json({ status: "ok" as const }, 200));

  app.openapi(readyRoute, async (c) => {
    if (lifecycle.isStopping) throw new Refusal("unavailable", "the server is stopping: ask another one");
    const ready = await isReady().catch((error: Error) => {
      log("not-ready", { message: error.message });
      return false;
    });
    if (!ready) throw new Refusal("unavailable", "the database or the house CM is not there");
    const free = await freeBytes();
    if (free < limits.freeBytesLeast)
      throw new Refusal("unavailable", `the disk is full: ${free} bytes are free, ${limits.freeBytesLeast} are needed`);
    return c.json({ status: "ok" as const }, 200);
  });

  app.openapi(metricsRoute, async (c) => {
    if (!isDirect(c) && !hasToken(c.req.valid("header").authorization, metricsToken))
      throw new Refusal(
        "forbidden",
        "metrics are for this machine, or for whoever sends Authorization: Bearer <token>",
      );
    return c.text(await metrics.render(await gauges()), 200);
  });

  app.openapi(documentRoute, (c) => {
    const info = {
      title: "Cmix",
      version: "1",
      description: "Delivery of slaves behind commercials. Prose: server/API.md.",
    };
    return c.json(app.getOpenAPI31Document({ openapi: "3.1.0", info }) as object as Record<string, JSONValue>, 200);
  });
}

/** From this machine, and through no proxy, which would make everybody look so. */
function isDirect(c: Context): boolean {
  const isForwarded = ["Forwarded", "Via", "X-Forwarded-For", "X-Real-IP"].some(
    (name) => c.req.header(name) !== undefined,
  );
  return !isForwarded && (c.env?.incoming === undefined || isLoopback(getConnInfo(c).remote.address ?? ""));
}

function hasToken(authorization: string | undefined, token: string | undefined): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return token !== undefined && timingSafeEqual(hash(authorization ?? ""), hash(`Bearer ${token}`));
}
