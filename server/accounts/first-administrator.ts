import { hashToken, newToken } from "../security/session-token.ts";
import type { AccountStore } from "./store.ts";

/**
 * The address where whoever started the server makes the first administrator's account. It works once; each start without an
 * administrator makes a new one, and the one before is worth nothing any more. Behind the "#" it reaches no log of a server.
 *
 * @param isWanted also where there is an administrator: whoever has lost the password makes another account
 * @returns undefined where there is an administrator
 */
export async function firstAdministratorUrl(
  accounts: AccountStore,
  url: string,
  isWanted: boolean,
): Promise<string | undefined> {
  if (!isWanted && (await accounts.hasAdministrator())) return undefined;
  const token = newToken();
  await accounts.setLink({ tokenHash: hashToken(token), accountId: null, expiresAt: null });
  return `${url}/first-admin#${token}`;
}
