import type { Store } from "../store/store.ts";
import { hashToken, newToken } from "./session-token.ts";

/**
 * The address where whoever started the server makes the first administrator's account. It works once; each start without an
 * administrator makes a new one, and the one before is worth nothing any more. Behind the "#" it reaches no log of a server.
 *
 * @returns undefined where there is an administrator
 */
export async function firstAdministratorUrl(store: Store, url: string): Promise<string | undefined> {
  if (await store.accounts.hasAdministrator()) return undefined;
  const token = newToken();
  await store.accounts.setFirstAdministratorToken(hashToken(token));
  return `${url}/first-admin#${token}`;
}
