/** What a viewer is, as far as parts of a video are for some only. */
import { certifiedOf, SERVICE } from "../attributes/certified.ts";
import type { PlayDeps } from "./deps.ts";

/** An account, or the session of a visitor without one. */
export interface Viewer {
  accountId: string | undefined;
  sessionId: string;
}

export interface Rights {
  /** The video is this account's own: nothing of it is hidden from it. */
  isOwner: boolean;
  isSignedIn: boolean;
  isPremium: boolean;
  /** Certified, else as the viewer told it for the play; undefined where neither is known. */
  age: number | undefined;
  /** Of the video's provider. */
  groups: readonly string[];
}

/** Of who only watched the CM. */
export const NO_RIGHTS: Rights = { isOwner: false, isSignedIn: false, isPremium: false, age: undefined, groups: [] };

/** Whether a viewer with these rights is one of `viewers` (codec/restriction/part.ts); whom nobody knows is nobody. */
export function isOneOf(viewers: string, { isOwner, isSignedIn, isPremium, age, groups }: Rights): boolean {
  if (isOwner) return true;
  if (viewers === "premium") return isPremium;
  if (viewers === "signed-in") return isSignedIn;
  const [, years] = /^age:(\d{1,3})$/.exec(viewers) ?? [];
  if (years !== undefined) return age !== undefined && age >= Number(years);
  return viewers.startsWith("group:") && groups.includes(viewers.slice("group:".length));
}

/** A viewer's rights at this moment. @param toldAge for this play */
export async function rightsOf(
  { store, now }: Pick<PlayDeps, "store" | "now">,
  viewer: Viewer | undefined,
  mainId: string,
  toldAge: number | undefined,
): Promise<Rights> {
  const accountId = viewer?.accountId;
  if (accountId === undefined) return { ...NO_RIGHTS, age: toldAge };
  const ownerId = (await store.videos.byMain(mainId))?.ownerId ?? null;
  const askers = ownerId === null ? [SERVICE] : [SERVICE, ownerId];
  return {
    isOwner: ownerId === accountId,
    isSignedIn: true,
    isPremium: await store.memberships.isPremium(accountId, mainId, now()),
    age: (await certifiedOf(store.attributes, accountId, askers, now())).age ?? toldAge,
    groups: ownerId === null ? [] : await store.groups.with(ownerId, accountId),
  };
}
