/** The routes of a play; routes.ts and units-listener.ts answer them. */

import { z } from "@hono/zod-openapi";
import { defineRoute } from "../http/route.ts";
import { bytes, idSchema, json, jsonBody, refusals } from "../http/schemas.ts";
import {
  attributesThatMatterSchema,
  conditionsRequestSchema,
  eventsSchema,
  mainHashesSchema,
  moveSchema,
  nextTicketHeader,
  outcomesSchema,
  placeSchema,
  playRequestSchema,
  playSchema,
  secretSchema,
  seekSchema,
  shownSurroundingsSchema,
  surroundingsRequestSchema,
  ticketHeader,
  ticketRequestSchema,
  ticketSchema,
  unitsQuery,
} from "./schemas.ts";

const params = z.object({ playId: idSchema });

/** Of a play, whose session has to ask: an account's, or a visitor's without one. */
const ofPlay = { security: [{ playSession: [] }] as Record<string, string[]>[] };
/** The same, with a ticket of the play besides, which is good once. */
const byTicket = { security: [{ playSession: [], ticket: [] }] as Record<string, string[]>[] };

export const openRoute = defineRoute({
  method: "post",
  path: "/api/plays",
  summary: "Ask to play videos; the server chooses the CMs before, between and after them",
  request: { body: jsonBody(playRequestSchema) },
  responses: { 201: json(playSchema, "The play is open"), ...refusals(400, 403, 404, 410, 413, 415, 429, 503) },
});

export const conditionsRoute = defineRoute({
  method: "post",
  path: "/api/plays/conditions",
  summary: "Which of the viewer's attributes would matter for a play; send no others",
  request: { body: jsonBody(conditionsRequestSchema) },
  responses: {
    200: json(attributesThatMatterSchema, "Their names"),
    ...refusals(400, 404, 410, 413, 415),
  },
});

export const mainHashesRoute = defineRoute({
  method: "get",
  path: "/api/mains/{mainId}/hashes",
  summary: "What header and segments of a main hash to, by its slave: a main that says otherwise was changed",
  request: { params: z.object({ mainId: idSchema }) },
  responses: { 200: json(mainHashesSchema, "The hashes, or null"), ...refusals(400) },
});

export const placeRoute = defineRoute({
  ...ofPlay,
  method: "get",
  path: "/api/plays/{playId}",
  summary: "Where the play stands",
  request: { params },
  responses: { 200: json(placeSchema, "The place"), ...refusals(400, 403, 404) },
});

export const moveRoute = defineRoute({
  ...ofPlay,
  method: "post",
  path: "/api/plays/{playId}/moves",
  summary: "Go along the sequence of CMs and videos",
  request: {
    params,
    body: jsonBody(moveSchema),
  },
  responses: {
    200: json(placeSchema, "Where the play stands now"),
    ...refusals(400, 403, 404, 409, 410, 413, 415, 416),
  },
});

const CM_TYPE = "video/mp4, video/webm, image/jpeg, image/png or image/bmp";

export const cmRoute = defineRoute({
  ...ofPlay,
  method: "get",
  path: "/api/plays/{playId}/cm",
  summary: "The bytes of the CM at the place; the first call starts its time on the server, of an image its last byte",
  request: { params },
  responses: {
    200: { ...bytes(`The CM, ${CM_TYPE}`), headers: nextTicketHeader },
    206: { ...bytes("A range of it"), headers: nextTicketHeader },
    ...refusals(400, 403, 404, 409, 410, 416, 503),
  },
});

export const unitsRoute = defineRoute({
  ...byTicket,
  method: "get",
  path: "/api/plays/{playId}/units",
  summary: "Slave units from the ticket's place on, encrypted for this play; API.md has their bytes",
  request: {
    params,
    headers: ticketHeader.partial(),
    query: unitsQuery,
  },
  responses: {
    200: { ...bytes("Whole units, one behind another"), headers: nextTicketHeader },
    ...refusals(400, 403, 404, 409, 410, 425),
  },
});

const ticketAnswer = json(ticketSchema, "A ticket that begins there");

export const ticketRoute = defineRoute({
  ...ofPlay,
  method: "post",
  path: "/api/plays/{playId}/tickets",
  summary: "A new ticket at a place that needs no seek; the ones before it stay good until one of them is used",
  request: {
    params,
    body: jsonBody(ticketRequestSchema),
  },
  responses: { 200: ticketAnswer, ...refusals(400, 403, 404, 409, 410, 413, 415, 416) },
});

export const seekRoute = defineRoute({
  ...ofPlay,
  method: "post",
  path: "/api/plays/{playId}/seek",
  summary: "Move within the video",
  request: { params, body: jsonBody(seekSchema) },
  responses: { 200: ticketAnswer, ...refusals(400, 403, 404, 409, 410, 413, 415, 416, 429) },
});

export const secretRoute = defineRoute({
  ...byTicket,
  method: "post",
  path: "/api/plays/{playId}/secret",
  summary:
    "The secret of the video behind the CM, once all of it was sent and its time has passed; the ticket comes with the CM",
  request: { params, headers: ticketHeader.partial() },
  responses: {
    200: json(secretSchema, "64 hexadecimal digits"),
    ...refusals(400, 403, 404, 409, 410, 413, 425),
  },
});

export const eventsRoute = defineRoute({
  ...ofPlay,
  method: "post",
  path: "/api/plays/{playId}/events",
  summary: "Tell what was shown; each event counts once, and none before its time on the server's clock",
  request: {
    params,
    body: jsonBody(eventsSchema),
  },
  responses: {
    200: json(outcomesSchema, "What became of each"),
    ...refusals(400, 403, 404, 413, 415),
  },
});

export const surroundingsRoute = defineRoute({
  ...ofPlay,
  method: "post",
  path: "/api/plays/{playId}/surroundings",
  summary: "What stands around a video of the play for this viewer",
  request: {
    params,
    body: jsonBody(surroundingsRequestSchema),
  },
  responses: {
    200: json(shownSurroundingsSchema, "At most two of a kind"),
    ...refusals(400, 403, 404, 413, 415, 416),
  },
});
