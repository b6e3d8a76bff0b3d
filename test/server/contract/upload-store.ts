import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { Upload } from "@tus/server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UploadFiles } from "../../../server/library/upload-files.ts";
import { idOf } from "./fixture.ts";

export interface UploadFixture {
  uploads: UploadFiles;
  /** The same store as a process finds it whose predecessor was killed at this moment. */
  afterCrash(): Promise<UploadFiles>;
  close(): Promise<void>;
}

const uploadOf = (id: string, size: number): Upload =>
  new Upload({ id, size, offset: 0, metadata: { kind: "main", accountId: "a", name: "海 🌊" } });

async function* breaksOff(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
  throw new Error("gone");
}

export function describeUploadStore(name: string, open: () => Promise<UploadFixture>): void {
  describe(`${name}: unfinished uploads`, () => {
    let at: UploadFixture;
    beforeEach(async () => {
      at = await open();
    });
    afterEach(() => at.close());

    const write = (id: string, bytes: Uint8Array, offset: number, uploads = at.uploads) =>
      uploads.write(Readable.from([Buffer.from(bytes)]), id, offset);
    const plain = (id: string, uploads = at.uploads) => buffer(uploads.plainBytes(id));

    it("tell their length, what is here of them, and what was said of them", async () => {
      await at.uploads.create(uploadOf(idOf(1), 100));
      const { size, offset, metadata } = await at.uploads.getUpload(idOf(1));
      expect({ size, offset, metadata }).toEqual({
        ...{ size: 100, offset: 0 },
        metadata: { kind: "main", accountId: "a", name: "海 🌊" },
      });
      expect((await at.uploads.configstore.get(idOf(1)))?.metadata?.accountId).toBe("a");
      expect(await plain(idOf(1))).toHaveLength(0);
    });

    it("come in pieces that end anywhere, and back to the byte", async () => {
      const bytes = randomBytes(300_001);
      await at.uploads.create(uploadOf(idOf(1), bytes.length));
      let offset = 0;
      for (const end of [1, 15, 16, 17, 33, 33, 65_537, 200_000, bytes.length]) {
        expect(await write(idOf(1), bytes.subarray(offset, end), offset)).toBe(end);
        offset = end;
        expect((await at.uploads.getUpload(idOf(1))).offset).toBe(end);
      }
      expect((await plain(idOf(1))).equals(bytes)).toBe(true);
    });

    it("go on where a connection broke off", async () => {
      const bytes = randomBytes(1000);
      await at.uploads.create(uploadOf(idOf(1), bytes.length));
      await expect(
        at.uploads.write(Readable.from(breaksOff(bytes.subarray(0, 500))), idOf(1), 0),
      ).rejects.toBeDefined();
      const { offset } = await at.uploads.getUpload(idOf(1));
      expect(offset).toBeLessThanOrEqual(500);
      expect(await write(idOf(1), bytes.subarray(offset), offset)).toBe(1000);
      expect((await plain(idOf(1))).equals(bytes)).toBe(true);
    });

    it("outlast a crash, and go on behind it", async () => {
      const bytes = randomBytes(777);
      await at.uploads.create(uploadOf(idOf(1), bytes.length));
      await write(idOf(1), bytes.subarray(0, 321), 0);
      const after = await at.afterCrash();
      expect(await after.configstore.list?.()).toEqual([idOf(1)]);
      expect(await after.getUpload(idOf(1))).toMatchObject({ offset: 321, size: 777 });
      await write(idOf(1), bytes.subarray(321), 321, after);
      expect((await plain(idOf(1), after)).equals(bytes)).toBe(true);
    });

    it("are listed until they are removed, with all that was kept of them", async () => {
      for (const n of [1, 2, 3]) await at.uploads.create(uploadOf(idOf(n), 10));
      await write(idOf(2), Buffer.from("0123456789"), 0);
      await at.uploads.remove(idOf(2));
      expect((await at.uploads.configstore.list?.())?.sort()).toEqual([idOf(1), idOf(3)]);
      expect(await at.uploads.configstore.get(idOf(2))).toBeUndefined();
      await expect(at.uploads.getUpload(idOf(2))).rejects.toBeDefined();
      await expect(at.uploads.remove(idOf(2))).rejects.toBeDefined();
      await expect(plain(idOf(2))).rejects.toBeDefined();
      // One of the same id begins with nothing.
      await at.uploads.create(uploadOf(idOf(2), 10));
      expect((await at.uploads.getUpload(idOf(2))).offset).toBe(0);
    });

    it("of which nothing is known are not there, and take no bytes", async () => {
      await expect(at.uploads.getUpload(idOf(9))).rejects.toBeDefined();
      await expect(write(idOf(9), Buffer.from("x"), 0)).rejects.toBeDefined();
      expect(await at.uploads.configstore.list?.()).toEqual([]);
    });

    it("can be written at the same time without mixing", async () => {
      const all = Array.from({ length: 8 }, () => randomBytes(50_000));
      await Promise.all(
        all.map(async (bytes, i) => {
          await at.uploads.create(uploadOf(idOf(i), bytes.length));
          await write(idOf(i), bytes.subarray(0, 9), 0);
          await write(idOf(i), bytes.subarray(9), 9);
        }),
      );
      for (const [i, bytes] of all.entries()) expect((await plain(idOf(i))).equals(bytes)).toBe(true);
    });

    it("take ids only, and no paths", async () => {
      await at.uploads.create(uploadOf(idOf(1), 4));
      for (const id of ["..", "../x", `${idOf(1)}/x`, `${idOf(1)}.json`, `../uploads/${idOf(1)}`]) {
        await expect(at.uploads.create(uploadOf(id, 1)), id).rejects.toBeDefined();
        await expect(write(id, Buffer.from("x"), 0), id).rejects.toBeDefined();
        await expect((async () => plain(id))(), id).rejects.toBeDefined();
        await expect(at.uploads.getUpload(id), id).rejects.toBeDefined();
        await expect(at.uploads.remove(id), id).rejects.toBeDefined();
      }
      expect(await at.uploads.getUpload(idOf(1))).toMatchObject({ size: 4, offset: 0 });
    });
  });
}
