/** Groups of viewers over HTTP. Only zod and constants: the web client has its types from here. */
import { z } from "@hono/zod-openapi";
import { accountIdSchema } from "../accounts/schemas.ts";

export const MEMBERS_MOST = 1000;
export const GROUPS_MOST = 100;

/** As marks and slaves name a group, behind `group:`. */
const name = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, "up to 32 letters, digits, _ or -");
export const groupParams = z.object({ name });

export const membersSchema = z
  .object({
    accountIds: z
      .array(accountIdSchema.min(1))
      .max(MEMBERS_MOST)
      .openapi({ description: "Empty: the group is no more" }),
  })
  .openapi("GroupMembers");
export type GroupMembers = z.input<typeof membersSchema>;

export const groupsSchema = z.object({
  groups: z.array(z.object({ name: z.string(), accountIds: z.array(z.string()) }).openapi("Group")),
});
export type Groups = z.infer<typeof groupsSchema>;
