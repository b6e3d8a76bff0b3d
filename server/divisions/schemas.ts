/** Jobs of dividing over HTTP. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { idSchema } from "../http/schemas.ts";
import { SOUNDS, TREATMENTS } from "../reservations/kinds.ts";
import { choiceSchema } from "../reservations/schemas.ts";
import { JOB_ERRORS, JOB_METHODS, JOB_STAGES, JOB_STATES, REQUEUE_REASONS } from "./kinds.ts";

/** The body of a job is small (http/route.ts). */
export const JOB_PARTS_MOST = 200;
/** A week: more than any video. */
const SECONDS_MOST = 7 * 24 * 3600;

export const jobParams = z.object({ jobId: idSchema });

const thousandths = z.int().min(0).max(1000);
const areaSchema = z
  .object({ x: thousandths, y: thousandths, width: thousandths.min(1), height: thousandths.min(1) })
  .refine(({ x, y, width, height }) => x + width <= 1000 && y + height <= 1000, "an area inside the picture expected");

export const jobPartSchema = z
  .object({
    startSeconds: z.number().min(0).max(SECONDS_MOST),
    endSeconds: z.number().min(0).max(SECONDS_MOST),
    areas: z.array(areaSchema).max(16).openapi({ description: "In thousandths of the picture; none: the sound alone" }),
    treatment: z.enum(TREATMENTS),
    sound: z.enum(SOUNDS),
    viewers: choiceSchema.shape.viewers,
  })
  .refine(({ startSeconds, endSeconds }) => Math.round(endSeconds * 1e6) > Math.round(startSeconds * 1e6), {
    path: ["endSeconds"],
    message: "a time behind startSeconds expected",
  })
  .refine(({ areas, sound }) => areas.length > 0 || sound !== "keep", {
    path: ["areas"],
    message: "an area, or a sound that is changed, expected",
  })
  .openapi("JobPart");
export type JobPart = z.infer<typeof jobPartSchema>;

const fields = {
  title: z.string().trim().min(1).max(200),
  copyright: z.string().trim().max(200),
  genre: z.string().trim().max(60),
  ageLimit: z.int().min(0).max(120),
  protection: z.enum(["sealed", "patent"]),
  method: z.enum(JOB_METHODS).openapi({ description: "`auto`: kept as it is, or compressed where parts are hidden" }),
  marks: z.enum(["auto", "none"]),
  unsignedMarks: z.boolean().openapi({ description: "Marks count that nobody signed" }),
  treatment: z.enum(TREATMENTS).nullable().openapi({ description: "Of all parts; null: as each says" }),
  reverse: z.boolean().openapi({ description: "What parts and marks name is seen, all else is hidden" }),
  withoutOriginal: z.boolean().openapi({ description: "Nothing is kept of parts but what everybody sees" }),
  parts: z.array(jobPartSchema).max(JOB_PARTS_MOST),
  thumbnails: z.boolean().openapi({ description: "Poster and teaser, where the pictures can be decoded" }),
  state: z.enum(["draft", "unlisted", "public"]).openapi({ description: "Of the video" }),
};

export const newJobSchema = z
  .object({
    ...fields,
    copyright: fields.copyright.default(""),
    genre: fields.genre.default(""),
    ageLimit: fields.ageLimit.default(0),
    protection: fields.protection.default("sealed"),
    method: fields.method.default("auto"),
    marks: fields.marks.default("none"),
    unsignedMarks: fields.unsignedMarks.default(true),
    treatment: fields.treatment.default(null),
    reverse: fields.reverse.default(false),
    withoutOriginal: fields.withoutOriginal.default(false),
    parts: fields.parts.default([]),
    thumbnails: fields.thumbnails.default(true),
    state: fields.state.default("draft"),
    reservationId: idSchema
      .nullable()
      .default(null)
      .openapi({ description: "A reservation of mine, which says what is hidden" }),
    startsItself: z.boolean().default(true).openapi({ description: "As soon as its source is here" }),
  })
  .openapi("NewJob");
export type NewJob = z.input<typeof newJobSchema>;

export const jobChangeSchema = z.object(fields).partial().openapi("JobChange");
export type JobChange = z.input<typeof jobChangeSchema>;

export const jobSchema = z
  .object({
    ...fields,
    jobId: idSchema,
    ownerId: idSchema,
    reservationId: idSchema.nullable(),
    jobState: z.enum(JOB_STATES),
    sourceBytes: z.int().nullable().openapi({ description: "Null: it is not here" }),
    stage: z.enum(JOB_STAGES).nullable(),
    progress: z.number().openapi({ description: "0 to 1, of the stage" }),
    attempts: z.int(),
    requeuedBecause: z.enum(REQUEUE_REASONS).nullable(),
    error: z.object({ code: z.enum(JOB_ERRORS), message: z.string() }).nullable(),
    mainId: idSchema.nullable().openapi({ description: "The video that came of it" }),
    madeAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  })
  .openapi("Job");
export type Job = z.infer<typeof jobSchema>;

export const jobListSchema = z.object({ jobs: z.array(jobSchema) });
export type JobList = z.infer<typeof jobListSchema>;
