import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { guarded } from "../accounts/identity.ts";
import { defineRoute } from "../http/route.ts";
import { bytes, idSchema, json, refusals } from "../http/schemas.ts";
import { sendFile } from "../http/send-file.ts";
import { uploadBody } from "../http/upload-body.ts";
import { Refusal } from "../refusal.ts";
import type { LibraryDeps } from "./deps.ts";
import { cacheOf, findVideo, ownedVideo } from "./find-video.ts";
import { EXTRA_MAX_BYTES, extraBlobId, importExtra, removeExtra } from "./import-extra.ts";
import { extraSchema } from "./schemas.ts";
import type { ExtraKind } from "./store.ts";

/** The address names the bytes by their hash. */
const FOR_EVER = "public, max-age=31536000, immutable";
const OWNERS = ["provider", "administrator"] as const;

const params = z.object({ mainId: idSchema });

const WORDS: Record<ExtraKind, string> = {
  poster: "JPEG or PNG, at most 1 MiB",
  teaser: "MP4 or WebM of at most 10 s and 4 MiB, shown in the clear",
};

/** The picture and the short video by which the library shows a video. */
export function registerExtras(app: OpenAPIHono, deps: LibraryDeps): void {
  const { store, blobs } = deps;
  for (const kind of ["poster", "teaser"] as const) {
    const path = `/api/videos/{mainId}/${kind}`;
    const putRoute = defineRoute({
      path,
      ...guarded("put", OWNERS),
      streamedBytes: EXTRA_MAX_BYTES[kind],
      summary: `Give one's own video a ${kind}`,
      request: { params, body: bytes(WORDS[kind]) },
      responses: { 200: json(extraSchema, "Taken in"), ...refusals(400, 401, 403, 404, 410, 413, 415, 422, 429) },
    });
    const deleteRoute = defineRoute({
      path,
      ...guarded("delete", OWNERS),
      summary: `Take the ${kind} away again`,
      request: { params },
      responses: { 204: { description: "Gone" }, ...refusals(400, 401, 403, 404, 410) },
    });
    const getRoute = defineRoute({
      method: "get",
      path,
      summary: `The ${kind} that the provider gave`,
      request: { params },
      responses: {
        200: bytes(WORDS[kind], kind === "poster" ? "image/*" : "video/*"),
        ...refusals(400, 404, 410, 416),
      },
    });

    app.openapi(putRoute, async (c) => {
      const { mainId } = await ownedVideo(deps, c.get("identity"), c.req.valid("param").mainId);
      const { type, bytes, sha256 } = await importExtra(deps, mainId, kind, uploadBody(c, EXTRA_MAX_BYTES[kind]));
      return c.json({ type, bytes, sha256, url: `/api/videos/${mainId}/${kind}?v=${sha256.slice(0, 16)}` }, 200);
    });

    app.openapi(deleteRoute, async (c) => {
      const { mainId } = await ownedVideo(deps, c.get("identity"), c.req.valid("param").mainId);
      await removeExtra(deps, mainId, kind);
      return c.body(null, 204);
    });

    app.openapi(getRoute, async (c) => {
      const { mainId } = c.req.valid("param");
      const video = await findVideo(deps, c.get("identity"), mainId);
      const extra = await store.library.extra(mainId, kind);
      if (extra === undefined) throw new Refusal("not_found", `video ${mainId} has no ${kind}`, { mainId });
      const source = await blobs.source("extras", extraBlobId(extra));
      return sendFile(c, source, { type: extra.type, tag: extra.sha256, cache: cacheOf(video, FOR_EVER) });
    });
  }
}
