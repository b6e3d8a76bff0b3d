import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { accountOf, guarded } from "../accounts/identity.ts";
import { defineRoute } from "../http/route.ts";
import { bytes, idSchema, json, refusals } from "../http/schemas.ts";
import { allowLongUpload } from "../http/upload-body.ts";
import { Refusal } from "../refusal.ts";
import { unfinishedUploadsSchema } from "./schemas.ts";
import { UPLOADS_PATH, type Uploads } from "./uploads.ts";

const UPLOADERS = ["provider", "administrator"] as const;
const path = `${UPLOADS_PATH}/{uploadId}` as const;
const params = z.object({ uploadId: idSchema });

const uploadRoutes = (maxBytes: number) => ({
  create: defineRoute({
    path: UPLOADS_PATH,
    ...guarded("post", UPLOADERS),
    streamedBytes: maxBytes,
    summary: "Begin the upload of a slave or a main (tus 1.0.0, creation, creation-with-upload)",
    responses: {
      200: { description: "The same file was here already" },
      201: { description: "Location: where its bytes go; or, where they came along, the file is taken in" },
      ...refusals(400, 401, 403, 409, 413, 415, 422, 429, 507),
    },
  }),
  list: defineRoute({
    path: UPLOADS_PATH,
    ...guarded("get", UPLOADERS),
    summary: "One's own unfinished uploads, the oldest first",
    responses: { 200: json(unfinishedUploadsSchema, "They are"), ...refusals(401, 403) },
  }),
  /** Asked with HEAD, which is found as GET is. */
  state: defineRoute({
    path,
    ...guarded("get", UPLOADERS),
    hide: true,
    summary: "How far one's own upload is (Upload-Offset)",
    request: { params },
    responses: { 200: { description: "Upload-Offset and Upload-Length" }, ...refusals(400, 401, 403, 404) },
  }),
  append: defineRoute({
    path,
    ...guarded("patch", UPLOADERS),
    streamedBytes: maxBytes,
    summary: "Send the bytes from Upload-Offset on; the last ones take the file in",
    request: { params, body: bytes("Bytes", "application/offset+octet-stream") },
    responses: {
      200: { description: "The same file was here already" },
      201: { description: "Taken in, after all of it was checked" },
      204: { description: "Kept" },
      ...refusals(400, 401, 403, 404, 409, 413, 415, 422, 507),
    },
  }),
  cancel: defineRoute({
    path,
    ...guarded("delete", UPLOADERS),
    summary: "Give one's own unfinished upload up",
    request: { params },
    responses: { 204: { description: "Gone" }, ...refusals(400, 401, 403, 404) },
  }),
});

/** @param maxBytes of the longest file that can be sent */
export function registerUploads(app: OpenAPIHono, uploads: Uploads, maxBytes: number): void {
  const { create, list, state, append, cancel } = uploadRoutes(maxBytes);
  app.openapi(create, (c) => {
    allowLongUpload(c);
    return uploads.handle(c.req.raw, c.get("identity"));
  });
  app.openapi(list, async (c) => {
    const unfinished = (await uploads.list(accountOf(c))).map(({ createdAt, removedAt, ...upload }) => ({
      ...upload,
      url: `${UPLOADS_PATH}/${upload.uploadId}`,
      createdAt: new Date(createdAt).toISOString(),
      removedAt: new Date(removedAt).toISOString(),
    }));
    return c.json({ uploads: unfinished }, 200);
  });
  const { hide: _, ...described } = state;
  app.openAPIRegistry.registerPath({ ...described, method: "head" });
  for (const route of [state, append, cancel]) {
    app.openapi(route, (c) => {
      if (c.req.method === "GET")
        throw new Refusal("not_found", "an upload is not read back: HEAD tells how far it is");
      allowLongUpload(c);
      return uploads.handle(c.req.raw, c.get("identity"), c.req.valid("param").uploadId);
    });
  }
}
