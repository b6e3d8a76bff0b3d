/** How every route is defined: as OpenAPI describes it, and with the most that its body may hold. */
import { createRoute, type RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { tooLarge } from "../refusal.ts";
import { readSmallBody } from "./small-body.ts";

/** JSON, and bodies that nobody looks at. */
export const SMALL_BODY_BYTES = 64 << 10;

type Definition<P extends string> = Omit<RouteConfig, "path"> & {
  path: P;
  /** For a body that is streamed: one announced longer is refused, and whoever takes the bytes counts them. Unless told otherwise a body is small. */
  streamedBytes?: number;
};

/** A route for `app.openapi`. A body over its limit is refused before anything else of the route. */
export function defineRoute<P extends string, R extends Definition<P>>(
  definition: R,
): ReturnType<typeof createRoute<P, R>> {
  const { streamedBytes, ...config }: Definition<P> = definition;
  const limit = streamedBytes === undefined ? smallBody : announcedBody(streamedBytes);
  const others = [config.middleware ?? []].flat();
  const middleware = config.method === "get" ? others : [limit, ...others];
  return createRoute({ ...config, middleware }) as ReturnType<typeof createRoute<P, R>>;
}

// A GET has no body, and to look for one would cost as much as a short answer.
const smallBody: MiddlewareHandler = async (c, next) => {
  await readSmallBody(c, SMALL_BODY_BYTES);
  await next();
};

const announcedBody =
  (maxBytes: number): MiddlewareHandler =>
  async (c, next) => {
    if (Number(c.req.header("Content-Length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
    await next();
  };
