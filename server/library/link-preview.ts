/** How a link to a video shows elsewhere: tags of the watch page (Open Graph, Twitter), and oEmbed (oembed.com, 1.0). */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { escapeHtml } from "../../codec/index.ts";
import { attributes } from "../http/html.ts";
import { defineRoute } from "../http/route.ts";
import { json, refusals } from "../http/schemas.ts";
import { Refusal } from "../refusal.ts";
import { originOf } from "../security/client.ts";
import type { LibraryDeps } from "./deps.ts";
import { findVideo, maySee } from "./find-video.ts";
import { oembedQuery, oembedSchema } from "./schemas.ts";
import type { ListedVideo } from "./store.ts";
import { videoToJson } from "./video-json.ts";

const WATCH_PATH = "/watch";
const OEMBED_PATH = "/api/oembed";
const MAIN_ID = /^[0-9a-f]{32}$/;
const DESCRIPTION_MOST = 300;
/** 16:9, unless the asker has less room. */
const WIDTH = 640;
const HEIGHT = 360;

const oembedRoute = defineRoute({
  method: "get",
  path: OEMBED_PATH,
  summary: "What another site needs to show the player in place of a link to a video (oEmbed 1.0)",
  request: { query: oembedQuery },
  responses: { 200: json(oembedSchema, "Of a public or unlisted video"), ...refusals(400, 404, 410) },
});

export const watchAddress = (origin: string, mainId: string): string => `${origin}${WATCH_PATH}?main=${mainId}`;

export function registerOembed(app: OpenAPIHono, deps: LibraryDeps): void {
  app.openapi(oembedRoute, async (c) => {
    const { url, maxwidth = WIDTH, maxheight = HEIGHT } = c.req.valid("query");
    const origin = originOf(c.get("client"));
    const mainId = URL.canParse(url) && new URL(url).origin === origin ? mainIn(new URL(url)) : undefined;
    if (mainId === undefined)
      throw new Refusal("not_found", `url: the address of a video here, such as ${watchAddress(origin, "ID")}`);
    const { title, copyright } = await findVideo(deps, undefined, mainId);
    const width = Math.floor(Math.min(WIDTH, maxwidth, (maxheight * WIDTH) / HEIGHT));
    const height = Math.floor((width * HEIGHT) / WIDTH);
    const frame = attributes({
      ...{ src: `${origin}/embed?main=${mainId}`, width: String(width), height: String(height), title },
      ...{ style: "border:0", allow: "autoplay; fullscreen; picture-in-picture; screen-wake-lock" },
    });
    return c.json(
      {
        ...({ type: "video", version: "1.0", title, width, height } as const),
        ...(copyright !== "" && { author_name: copyright }),
        ...{ provider_name: "Cmix", provider_url: `${origin}/`, html: `<iframe${frame}></iframe>` },
      },
      200,
    );
  });
}

/** The page's own HTML with a video's tags, for the watch page of one that has an address; else undefined. */
export function linkPreview(deps: LibraryDeps): (c: Context, html: string) => Promise<string | undefined> {
  return async (c, html) => {
    const url = new URL(c.req.url);
    const mainId = mainIn(url);
    if (mainId === undefined) return undefined;
    const video = await deps.store.videos.byMain(mainId);
    if (video === undefined || !maySee(video, undefined)) return undefined;
    const [listed] = (await deps.store.library.list({ words: [], mainId, offset: 0, most: 1 })).videos;
    return listed && withTags(html, listed, originOf(deps.clients.find(c)));
  };
}

function mainIn(url: URL): string | undefined {
  const mainId = url.searchParams.get("main") ?? "";
  return url.pathname.replace(/(.)\/$/, "$1") === WATCH_PATH && MAIN_ID.test(mainId) ? mainId : undefined;
}

function withTags(html: string, video: ListedVideo, origin: string): string {
  const { title, mainId, state } = video;
  const about = shortened(video.description || video.copyright || title);
  const { posterUrl } = videoToJson(video);
  const url = watchAddress(origin, mainId);
  const image = posterUrl === null ? undefined : origin + posterUrl;
  const property = (name: string, content: string) => `<meta${attributes({ property: name, content })} />`;
  const named = (name: string, content: string) => `<meta${attributes({ name, content })} />`;
  const oembed = `${origin}${OEMBED_PATH}?url=${encodeURIComponent(url)}&format=json`;
  const tags = [
    `<title>${escapeHtml(title)} – Cmix</title>`,
    named("description", about),
    property("og:site_name", "Cmix"),
    property("og:type", "video.other"),
    property("og:title", title),
    property("og:description", about),
    property("og:url", url),
    ...(image === undefined ? [] : [property("og:image", image), named("twitter:image", image)]),
    named("twitter:card", image === undefined ? "summary" : "summary_large_image"),
    named("twitter:title", title),
    named("twitter:description", about),
    ...(state === "unlisted" ? [named("robots", "noindex")] : []),
    `<link${attributes({ rel: "canonical", href: url })} />`,
    `<link${attributes({ rel: "alternate", type: "application/json+oembed", href: oembed, title })} />`,
  ];
  const others = html.replace(/<title>[^<]*<\/title>/, "").replace(/<meta\s+name="description"[^>]*>/, "");
  return others.replace("</head>", () => `${tags.join("\n    ")}\n  </head>`);
}

/** On one line. */
function shortened(text: string): string {
  const letters = [...text.replace(/[\s\p{Cc}]+/gu, " ").trim()];
  return letters.length > DESCRIPTION_MOST ? `${letters.slice(0, DESCRIPTION_MOST - 1).join("")}…` : letters.join("");
}
