import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { logDivision } from "../accounts/division-log.ts";
import { accountOf, guarded } from "../accounts/identity.ts";
import type { Deps } from "../deps.ts";
import { importSlave } from "../library/import-slave.ts";
import { bytes, idSchema, json, refusals } from "./schemas.ts";
import { uploadBody } from "./upload-body.ts";

const slaveSchema = z
  .object({ slaveId: idSchema, mainId: idSchema, title: z.string(), durationSeconds: z.number(), segments: z.number() })
  .openapi("Slave");

const putRoute = createRoute({
  path: "/api/slaves/{slaveId}",
  summary: "Hand a slave file to the service",
  ...guarded("put", ["provider", "administrator"]),
  request: { params: z.object({ slaveId: idSchema }), body: bytes("The slave file") },
  responses: {
    200: json(slaveSchema, "The same file was here already"),
    201: json(slaveSchema, "Taken in, after all of it was checked"),
    ...refusals(400, 401, 403, 409, 413, 415, 422),
  },
});

export function registerSlaves(app: OpenAPIHono, deps: Deps): void {
  app.openapi(putRoute, async (c) => {
    const { fresh, value } = await importSlave(
      deps,
      c.req.valid("param").slaveId,
      uploadBody(c, deps.limits.slaveFileMaxBytes),
    );
    const { slaveId, mainId, title, durationSeconds, segments, slaveBytes: bytes } = value;
    await logDivision(deps, accountOf(c), "slave", { slaveId, mainId, bytes });
    return c.json({ slaveId, mainId, title, durationSeconds, segments }, fresh ? 201 : 200);
  });
}
