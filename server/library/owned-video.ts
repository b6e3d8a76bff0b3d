import type { Identity } from "../accounts/identity.ts";
import { Refusal } from "../refusal.ts";
import type { Video, VideoStore } from "./store.ts";

/**
 * A video that its owner, or an administrator, means to change.
 *
 * @throws Refusal not_found: there is no such video, or it was withdrawn; forbidden: it is another account's
 */
export async function ownedVideo(
  { store }: { store: { videos: VideoStore } },
  identity: Identity | undefined,
  mainId: string,
): Promise<Video> {
  const video = await store.videos.byMain(mainId);
  if (video === undefined) throw new Refusal("not_found", `there is no video ${mainId} in the library`, { mainId });
  holdToOwner(video, identity);
  return video;
}

/** @throws Refusal forbidden */
export function holdToOwner(
  { ownerId, mainId }: Pick<Video, "ownerId" | "mainId">,
  identity: Identity | undefined,
): void {
  if (identity?.role !== "administrator" && (ownerId === null || identity?.accountId !== ownerId))
    throw new Refusal("forbidden", `video ${mainId} belongs to another account`, { mainId });
}
