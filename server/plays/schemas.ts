/** Plays over HTTP. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { CM_TYPES } from "../cm/cm-types.ts";
import { idSchema, wholeNumber } from "../http/schemas.ts";
import { shownSurroundingSchema } from "../surroundings/schemas.ts";
import { CM_EVENTS, type CmEventKind } from "./event-kinds.ts";

/** More would make choosing CMs and the play's state long. */
const VIDEOS_MOST = 50;
const EVENTS_MOST = 50;

// ---- Opening a play ----
const word = z.string().min(1).max(60);
const words = z.array(word).max(50);
const mainIds = z.array(idSchema).min(1).max(VIDEOS_MOST).openapi({ description: "The videos, in their order" });

const attributesSchema = z
  .object({ age: z.int().min(0).max(150), gender: word, languages: words, kinds: words, genres: words })
  .partial();
/** What a viewer may tell for one play; all of it voluntary, none of it stored. */
export type ViewerAttributes = z.input<typeof attributesSchema>;

export const playRequestSchema = z
  .object({
    mainIds,
    attributes: attributesSchema.optional().openapi({ description: "Used to choose the CMs, and not stored" }),
  })
  .openapi("PlayRequest");
export type PlayRequest = z.input<typeof playRequestSchema>;

export const conditionsRequestSchema = z.object({ mainIds }).openapi("ConditionsRequest");
export type ConditionsRequest = z.input<typeof conditionsRequestSchema>;

export const attributesThatMatterSchema = z
  .object({ attributes: z.array(z.enum(["age", "gender", "languages", "kinds", "genres"])) })
  .openapi("AttributesThatMatter");
export type AttributesThatMatter = z.infer<typeof attributesThatMatterSchema>;

// ---- Where a play stands ----
const cmSchema = z
  .object({
    id: idSchema,
    title: z.string(),
    sponsor: z.string(),
    link: z.string(),
    type: z.enum(CM_TYPES),
    durationSeconds: z.number(),
    bytes: z.number(),
    sha256: z.string(),
    url: z.string(),
  })
  .openapi("Cm");
export type PlayCm = z.infer<typeof cmSchema>;

const ticket = z.string().openapi({ description: "For units; from their start on" });

export const placeSchema = z
  .union([
    z.object({
      kind: z.enum(["cm", "video"]),
      number: z.number().openapi({ description: "CM k stands before video k" }),
      cm: cmSchema.openapi({ description: "The CM here, or directly before the video" }),
      ticket: ticket.optional(),
    }),
    z.object({ kind: z.literal("over") }),
  ])
  .openapi("Place");
export type PlayPlace = z.infer<typeof placeSchema>;

/** Of the main that a slave was divided with, by the slave's own trailer: hexadecimal SHA-256. */
const mainHashes = {
  mainHeaderHash: z.string(),
  mainTagsHash: z.string(),
};

const videoSchema = z.object({
  mainId: idSchema,
  slaveId: idSchema,
  segments: z.number(),
  durationSeconds: z.number(),
  ...mainHashes,
});
export type PlayVideo = z.infer<typeof videoSchema>;

export const mainHashesSchema = z
  .object(mainHashes)
  .nullable()
  .openapi("MainHashes", { description: "null where the service has no slave of this main" });
export type MainHashes = z.infer<typeof mainHashesSchema>;

export const playSchema = z
  .object({
    playId: idSchema,
    videos: z.array(videoSchema),
    owed: z.boolean().openapi({ description: "The first CM is one that the viewer missed last time" }),
    place: placeSchema,
  })
  .openapi("Play");
export type Play = z.infer<typeof playSchema>;

export const moveSchema = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.enum(["next", "back", "stop", "close"]) }),
    z.object({ kind: z.literal("video"), number: wholeNumber }),
  ])
  .openapi("Move");
export type PlayMove = z.input<typeof moveSchema>;

// ---- Tickets, units and the secret ----
export const ticketHeader = z.object({
  "cmix-ticket": z.string().max(200).openapi({ description: "The ticket that is to be used up" }),
});
export const nextTicketHeader = z.object({ "Cmix-Ticket": z.string().openapi({ description: "The next ticket" }) });

export const unitsQuery = z.object({
  most: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, "a number from 1")
    .optional()
    .openapi({ description: "Units wanted; fewer may come" }),
});
export type UnitsQuery = z.input<typeof unitsQuery>;

export const ticketSchema = z.object({ ticket }).openapi("Ticket");
export type Ticket = z.infer<typeof ticketSchema>;

export const ticketRequestSchema = z
  .object({ segment: z.union([wholeNumber, z.literal("start")]) })
  .openapi("TicketRequest");
export type TicketRequest = z.input<typeof ticketRequestSchema>;

export const seekSchema = z.object({ segment: wholeNumber }).openapi("Seek");
export type Seek = z.input<typeof seekSchema>;

export const secretSchema = z.object({ secret: z.string() }).openapi("Secret");
export type Secret = z.infer<typeof secretSchema>;

// ---- Events ----
const eventKinds = [...(Object.keys(CM_EVENTS) as CmEventKind[]), "seconds"] as const;
const eventSchema = z.object({
  id: z.string().regex(/^[\w-]{1,64}$/),
  kind: z.enum(eventKinds),
  number: z
    .int()
    .min(1)
    .max(VIDEOS_MOST + 1),
  seconds: z.number().min(0).max(1e7).optional(),
});
export type PlayEvent = z.input<typeof eventSchema>;

export const eventsSchema = z.object({ events: z.array(eventSchema).max(EVENTS_MOST) }).openapi("PlayEvents");
export type PlayEvents = z.input<typeof eventsSchema>;

const outcomeSchema = z.object({ id: z.string(), outcome: z.enum(["counted", "known", "early", "unknown"]) });
export type EventOutcome = z.infer<typeof outcomeSchema>;

export const outcomesSchema = z.object({ events: z.array(outcomeSchema) }).openapi("EventOutcomes");
export type EventOutcomes = z.infer<typeof outcomesSchema>;

// ---- What stands around a video of the play ----
export const surroundingsRequestSchema = z
  .object({
    number: z.int().min(1).max(1000).openapi({ description: "Of the video in the play" }),
    attributes: attributesSchema.optional(),
  })
  .openapi("SurroundingsRequest");
export type SurroundingsRequest = z.input<typeof surroundingsRequestSchema>;

export const shownSurroundingsSchema = z
  .object({ surroundings: z.array(shownSurroundingSchema) })
  .openapi("ShownSurroundings");
export type ShownSurroundings = z.infer<typeof shownSurroundingsSchema>;
