/** Schemas and JSON of the library's videos. */
import { z } from "@hono/zod-openapi";
import type { ListedVideo } from "../store/library.ts";
import { idSchema } from "./schemas.ts";

export const videoSchema = z
  .object({
    mainId: idSchema,
    slaveId: idSchema,
    title: z.string(),
    copyright: z.string(),
    genre: z.string(),
    description: z.string(),
    ageLimit: z.int(),
    durationSeconds: z.number(),
    slaveBytes: z.number(),
    createdAt: z.iso.datetime(),
    mainUrl: z
      .string()
      .nullable()
      .openapi({ description: "Where the main can be had: here or on its provider's server; null where neither" }),
    mainBytes: z.number().nullable(),
    mainSha256: z.string().nullable(),
    mainPiecesSha256: z
      .string()
      .nullable()
      .openapi({ description: "SHA-256 of the SHA-256 hashes of its pieces of 4 MiB; null while it is not known" }),
    playsInBrowser: z.boolean().openapi({ description: "Whether the web player can read the main where it lies" }),
    posterUrl: z.string().nullable(),
    teaserUrl: z.string().nullable(),
  })
  .openapi("Video");

export const ownVideoSchema = videoSchema
  .extend({
    downloads: z.number(),
    deliveries: z.number(),
    withdrawnAt: z.iso.datetime().nullable(),
  })
  .openapi("OwnVideo");

export const pageOf = <T extends z.ZodType>(video: T) =>
  z.object({
    videos: z.array(video),
    total: z.number(),
    page: z.number(),
    pages: z.number(),
    genres: z.array(z.object({ genre: z.string(), videos: z.number() })),
  });

export function videoToJson({ main, extras, ...video }: ListedVideo): z.infer<typeof videoSchema> {
  const [mainUrl, videoUrl] = [`/api/mains/${video.mainId}`, `/api/videos/${video.mainId}`];
  const extraUrl = (kind: "poster" | "teaser") => {
    const extra = extras[kind];
    return extra === undefined ? null : `${videoUrl}/${kind}?v=${extra.sha256.slice(0, 16)}`;
  };
  return {
    mainId: video.mainId,
    slaveId: video.slaveId,
    title: video.title,
    copyright: video.copyright,
    genre: video.genre,
    description: video.description,
    ageLimit: video.ageLimit,
    durationSeconds: video.durationSeconds,
    slaveBytes: video.slaveBytes,
    createdAt: new Date(video.createdAt).toISOString(),
    mainUrl: main === undefined ? null : mainUrl,
    mainBytes: main?.bytes ?? null,
    mainSha256: main?.sha256 ?? null,
    mainPiecesSha256: main?.piecesSha256 ?? null,
    playsInBrowser: main?.playsInBrowser ?? false,
    posterUrl: extraUrl("poster") ?? (main?.hasPoster === true && main.url === null ? `${mainUrl}/poster` : null),
    teaserUrl: extraUrl("teaser"),
  };
}

export function ownVideoToJson(video: ListedVideo): z.infer<typeof ownVideoSchema> {
  const { downloads, deliveries, withdrawnAt } = video;
  return {
    ...videoToJson(video),
    downloads,
    deliveries,
    withdrawnAt: withdrawnAt === null ? null : new Date(withdrawnAt).toISOString(),
  };
}
