/** Which videos a request may see, by their states. */
import type { Identity } from "../accounts/identity.ts";
import { Refusal } from "../refusal.ts";
import type { Video, VideoStore } from "./store.ts";

interface Deps {
  store: { videos: VideoStore };
}

/** Whether it is this account's to change: its owner's, or an administrator's. */
export const isOwn = ({ ownerId }: Pick<Video, "ownerId">, identity: Identity | undefined): boolean =>
  identity?.role === "administrator" || (ownerId !== null && identity?.accountId === ownerId);

/** Whether it is there for whoever asks; what is withdrawn is there for nobody. */
export const maySee = (video: Pick<Video, "ownerId" | "state">, identity: Identity | undefined): boolean =>
  video.state !== "withdrawn" && (video.state !== "draft" || isOwn(video, identity));

/**
 * The video of a main, for who may see it: a draft is not there for others than its owner and administrators.
 *
 * @throws Refusal not_found; withdrawn: for everybody
 */
export async function findVideo({ store }: Deps, identity: Identity | undefined, mainId: string): Promise<Video> {
  const video = await store.videos.byMain(mainId);
  if (video === undefined || (video.state === "draft" && !isOwn(video, identity)))
    throw new Refusal("not_found", `there is no video ${mainId} here: ask the service that it came from`, { mainId });
  if (video.state === "withdrawn")
    throw new Refusal("withdrawn", `"${video.title}" was withdrawn by its provider`, { mainId });
  return video;
}

/** How long what belongs to a video may be kept: a draft's is for those who may see it. */
export const cacheOf = ({ state }: Pick<Video, "state">, cache: string): string =>
  state === "draft" ? "private, no-store" : cache;

/**
 * A video that its owner, or an administrator, means to change.
 *
 * @throws Refusal as {@link findVideo}; forbidden: it is another account's
 */
export async function ownedVideo(deps: Deps, identity: Identity | undefined, mainId: string): Promise<Video> {
  const video = await findVideo(deps, identity, mainId);
  holdToOwner(video, identity);
  return video;
}

/** @throws Refusal forbidden */
export function holdToOwner(video: Pick<Video, "ownerId" | "mainId">, identity: Identity | undefined): void {
  if (!isOwn(video, identity))
    throw new Refusal("forbidden", `video ${video.mainId} belongs to another account`, { mainId: video.mainId });
}
