import type { MiddlewareHandler } from "hono";
import { Refusal } from "../refusal.ts";
import { hashToken } from "../security/session-token.ts";
import type { AttributeStore, Certifier } from "./store.ts";

declare module "hono" {
  interface ContextVariableMap {
    certifier: Certifier;
    certifiers: Pick<AttributeStore, "certifierByToken">;
  }
}

/** Holds a route to programs that certify, by the header `Authorization: Bearer TOKEN`, and says so in /openapi.json. */
export const byCertifier = {
  security: [{ certifier: [] }] as Record<string, string[]>[],
  middleware: (async (c, next) => {
    const [, token] = /^Bearer ([\w-]{1,100})$/.exec(c.req.header("Authorization") ?? "") ?? [];
    const certifier = token === undefined ? undefined : await c.get("certifiers").certifierByToken(hashToken(token));
    if (certifier === undefined)
      throw new Refusal("signed_out", "the header Authorization names no token that an administrator gave");
    c.set("certifier", certifier);
    await next();
  }) satisfies MiddlewareHandler,
};
