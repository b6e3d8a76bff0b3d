/** Posters and teasers that a provider adds to a video; both are shown in the clear. */

import { receive } from "../blobs/receive.ts";
import type { ByteStream } from "../byte-stream.ts";
import { inspectMedia } from "../media/inspect-media.ts";
import type { ImageLimits, VideoLimits } from "../media/inspections.ts";
import type { LibraryDeps } from "./deps.ts";
import type { Extra, ExtraKind } from "./store.ts";

export const EXTRA_MAX_BYTES: Record<ExtraKind, number> = { poster: 1 << 20, teaser: 4 << 20 };
export const TEASER_MAX_SECONDS = 10;
const POSTER: ImageLimits = { pixelsMost: 4096 * 4096, types: ["image/jpeg", "image/png"] };
const TEASER: VideoLimits = { secondsMost: TEASER_MAX_SECONDS, wanted: "an MP4 or WebM video", quickTime: true };

/**
 * Takes a poster (JPEG or PNG, decoded to the end) or a teaser (MP4 or WebM of at most 10 s, read packet by packet).
 *
 * @throws FormatError, UnsupportedError it is not such a file, or takes too much to read; Refusal too_large, too_many
 */
export async function importExtra(
  deps: LibraryDeps,
  mainId: string,
  kind: ExtraKind,
  body: ByteStream,
): Promise<Extra> {
  const { blobs, store } = deps;
  return receive(blobs, "extras", body, EXTRA_MAX_BYTES[kind], async (upload) => {
    const { source, sha256 } = await upload.finish();
    const { type } = await (kind === "poster"
      ? inspectMedia("image", "the poster", source, POSTER)
      : inspectMedia("video", "the teaser", source, TEASER));
    const extra: Extra = { kind, type, bytes: source.size, sha256 };
    return deps.importLock.run("extras", async () => {
      const before = await store.library.extra(mainId, kind);
      await upload.commit(extraBlobId(extra));
      await store.library.putExtra(mainId, extra);
      if (before !== undefined) await removeUnused(deps, before);
      return extra;
    });
  });
}

export async function removeExtra(deps: LibraryDeps, mainId: string, kind: ExtraKind): Promise<void> {
  await deps.importLock.run("extras", async () => {
    const extra = await deps.store.library.extra(mainId, kind);
    await deps.store.library.removeExtra(mainId, kind);
    if (extra !== undefined) await removeUnused(deps, extra);
  });
}

export const extraBlobId = ({ sha256 }: Pick<Extra, "sha256">): string => sha256.slice(0, 32);

async function removeUnused({ blobs, store }: LibraryDeps, extra: Extra): Promise<void> {
  if (!(await store.library.usesExtra(extra.sha256))) await blobs.remove("extras", extraBlobId(extra));
}
