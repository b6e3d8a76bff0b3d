import type { LibraryDeps } from "../library/deps.ts";
import { extraBlobId } from "../library/import-extra.ts";

/** Removes the files of videos that were withdrawn and that no play needs any more. */
export async function removeWithdrawn(deps: LibraryDeps): Promise<void> {
  const { store, blobs, slaveReaders, log, now, mainOrigins } = deps;
  for (const { slaveId, mainId } of await store.videos.unusedSince(now())) {
    const extras = [await store.library.extra(mainId, "poster"), await store.library.extra(mainId, "teaser")];
    await store.videos.markRemoved(slaveId, mainId, now());
    slaveReaders.forget(slaveId);
    await blobs.remove("slaves", slaveId);
    await blobs.remove("mains", mainId);
    for (const extra of extras)
      if (extra !== undefined && !(await store.library.usesExtra(extra.sha256)))
        await blobs.remove("extras", extraBlobId(extra));
    log("removed", { slaveId, mainId });
    await mainOrigins.refresh();
  }
}
