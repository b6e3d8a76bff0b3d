/** Groups of viewers that a provider names (server/API.md). */
import type { Groups } from "../../../../server/groups/schemas.ts";
import { call } from "./call.ts";
import { change } from "./session.ts";

export type Group = Groups["groups"][number];

export const listGroups = async (): Promise<Group[]> => (await call("GET /api/groups")).groups;

/** @param accountIds nobody: the group is no more */
export async function putGroup(name: string, accountIds: string[]): Promise<void> {
  await change("PUT /api/groups/{name}", { path: { name: encodeURIComponent(name) }, body: { accountIds } });
}
