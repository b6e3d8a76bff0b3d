/** Addresses of other services, out of files and links: to be shown, and followed when the viewer says so. Nothing here asks them. */

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const MAIN_ID = /^[0-9a-f]{32}$/;

/**
 * The origin of another service.
 *
 * @param address as a file or a link has it
 * @returns undefined where it is this service's own, or no page that is encrypted on its way (on this machine it need not be)
 */
export function otherService(address: string, own: string): string | undefined {
  const url = parsed(address);
  if (url === null || url.username !== "" || url.password !== "" || url.origin === own) return undefined;
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname));
  return isSafe ? url.origin : undefined;
}

/** That service's player, with a video. */
export const watchAt = (service: string, mainId: string): string => `${service}/watch?main=${mainId}`;

/** What was shared with the app leads to. */
export type SharedLink =
  /** @param path on this service */
  { kind: "own"; path: string } | { kind: "other"; address: string } | undefined;

/**
 * Finds the first link to a video's page in what another app shares; most put it into the text.
 *
 * @param own this service's origin
 */
export function sharedLink(texts: readonly string[], own: string): SharedLink {
  for (const text of texts)
    for (const [address] of text.matchAll(/https?:\/\/[^\s<>"']+/g)) {
      const url = parsed(address);
      const mainIds = url?.searchParams.getAll("main").filter((id) => MAIN_ID.test(id)) ?? [];
      if (url === null || mainIds.length === 0) continue;
      const wanted = new URLSearchParams(mainIds.map((id) => ["main", id]));
      const at = url.searchParams.get("t");
      if (at !== null && /^\d{1,6}s?$/.test(at)) wanted.set("t", at);
      if (url.origin === own) return { kind: "own", path: `/watch?${wanted}` };
      const service = otherService(address, own);
      if (service !== undefined) return { kind: "other", address: `${service}/watch?${wanted}` };
    }
  return undefined;
}

function parsed(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}
