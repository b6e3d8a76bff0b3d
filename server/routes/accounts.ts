import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { ALL_ROLES } from "../accounts/roles.ts";
import { csrfOf } from "../accounts/session-token.ts";
import { json } from "./schemas.ts";

const sessionSchema = z
  .object({
    accountId: z.string().nullable().openapi({ description: "Null for a visitor without an account" }),
    role: z.enum(ALL_ROLES).openapi({ description: "guest without an account, and without a session" }),
    csrf: z.string().nullable().openapi({ description: "For the header X-Cmix-CSRF; null without a session" }),
  })
  .openapi("Session");

const sessionRoute = createRoute({
  method: "get",
  path: "/api/session",
  summary: "Who am I",
  responses: { 200: json(sessionSchema, "Never refused") },
});

export function registerAccounts(app: OpenAPIHono): void {
  app.openapi(sessionRoute, (c) => {
    const [identity, token] = [c.get("identity"), c.get("sessionToken")];
    c.header("Cache-Control", "private, no-store");
    return c.json(
      {
        accountId: identity?.accountId ?? null,
        role: identity?.role ?? "guest",
        csrf: identity === undefined || token === undefined ? null : csrfOf(token),
      },
      200,
    );
  });
}
