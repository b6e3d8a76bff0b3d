import type { Identity } from "../accounts/identity.ts";
import type { Deps } from "../deps.ts";
import { HttpError } from "../http/answer-error.ts";
import type { Video } from "../storage/sqlite/videos.ts";

/**
 * A video that its owner, or an administrator, means to change.
 *
 * @throws HttpError not_found: there is no such video, or it was withdrawn; forbidden: it is another account's
 */
export async function ownedVideo(
  { store }: Pick<Deps, "store">,
  identity: Identity | undefined,
  mainId: string,
): Promise<Video> {
  const video = await store.videos.byMain(mainId);
  if (video === undefined) throw new HttpError("not_found", `there is no video ${mainId} in the library`, { mainId });
  holdToOwner(video, identity);
  return video;
}

/** @throws HttpError forbidden */
export function holdToOwner(
  { ownerId, mainId }: Pick<Video, "ownerId" | "mainId">,
  identity: Identity | undefined,
): void {
  if (identity?.role !== "administrator" && (ownerId === null || identity?.accountId !== ownerId))
    throw new HttpError("forbidden", `video ${mainId} belongs to another account`, { mainId });
}
