import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { sourceFromBytes } from "../../codec/format/bytes.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import type { Deps } from "../deps.ts";
import { HttpError } from "../http-error.ts";
import { bytes, idSchema, refusals } from "./schemas.ts";
import { sendFile } from "./send-file.ts";

const MAIN_TYPE = "application/vnd.cmix.main";
/** A main never changes under its id. */
const FOR_EVER = "public, max-age=31536000, immutable";

const params = z.object({ mainId: idSchema });

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
  const { store, blobs, now } = deps;

  const countDownload = (c: Context, mainId: string): Promise<void> =>
    store.library.addDownload({ at: now(), mainId, accountId: c.get("identity")?.accountId ?? null });

  async function hosted(mainId: string) {
    const [main, video] = [await store.videos.main(mainId), await store.videos.byMain(mainId)];
    if (main === undefined || video === undefined)
      throw new HttpError("not_found", `main ${mainId} is not hosted here`, { mainId });
    return { main, video, source: await blobs.source("mains", mainId) };
  }

  app.openapi(getRoute, async (c) => {
    const { main, video, source } = await hosted(c.req.valid("param").mainId);
    const answer = { type: MAIN_TYPE, tag: main.sha256, cache: FOR_EVER, fileName: video.mainName };
    const response = sendFile(c, source, answer);
    if (isDownload(c, response)) await countDownload(c, main.mainId);
    return response;
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

/** All of the file from its start is one; a player's single ranges are not, nor is the rest of a download that broke off. */
function isDownload(c: Context, response: Response): boolean {
  if (c.req.method !== "GET" || !response.ok) return false;
  return response.status === 200 || /^bytes=0-$/.test(c.req.header("Range")?.trim() ?? "");
}
