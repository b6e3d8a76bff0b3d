import type { OpenAPIHono } from "@hono/zod-openapi";
import { accountOf, guarded } from "../accounts/identity.ts";
import type { AccountStore } from "../accounts/store.ts";
import { defineRoute } from "../http/route.ts";
import { json, jsonBody, refusals } from "../http/schemas.ts";
import { Refusal } from "../refusal.ts";
import * as schemas from "./schemas.ts";
import type { GroupStore } from "./store.ts";

/** What groups work with. */
export interface GroupDeps {
  store: { groups: GroupStore; accounts: AccountStore };
  /** Milliseconds since 1970. */
  now(): number;
}

const listRoute = defineRoute({
  path: "/api/groups",
  summary: "My groups of viewers",
  ...guarded("get", ["provider", "administrator"]),
  responses: { 200: json(schemas.groupsSchema, "All of them"), ...refusals(401, 403) },
});

const putRoute = defineRoute({
  path: "/api/groups/{name}",
  summary: "Set who is in a group of viewers",
  ...guarded("put", ["provider", "administrator"]),
  request: { params: schemas.groupParams, body: jsonBody(schemas.membersSchema) },
  responses: { 204: { description: "Set" }, ...refusals(400, 401, 403, 404, 409, 413, 415) },
});

/** Groups that providers name. Parts of their videos can be for one (`group:NAME`). */
export function registerGroups(app: OpenAPIHono, { store: { groups, accounts }, now }: GroupDeps): void {
  app.openapi(listRoute, async (c) => {
    const found = await groups.of(accountOf(c));
    return c.json({ groups: [...found].map(([name, accountIds]) => ({ name, accountIds })) }, 200);
  });

  app.openapi(putRoute, async (c) => {
    const { name } = c.req.valid("param");
    const accountIds = [...new Set(c.req.valid("json").accountIds)];
    const mine = await groups.of(accountOf(c));
    if (!mine.has(name) && mine.size >= schemas.GROUPS_MOST)
      throw new Refusal("conflict", `there are ${schemas.GROUPS_MOST} groups already: empty one first`);
    for (const accountId of accountIds) {
      const status = (await accounts.byId(accountId))?.status;
      if (status === undefined || status === "deleted")
        throw new Refusal("not_found", `there is no account ${accountId}`, { accountId });
    }
    await groups.put(accountOf(c), name, accountIds, now());
    return c.body(null, 204);
  });
}
