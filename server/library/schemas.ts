/** The library over HTTP: videos, mains, posters and teasers, providers' conditions. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { date, idSchema, words } from "../http/schemas.ts";
import { GIVEN_STATES, VIDEO_STATES } from "./states.ts";

const givenState = z.enum(GIVEN_STATES).openapi({
  description: "draft: for its owner and administrators; unlisted: for who has its address; public: in the library",
});

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
export type LibraryVideo = z.infer<typeof videoSchema>;

export const ownVideoSchema = videoSchema
  .extend({
    downloads: z.number(),
    deliveries: z.number(),
    state: z.enum(VIDEO_STATES),
    withdrawnAt: z.iso.datetime().nullable(),
  })
  .openapi("OwnVideo");
export type OwnVideo = z.infer<typeof ownVideoSchema>;

const pageOf = <T extends z.ZodType>(video: T) =>
  z.object({
    videos: z.array(video),
    total: z.number(),
    page: z.number(),
    pages: z.number(),
    genres: z.array(z.object({ genre: z.string(), videos: z.number() })),
  });

export const videoPageSchema = pageOf(videoSchema);
export type LibraryPage = z.infer<typeof videoPageSchema>;
export const ownVideoPageSchema = pageOf(ownVideoSchema);
export type OwnVideoPage = z.infer<typeof ownVideoPageSchema>;

export const PAGE_MOST = 100;

const number = (pattern: RegExp, words: string) => z.string().regex(pattern, words).transform(Number).optional();
export const libraryQuery = z.object({
  q: z.string().max(200).optional().openapi({ description: "Words that must be in what the library shows of a video" }),
  genre: z.string().max(200).optional(),
  age: number(/^\d{1,3}$/, "a number of years").openapi({ description: "Only videos for viewers of this age" }),
  page: number(/^[1-9]\d{0,5}$/, "a number from 1"),
  size: number(/^([1-9]\d?|100)$/, `a number from 1 to ${PAGE_MOST}`),
  mine: z.literal("1").optional().openapi({ description: "Only the signed-in provider's own, with their counts" }),
});

export type LibraryQuery = z.input<typeof libraryQuery>;

/** One line without control characters. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^\P{Cc}*$/u, "no control characters");

export const videoChangeSchema = z
  .object({
    title: line(200).min(1),
    copyright: line(200),
    genre: line(100),
    description: z.string().trim().max(5000),
    ageLimit: z.int().min(0).max(120),
    state: givenState,
  })
  .partial()
  .strict()
  .openapi("VideoChange");
export type VideoChange = z.input<typeof videoChangeSchema>;
export const videoShownSchema = videoChangeSchema
  .required()
  .extend({ state: z.enum(VIDEO_STATES) })
  .openapi("VideoShown");
export type VideoShown = z.infer<typeof videoShownSchema>;

export const downloadsSchema = z.object({
  downloads: z.array(z.object({ at: z.iso.datetime(), accountId: z.string().nullable() })),
});
export type Downloads = z.infer<typeof downloadsSchema>;

// ---- Links elsewhere (oembed.com) ----
const pixels = z
  .string()
  .regex(/^[1-9]\d{0,4}$/, "a number of pixels")
  .transform(Number)
  .optional();
export const oembedQuery = z.object({
  url: z.string().max(2000).openapi({ description: "Of a video's watch page here" }),
  format: z.literal("json").optional(),
  maxwidth: pixels,
  maxheight: pixels,
});
export const oembedSchema = z
  .object({
    type: z.literal("video"),
    version: z.literal("1.0"),
    title: z.string(),
    author_name: z.string().optional().openapi({ description: "The copyright, where there is one" }),
    provider_name: z.string(),
    provider_url: z.string(),
    html: z.string().openapi({ description: "An iframe; sites that the service lists may show it" }),
    width: z.int(),
    height: z.int(),
  })
  .openapi("Oembed");

// ---- Posters and teasers ----
export const extraSchema = z
  .object({ type: z.string(), bytes: z.number(), sha256: z.string(), url: z.string() })
  .openapi("Extra");
export type Extra = z.infer<typeof extraSchema>;

// ---- Mains on their providers' own servers ----
export const mainAddressSchema = z
  .object({
    url: z.string().max(2000),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 lowercase hexadecimal digits"),
    state: givenState.optional().openapi({ description: "Unless told, a draft's first main makes it public" }),
  })
  .openapi("MainAddress");
export type MainAddress = z.input<typeof mainAddressSchema>;

export const remoteMainSchema = z
  .object({ url: z.string(), bytes: z.number(), playsInBrowser: z.boolean() })
  .openapi("RemoteMain");
export type RemoteMain = z.infer<typeof remoteMainSchema>;

// ---- A provider's conditions on a video ----
const most = z.int().min(1).max(1e9).nullable();

export const conditionsSchema = z
  .object({
    plays: most.openapi({ description: "Plays in all; null: no limit" }),
    playsPerViewer: most.openapi({ description: "By account, or by session without one" }),
    from: date.openapi({ description: "Can be played from then on" }),
    until: date.openapi({ description: "Can be played until then" }),
    kindsAllowed: words.openapi({ description: "Kinds of CM; empty: all" }),
    kindsExcluded: words,
  })
  .openapi("VideoConditions");
export type VideoConditions = z.infer<typeof conditionsSchema>;

export const conditionsChangeSchema = conditionsSchema.partial().openapi("ConditionsChange");
export type VideoConditionsChange = z.input<typeof conditionsChangeSchema>;

const conditionEntrySchema = z
  .object({
    number: z.number(),
    at: z.iso.datetime(),
    mainId: idSchema,
    title: z.string(),
    conditions: conditionsSchema,
  })
  .openapi("ConditionEntry");
export type ConditionEntry = z.infer<typeof conditionEntrySchema>;
export const conditionLogSchema = z.object({ entries: z.array(conditionEntrySchema) });
export type ConditionLogPart = z.infer<typeof conditionLogSchema>;

// ---- What a finished upload is answered with ----
const takenSlaveSchema = z.object({
  slaveId: idSchema,
  mainId: idSchema,
  title: z.string(),
  durationSeconds: z.number(),
  segments: z.number(),
});
export type TakenSlave = z.infer<typeof takenSlaveSchema>;

const takenMainSchema = z.object({ mainId: idSchema, bytes: z.number(), url: z.string() });
export type TakenMain = z.infer<typeof takenMainSchema>;

export const unfinishedUploadsSchema = z
  .object({
    uploads: z.array(
      z.object({
        uploadId: idSchema,
        kind: z.enum(["slave", "main", "source"]),
        id: idSchema,
        bytes: z.int(),
        offsetBytes: z.int(),
        url: z.string(),
        createdAt: z.iso.datetime(),
        removedAt: z.iso.datetime(),
      }),
    ),
  })
  .openapi("UnfinishedUploads");
export type UnfinishedUploads = z.infer<typeof unfinishedUploadsSchema>;
