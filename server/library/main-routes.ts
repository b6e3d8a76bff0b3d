import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { companionName, companionPage, MainReader, sourceFromBytes } from "../../codec/index.ts";
import { guarded } from "../accounts/identity.ts";
import { addressKey } from "../accounts/rates.ts";
import { defineRoute } from "../http/route.ts";
import { bytes, idSchema, json, refusals } from "../http/schemas.ts";
import { attachment, sendFile } from "../http/send-file.ts";
import { Refusal } from "../refusal.ts";
import { originOf } from "../security/client.ts";
import type { LibraryDeps } from "./deps.ts";
import { type Downloader, Downloads } from "./downloads.ts";
import { cacheOf, findVideo, ownedVideo } from "./find-video.ts";
import { watchAddress } from "./link-preview.ts";
import { registerRemoteMain } from "./remote-main.ts";
import { mainAddressSchema, remoteMainSchema } from "./schemas.ts";

const MAIN_TYPE = "application/vnd.cmix.main";
/** A main never changes under its id. */
const FOR_EVER = "public, max-age=31536000, immutable";

const params = z.object({ mainId: idSchema });

const getRoute = defineRoute({
  method: "get",
  path: "/api/mains/{mainId}",
  summary: "Download a main file; byte ranges and HEAD work too",
  request: { params },
  responses: {
    200: bytes("The .cmx", MAIN_TYPE),
    206: bytes("A range of it", MAIN_TYPE),
    302: { description: "It lies on its provider's own server" },
    ...refusals(400, 404, 410, 416),
  },
});

const addressRoute = defineRoute({
  path: "/api/mains/{mainId}/address",
  ...guarded("put", ["provider", "administrator"]),
  summary: "Let the library give one's own server's address for a main; the file there is fetched and checked first",
  request: {
    params,
    body: {
      required: true,
      content: {
        "application/json": {
          schema: mainAddressSchema,
        },
      },
    },
  },
  responses: {
    200: json(
      remoteMainSchema,
      "playsInBrowser is false where that server does not let this service's pages read ranges",
    ),
    ...refusals(400, 401, 403, 404, 410, 413, 415, 422, 429),
  },
});

const posterRoute = defineRoute({
  method: "get",
  path: "/api/mains/{mainId}/poster",
  summary: "The poster in a main's header",
  request: { params },
  responses: { 200: bytes("JPEG, PNG or WebP", "image/*"), ...refusals(400, 404, 410) },
});

const companionRoute = defineRoute({
  method: "get",
  path: "/api/mains/{mainId}/companion",
  summary: "A page to pass on beside the .cmx: it names the video and leads to its player",
  request: { params },
  responses: {
    200: { description: "HTML, to be saved", content: { "text/html": { schema: z.string() } } },
    ...refusals(400, 404, 410),
  },
});

export function registerMains(app: OpenAPIHono, deps: LibraryDeps): void {
  const { store, blobs } = deps;

  const downloads = new Downloads(deps);

  async function findMain(c: Context, mainId: string) {
    const video = await findVideo(deps, c.get("identity"), mainId);
    const main = await store.videos.main(mainId);
    if (main === undefined) throw new Refusal("not_found", `main ${mainId} cannot be had here`, { mainId });
    return { main, video, cache: cacheOf(video, FOR_EVER) };
  }

  app.openapi(getRoute, async (c) => {
    const { main, video, cache } = await findMain(c, c.req.valid("param").mainId);
    if (main.url !== null) {
      if (asksForAll(c)) await downloads.count(downloaderOf(c), main.mainId);
      c.header("Cache-Control", "no-store");
      return c.redirect(main.url, 302);
    }
    const from = downloaderOf(c);
    return sendFile(c, await blobs.source("mains", main.mainId), {
      ...{ type: MAIN_TYPE, tag: main.sha256, cache, fileName: video.mainName },
      ...(asksForRest(c) && { onSent: ({ bytes }) => void downloads.sent(from, main, bytes) }),
    });
  });

  app.openapi(addressRoute, async (c) => {
    const video = await ownedVideo(deps, c.get("identity"), c.req.valid("param").mainId);
    const origin = originOf(c.get("client"));
    const { bytes, playsInBrowser } = await registerRemoteMain(deps, video, { ...c.req.valid("json"), origin });
    return c.json({ url: c.req.valid("json").url, bytes, playsInBrowser }, 200);
  });

  app.openapi(companionRoute, async (c) => {
    const { video, cache } = await findMain(c, c.req.valid("param").mainId);
    const origin = originOf(c.get("client"));
    const { title, copyright, mainName, mainId } = video;
    c.header("Cache-Control", cache === FOR_EVER ? "no-cache" : cache); // the title may change
    c.header("Content-Disposition", attachment(companionName(mainName)));
    const watch = watchAddress(origin, mainId);
    return c.html(companionPage({ title, copyright, mainName, service: `${origin}/`, player: watch }), 200);
  });

  app.openapi(posterRoute, async (c) => {
    const { main, cache } = await findMain(c, c.req.valid("param").mainId);
    const isHere = main.hasPoster && main.url === null;
    const poster = isHere
      ? (await MainReader.readStart(await blobs.source("mains", main.mainId))).header.poster
      : undefined;
    if (poster === undefined)
      throw new Refusal("not_found", `main ${main.mainId} has no poster`, { mainId: main.mainId });
    return sendFile(c, sourceFromBytes(poster.data), {
      type: poster.type,
      tag: `${main.sha256}-poster`,
      cache,
    });
  });
}

function downloaderOf(c: Context): Downloader {
  const identity = c.get("identity");
  return {
    accountId: identity?.accountId ?? null,
    key: identity?.sessionId ?? addressKey(c.get("client").address),
  };
}

/** A download is all of the file from its start, in several goes where it breaks off; a player's single ranges are none. */
function asksForRest(c: Context): boolean {
  const range = c.req.header("Range")?.trim();
  return c.req.method === "GET" && (range === undefined || !/^bytes=/.test(range) || /^bytes=\d+-$/.test(range));
}

/** The same of an address that is answered with another one: only its beginning is seen here. */
function asksForAll(c: Context): boolean {
  const range = c.req.header("Range")?.trim();
  return c.req.method === "GET" && (range === undefined || !/^bytes=/.test(range) || range === "bytes=0-");
}
