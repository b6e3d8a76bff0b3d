import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { JSONValue } from "hono/utils/types";
import type { Log } from "../log.ts";
import type { GaugeValues, Metrics } from "../metrics.ts";
import { Refusal } from "../refusal.ts";
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
  summary: "Counters in Prometheus' text format",
  responses: { 200: { description: "Metrics", content: { "text/plain": { schema: z.string() } } } },
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
  /** Whether the server takes its last requests. */
  lifecycle: { isStopping: boolean };
  metrics: Metrics;
  log: Log;
}

export function registerHealth(app: OpenAPIHono, { isReady, gauges, lifecycle, metrics, log }: HealthDeps): void {
  app.openapi(healthRoute, (c) => c.json({ status: "ok" as const }, 200));

  app.openapi(readyRoute, async (c) => {
    if (lifecycle.isStopping) throw new Refusal("unavailable", "the server is stopping: ask another one");
    const ready = await isReady().catch((error: Error) => {
      log("not-ready", { message: error.message });
      return false;
    });
    if (!ready) throw new Refusal("unavailable", "the database or the house CM is not there");
    return c.json({ status: "ok" as const }, 200);
  });

  app.openapi(metricsRoute, async (c) => c.text(await metrics.render(await gauges()), 200));

  app.openapi(documentRoute, (c) => {
    const info = {
      title: "Cmix",
      version: "1",
      description: "Delivery of slaves behind commercials. Prose: server/API.md.",
    };
    return c.json(app.getOpenAPI31Document({ openapi: "3.1.0", info }) as object as Record<string, JSONValue>, 200);
  });
}
