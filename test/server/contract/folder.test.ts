/** Blobs in a folder, with and without what is kept of them in memory, held to the contract. */
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { withCache } from "../../../server/blobs/cached-blobs.ts";
import type { Blobs } from "../../../server/blobs/store.ts";
import { MasterKey } from "../../../server/security/master-key.ts";
import { openFileBlobs } from "../../../server/storage/folder/file-blobs.ts";
import { UploadStore } from "../../../server/storage/folder/upload-store.ts";
import { fullDisk } from "../../../server/storage/full-disk.ts";
import { type BlobFixture, describeBlobStore } from "./blob-store.ts";
import { describeUploadStore, type UploadFixture } from "./upload-store.ts";

const openFolder = (wrap: (blobs: Blobs) => Blobs) => async (): Promise<BlobFixture> => {
  const folder = await mkdtemp(join(tmpdir(), "cmix-contract-"));
  const key = new MasterKey(new Uint8Array(32).fill(7));
  return {
    blobs: wrap(await openFileBlobs(folder, key)),
    afterCrash: async () => wrap(await openFileBlobs(folder, key)),
    close: () => rm(folder, { recursive: true }),
  };
};

const openUploads = async (): Promise<UploadFixture> => {
  const folder = await mkdtemp(join(tmpdir(), "cmix-contract-"));
  const uploads = join(folder, "uploads");
  await mkdir(uploads);
  const store = () => new UploadStore(uploads, new MasterKey(new Uint8Array(32).fill(7)));
  return { uploads: store(), afterCrash: async () => store(), close: () => rm(folder, { recursive: true }) };
};

it("a folder without room is a StorageError of the kind full", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cmix-contract-"));
  const key = new MasterKey(new Uint8Array(32).fill(7));
  const uploads = new UploadStore(folder, key);
  // Every byte that is written to /dev/full is refused with ENOSPC.
  await symlink("/dev/full", join(folder, "upload"));
  const errors = [
    await uploads.write(Readable.from([Buffer.alloc(100)]), "upload", 0).catch((error: unknown) => error),
    ...["ENOSPC", "EDQUOT", "EFBIG"].map((code) => fullDisk(Object.assign(new Error("no room"), { code }))),
  ];
  for (const error of errors) expect(error).toMatchObject({ name: "StorageError", kind: "full" });
  const other = Object.assign(new Error("not allowed"), { code: "EACCES" });
  expect(fullDisk(other)).toBe(other);
  await rm(folder, { recursive: true });
});

describeBlobStore(
  "a folder",
  openFolder((blobs) => blobs),
);
describeBlobStore("a folder, with what is kept in memory", openFolder(withCache));
describeUploadStore("a folder", openUploads);
