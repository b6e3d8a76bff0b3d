import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Deps } from "../deps.ts";
import type { ListedVideo } from "../store/videos.ts";
import { idSchema, json, refusals } from "./schemas.ts";

const videoSchema = z
  .object({
    mainId: idSchema,
    slaveId: idSchema,
    title: z.string(),
    copyright: z.string(),
    genre: z.string(),
    durationSeconds: z.number(),
    slaveBytes: z.number(),
    createdAt: z.iso.datetime(),
    mainUrl: z.string().nullable().openapi({ description: "Null where the main is not hosted here" }),
    mainBytes: z.number().nullable(),
    posterUrl: z.string().nullable(),
  })
  .openapi("Video");

const listRoute = createRoute({
  method: "get",
  path: "/api/videos",
  summary: "The library, newest first",
  request: {
    query: z.object({
      q: z.string().max(200).optional().openapi({ description: "Words that must be in title, copyright or genre" }),
    }),
  },
  responses: { 200: json(z.object({ videos: z.array(videoSchema) }), "At most 500 videos"), ...refusals(400) },
});

export function registerVideos(app: OpenAPIHono, { store }: Deps): void {
  app.openapi(listRoute, async (c) => {
    const words = (c.req.valid("query").q ?? "").split(/\s+/).filter((word) => word !== "");
    const videos = await store.videos.list(words.slice(0, 10));
    return c.json({ videos: videos.map(toJson) }, 200);
  });
}

function toJson({ main, ...video }: ListedVideo): z.infer<typeof videoSchema> {
  const mainUrl = `/api/mains/${video.mainId}`;
  return {
    mainId: video.mainId,
    slaveId: video.slaveId,
    title: video.title,
    copyright: main?.copyright ?? "",
    genre: main?.genre ?? "",
    durationSeconds: video.durationSeconds,
    slaveBytes: video.slaveBytes,
    createdAt: new Date(video.createdAt).toISOString(),
    mainUrl: main === undefined ? null : mainUrl,
    mainBytes: main?.bytes ?? null,
    posterUrl: main?.hasPoster === true ? `${mainUrl}/poster` : null,
  };
}
