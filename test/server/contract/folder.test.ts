/** Blobs in a folder, with and without what is kept of them in memory, held to the contract. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withCache } from "../../../server/blobs/cached-blobs.ts";
import type { Blobs } from "../../../server/blobs/store.ts";
import { MasterKey } from "../../../server/security/master-key.ts";
import { openFileBlobs } from "../../../server/storage/folder/file-blobs.ts";
import { type BlobFixture, describeBlobStore } from "./blob-store.ts";

const openFolder = (wrap: (blobs: Blobs) => Blobs) => async (): Promise<BlobFixture> => {
  const folder = await mkdtemp(join(tmpdir(), "cmix-contract-"));
  const key = new MasterKey(new Uint8Array(32).fill(7));
  return {
    blobs: wrap(await openFileBlobs(folder, key)),
    afterCrash: async () => wrap(await openFileBlobs(folder, key)),
    close: () => rm(folder, { recursive: true }),
  };
};

describeBlobStore(
  "a folder",
  openFolder((blobs) => blobs),
);
describeBlobStore("a folder, with what is kept in memory", openFolder(withCache));
