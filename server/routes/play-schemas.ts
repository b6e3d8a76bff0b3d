/** The routes of a play; routes/plays.ts answers them. */
import { createRoute, z } from "@hono/zod-openapi";
import { CM_EVENTS } from "../play/events.ts";
import { CM_TYPES } from "../store/cms.ts";
import { bytes, idSchema, json, jsonBody, refusals, wholeNumber } from "./schemas.ts";

/** More would make choosing CMs and the play's state long. */
const VIDEOS_MOST = 50;
const EVENTS_MOST = 50;

const word = z.string().min(1).max(60);
const words = z.array(word).max(50);
const params = z.object({ playId: idSchema });
const ticketHeader = z.object({
  "cmix-ticket": z.string().max(200).openapi({ description: "The ticket that is to be used up" }),
});
const nextTicket = z.object({ "Cmix-Ticket": z.string().openapi({ description: "The next ticket" }) });

const mainIds = z.array(idSchema).min(1).max(VIDEOS_MOST).openapi({ description: "The videos, in their order" });

export const attributesSchema = z
  .object({ age: z.int().min(0).max(150), gender: word, languages: words, kinds: words, genres: words })
  .partial();

const playRequest = z
  .object({
    mainIds,
    attributes: attributesSchema.optional().openapi({ description: "Used to choose the CMs, and not stored" }),
  })
  .openapi("PlayRequest");

export const cmSchema = z
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

const videoSchema = z.object({
  mainId: idSchema,
  slaveId: idSchema,
  segments: z.number(),
  durationSeconds: z.number(),
});

const playSchema = z
  .object({
    playId: idSchema,
    videos: z.array(videoSchema),
    owed: z.boolean().openapi({ description: "The first CM is one that the viewer missed last time" }),
    place: placeSchema,
  })
  .openapi("Play");

export const openRoute = createRoute({
  method: "post",
  path: "/api/plays",
  summary: "Ask to play videos; the server chooses the CMs before, between and after them",
  request: { body: jsonBody(playRequest) },
  responses: { 201: json(playSchema, "The play is open"), ...refusals(400, 403, 404, 413, 415, 503) },
});

export const conditionsRoute = createRoute({
  method: "post",
  path: "/api/plays/conditions",
  summary: "Which of the viewer's attributes would matter for a play; send no others",
  request: { body: jsonBody(z.object({ mainIds }).openapi("ConditionsRequest")) },
  responses: {
    200: json(
      z
        .object({ attributes: z.array(z.enum(["age", "gender", "languages", "kinds", "genres"])) })
        .openapi("AttributesThatMatter"),
      "Their names",
    ),
    ...refusals(400, 404, 413, 415),
  },
});

export const placeRoute = createRoute({
  method: "get",
  path: "/api/plays/{playId}",
  summary: "Where the play stands",
  request: { params },
  responses: { 200: json(placeSchema, "The place"), ...refusals(400, 403, 404) },
});

export const moveRoute = createRoute({
  method: "post",
  path: "/api/plays/{playId}/moves",
  summary: "Go along the sequence of CMs and videos",
  request: {
    params,
    body: jsonBody(
      z
        .discriminatedUnion("kind", [
          z.object({ kind: z.enum(["next", "back", "stop", "close"]) }),
          z.object({ kind: z.literal("video"), number: wholeNumber }),
        ])
        .openapi("Move"),
    ),
  },
  responses: {
    200: json(placeSchema, "Where the play stands now"),
    ...refusals(400, 403, 404, 409, 410, 413, 415, 416),
  },
});

const CM_TYPE = "video/mp4, video/webm, image/jpeg, image/png or image/bmp";

export const cmRoute = createRoute({
  method: "get",
  path: "/api/plays/{playId}/cm",
  summary: "The bytes of the CM at the place; the first call starts its time on the server",
  request: { params },
  responses: {
    200: { ...bytes(`The CM, ${CM_TYPE}`), headers: nextTicket },
    206: { ...bytes("A range of it"), headers: nextTicket },
    ...refusals(400, 403, 404, 410, 416),
  },
});

export const unitsRoute = createRoute({
  method: "get",
  path: "/api/plays/{playId}/units",
  summary: "Slave units from the ticket's place on, encrypted for this play; API.md has their bytes",
  request: {
    params,
    headers: ticketHeader.partial(),
    query: z.object({
      most: z
        .string()
        .regex(/^[1-9]\d{0,6}$/, "a number from 1")
        .optional()
        .openapi({ description: "Units wanted; fewer may come" }),
    }),
  },
  responses: {
    200: { ...bytes("Whole units, one behind another"), headers: nextTicket },
    ...refusals(400, 403, 404, 409, 410, 425),
  },
});

const ticketAnswer = json(z.object({ ticket }).openapi("Ticket"), "A ticket that begins there");

export const ticketRoute = createRoute({
  method: "post",
  path: "/api/plays/{playId}/tickets",
  summary: "A new ticket at a place that needs no seek; the ones before it stay good until one of them is used",
  request: {
    params,
    body: jsonBody(z.object({ segment: z.union([wholeNumber, z.literal("start")]) }).openapi("TicketRequest")),
  },
  responses: { 200: ticketAnswer, ...refusals(400, 403, 404, 409, 410, 413, 415, 416) },
});

export const seekRoute = createRoute({
  method: "post",
  path: "/api/plays/{playId}/seek",
  summary: "Move within the video",
  request: { params, body: jsonBody(z.object({ segment: wholeNumber }).openapi("Seek")) },
  responses: { 200: ticketAnswer, ...refusals(400, 403, 404, 409, 410, 413, 415, 416, 429) },
});

export const secretRoute = createRoute({
  method: "post",
  path: "/api/plays/{playId}/secret",
  summary: "The secret of the video behind the CM, once the CM's time has passed; the ticket comes with the CM",
  request: { params, headers: ticketHeader.partial() },
  responses: {
    200: json(z.object({ secret: z.string() }).openapi("Secret"), "64 hexadecimal digits"),
    ...refusals(400, 403, 404, 409, 410, 413, 425),
  },
});

const eventKinds = [...(Object.keys(CM_EVENTS) as (keyof typeof CM_EVENTS)[]), "seconds"] as const;

export const eventsRoute = createRoute({
  method: "post",
  path: "/api/plays/{playId}/events",
  summary: "Tell what was shown; each event counts once, and none before its time on the server's clock",
  request: {
    params,
    body: jsonBody(
      z
        .object({
          events: z
            .array(
              z.object({
                id: z.string().regex(/^[\w-]{1,64}$/),
                kind: z.enum(eventKinds),
                number: z
                  .int()
                  .min(1)
                  .max(VIDEOS_MOST + 1),
                seconds: z.number().min(0).max(1e7).optional(),
              }),
            )
            .max(EVENTS_MOST),
        })
        .openapi("PlayEvents"),
    ),
  },
  responses: {
    200: json(
      z
        .object({
          events: z.array(z.object({ id: z.string(), outcome: z.enum(["counted", "known", "early", "unknown"]) })),
        })
        .openapi("EventOutcomes"),
      "What became of each",
    ),
    ...refusals(400, 403, 404, 413, 415),
  },
});
