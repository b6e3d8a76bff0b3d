import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { toHex } from "../../codec/format/bytes.ts";
import { ensureSession } from "../accounts/identity.ts";
import type { Deps } from "../deps.ts";
import { PlayService } from "../play/play-service.ts";
import type { Cm } from "../store/cms.ts";
import { bytes, idSchema, json, refusals, wholeNumber } from "./schemas.ts";
import { sendFile } from "./send-file.ts";

const PRIVATE = "private, no-store";

const word = z.string().min(1).max(60);
const words = z.array(word).max(50);
const params = z.object({ playId: idSchema });

const playRequest = z
  .object({
    mainId: idSchema,
    attributes: z
      .object({ age: z.int().min(0).max(150), gender: word, languages: words, kinds: words, genres: words })
      .partial()
      .optional()
      .openapi({ description: "Used to choose the CM, and not stored" }),
  })
  .openapi("PlayRequest");

const cmSchema = z
  .object({
    id: idSchema,
    title: z.string(),
    sponsor: z.string(),
    link: z.string(),
    type: z.literal("video/mp4"),
    durationSeconds: z.number(),
    bytes: z.number(),
    sha256: z.string(),
    url: z.string(),
  })
  .openapi("Cm");

const playSchema = z
  .object({ playId: idSchema, slaveId: idSchema, segments: z.number(), durationSeconds: z.number(), cm: cmSchema })
  .openapi("Play");

const openRoute = createRoute({
  method: "post",
  path: "/api/plays",
  summary: "Ask to play a video; the server chooses the CM before it",
  request: { body: { required: true, content: { "application/json": { schema: playRequest } } } },
  responses: { 201: json(playSchema, "The play is open"), ...refusals(400, 404, 413, 415, 503) },
});

const cmRoute = createRoute({
  method: "get",
  path: "/api/plays/{playId}/cm",
  summary: "The CM's bytes; the first call starts the CM's time on the server",
  request: { params },
  responses: {
    200: bytes("The CM", "video/mp4"),
    206: bytes("A range of it", "video/mp4"),
    ...refusals(400, 404, 416),
  },
});

const unitsRoute = createRoute({
  method: "get",
  path: "/api/plays/{playId}/units",
  summary: "Slave units, encrypted for this play; API.md has their bytes",
  request: {
    params,
    query: z.object({
      from: z
        .string()
        .regex(/^(start|\d{1,7})$/, "a segment's number, or start")
        .openapi({ example: "start" }),
      most: z
        .string()
        .regex(/^[1-9]\d{0,6}$/, "a number from 1")
        .optional()
        .openapi({ description: "Units wanted; fewer may come" }),
    }),
  },
  responses: { 200: bytes("Whole units, one behind another"), ...refusals(400, 404, 409, 416, 425) },
});

const seekRoute = createRoute({
  method: "post",
  path: "/api/plays/{playId}/seek",
  summary: "Move the play to another segment",
  request: {
    params,
    body: {
      required: true,
      content: { "application/json": { schema: z.object({ segment: wholeNumber }).openapi("Seek") } },
    },
  },
  responses: {
    200: json(z.object({ segment: wholeNumber }).openapi("Position"), "Moved"),
    ...refusals(400, 404, 413, 415, 416, 429),
  },
});

const secretRoute = createRoute({
  method: "post",
  path: "/api/plays/{playId}/secret",
  summary: "The play's secret, once the CM's time has passed",
  request: { params },
  responses: {
    200: json(z.object({ secret: z.string() }).openapi("Secret"), "64 hexadecimal digits"),
    ...refusals(400, 404, 413, 425),
  },
});

export function registerPlays(app: OpenAPIHono, deps: Deps): void {
  const plays = new PlayService(deps);

  app.openapi(openRoute, async (c) => {
    await ensureSession(c);
    const { mainId, attributes } = c.req.valid("json");
    const { playId, video, cm } = await plays.open(mainId, attributes ?? {});
    return c.json(
      {
        playId,
        slaveId: video.slaveId,
        segments: video.segments,
        durationSeconds: video.durationSeconds,
        cm: cmToJson(cm, playId),
      },
      201,
    );
  });

  app.openapi(cmRoute, async (c) => {
    const { playId } = c.req.valid("param");
    const cm = await plays.cmOf(playId);
    const answer = sendFile(c, await deps.blobs.source("cms", cm.id), {
      type: "video/mp4",
      tag: cm.sha256,
      cache: PRIVATE,
    });
    // HEAD and "not modified" send nothing that could be watched.
    if (c.req.method === "GET" && answer.ok) await plays.startCm(playId);
    return answer;
  });

  app.openapi(unitsRoute, async (c) => {
    const { from, most } = c.req.valid("query");
    const request = {
      from: from === "start" ? from : Number(from),
      most: most === undefined ? undefined : Number(most),
    } as const;
    const { bytes, stream } = await plays.units(c.req.valid("param").playId, request);
    c.header("Content-Type", "application/octet-stream");
    c.header("Content-Length", String(bytes));
    c.header("Cache-Control", PRIVATE);
    return c.body(stream, 200);
  });

  app.openapi(seekRoute, async (c) => {
    const { segment } = c.req.valid("json");
    await plays.seek(c.req.valid("param").playId, segment);
    return c.json({ segment }, 200);
  });

  app.openapi(secretRoute, async (c) => {
    const secret = await plays.secret(c.req.valid("param").playId);
    c.header("Cache-Control", PRIVATE);
    return c.json({ secret: toHex(secret) }, 200);
  });
}

function cmToJson(cm: Cm, playId: string): z.infer<typeof cmSchema> {
  const { id, title, sponsor, link, bytes, sha256 } = cm;
  return {
    id,
    title,
    sponsor,
    link,
    type: "video/mp4",
    durationSeconds: cm.durationMilliseconds / 1000,
    bytes,
    sha256,
    url: `/api/plays/${playId}/cm`,
  };
}
