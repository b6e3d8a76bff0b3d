import type { Context, MiddlewareHandler } from "hono";
import { Refusal } from "../refusal.ts";

const SAFE = ["GET", "HEAD", "OPTIONS"];

/**
 * Refuses changes that another site's page asks for. Browsers say where a request comes from (Fetch Metadata, or Origin from
 * older ones); programs say neither and bring no one's cookies.
 */
export const sameOrigin: MiddlewareHandler = async (c, next) => {
  if (!SAFE.includes(c.req.method) && isForeign(c))
    throw new Refusal("forbidden", "this request comes from another site's page: use the service's own");
  await next();
};

function isForeign(c: Context): boolean {
  const site = c.req.header("Sec-Fetch-Site");
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const origin = c.req.header("Origin");
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== c.get("client").host;
}
