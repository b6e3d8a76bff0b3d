import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { sourceFromBytes } from "../../codec/format/bytes.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { logDivision } from "../accounts/division-log.ts";
import { accountOf, guarded } from "../accounts/identity.ts";
import type { Deps } from "../deps.ts";
import { HttpError } from "../http-error.ts";
import { importMain } from "../library/import-main.ts";
import { bytes, idSchema, json, refusals } from "./schemas.ts";
import { sendFile } from "./send-file.ts";
import { uploadBody } from "./upload-body.ts";

const MAIN_TYPE = "application/vnd.cmix.main";
/** A main never changes under its id. */
const FOR_EVER = "public, max-age=31536000, immutable";

const params = z.object({ mainId: idSchema });
const mainSchema = z.object({ mainId: idSchema, bytes: z.number(), url: z.string() }).openapi("Main");

const putRoute = createRoute({
  path: "/api/mains/{mainId}",
  summary: "Have a main file hosted here as well; its slave must be here",
  ...guarded("put", ["provider", "administrator"]),
  request: { params, body: bytes("The main file") },
  responses: {
    200: json(mainSchema, "The same file was here already"),
    201: json(mainSchema, "Taken in"),
    ...refusals(400, 401, 403, 409, 413, 415, 422),
  },
});

const getRoute = createRoute({
  method: "get",
  path: "/api/mains/{mainId}",
  summary: "Download a main file; byte ranges and HEAD work too",
  request: { params },
  responses: { 200: bytes("The .cmx", MAIN_TYPE), 206: bytes("A range of it", MAIN_TYPE), ...refusals(400, 404, 416) },
});

const posterRoute = createRoute({
  method: "get",
  path: "/api/mains/{mainId}/poster",
  summary: "The poster in a main's header",
  request: { params },
  responses: { 200: bytes("JPEG, PNG or WebP", "image/*"), ...refusals(400, 404) },
});

export function registerMains(app: OpenAPIHono, deps: Deps): void {
  const { store, blobs } = deps;

  async function hosted(mainId: string) {
    const [main, video] = [await store.videos.main(mainId), await store.videos.byMain(mainId)];
    if (main === undefined || video === undefined)
      throw new HttpError("not_found", `main ${mainId} is not hosted here`, { mainId });
    return { main, video, source: await blobs.source("mains", mainId) };
  }

  app.openapi(putRoute, async (c) => {
    const { fresh, value } = await importMain(
      deps,
      c.req.valid("param").mainId,
      uploadBody(c, deps.limits.mainFileMaxBytes),
    );
    const { mainId, bytes } = value;
    const video = await store.videos.byMain(mainId);
    if (video !== undefined) await logDivision(deps, accountOf(c), "main", { slaveId: video.slaveId, mainId, bytes });
    return c.json({ mainId, bytes, url: `/api/mains/${mainId}` }, fresh ? 201 : 200);
  });

  app.openapi(getRoute, async (c) => {
    const { main, video, source } = await hosted(c.req.valid("param").mainId);
    return sendFile(c, source, { type: MAIN_TYPE, tag: main.sha256, cache: FOR_EVER, fileName: video.mainName });
  });

  app.openapi(posterRoute, async (c) => {
    const { main, source } = await hosted(c.req.valid("param").mainId);
    const poster = main.hasPoster ? (await MainReader.open(source)).header.poster : undefined;
    if (poster === undefined)
      throw new HttpError("not_found", `main ${main.mainId} has no poster`, { mainId: main.mainId });
    return sendFile(c, sourceFromBytes(poster.data), {
      type: poster.type,
      tag: `${main.sha256}-poster`,
      cache: FOR_EVER,
    });
  });
}
