import { createHash, randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ByteSource } from "../../../codec/index.ts";
import { receive } from "../../../server/blobs/receive.ts";
import { BLOB_KINDS, type BlobKind, type Blobs } from "../../../server/blobs/store.ts";
import { Refusal } from "../../../server/refusal.ts";
import { idOf } from "./fixture.ts";

export interface BlobFixture {
  blobs: Blobs;
  /** The same store as a process finds it whose predecessor was killed at this moment. */
  afterCrash(): Promise<Blobs>;
  close(): Promise<void>;
}

const readAll = async (source: ByteSource): Promise<Buffer> => Buffer.from(await source.read(0, source.size));

async function put(blobs: Blobs, kind: BlobKind, id: string, ...parts: Uint8Array[]): Promise<string> {
  const upload = await blobs.upload(kind);
  for (const part of parts) await upload.write(part);
  const { sha256 } = await upload.finish();
  await upload.commit(id);
  await upload.discard(); // harmless
  return sha256;
}

export function describeBlobStore(name: string, open: () => Promise<BlobFixture>): void {
  describe(`${name}: blobs`, () => {
    let at: BlobFixture;
    beforeEach(async () => {
      at = await open();
    });
    afterEach(() => at.close());

    it.each(BLOB_KINDS)("of the kind %s come back to the byte, with their hash, whole and in ranges", async (kind) => {
      const bytes = randomBytes(300_001);
      const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 200_000), bytes.subarray(200_000)];
      expect(await put(at.blobs, kind, idOf(1), ...pieces)).toBe(createHash("sha256").update(bytes).digest("hex"));
      const source = await at.blobs.source(kind, idOf(1));
      expect(source.size).toBe(bytes.length);
      expect((await readAll(source)).equals(bytes)).toBe(true);
      for (const [offset, length] of [
        [0, 0],
        [0, 1],
        [16_383, 2],
        [131_071, 3],
        [100_000, 150_000],
        [300_000, 1],
      ] as const)
        expect(Buffer.from(await source.read(offset, length)).equals(bytes.subarray(offset, offset + length))).toBe(
          true,
        );
      for (const [offset, length] of [
        [300_000, 2],
        [-1, 1],
        [400_000, 1],
      ] as const)
        await expect(source.read(offset, length)).rejects.toThrow(RangeError);
    });

    it("may be empty", async () => {
      await put(at.blobs, "extras", idOf(1));
      expect((await at.blobs.source("extras", idOf(1))).size).toBe(0);
    });

    it("are not there before they are committed, and can be read by who checks them", async () => {
      const upload = await at.blobs.upload("cms");
      await upload.write(Buffer.from("abc"));
      const { source } = await upload.finish();
      expect((await readAll(source)).toString()).toBe("abc");
      await expect(at.blobs.source("cms", idOf(1))).rejects.toThrow();
      await upload.discard();
      await expect(at.blobs.source("cms", idOf(1))).rejects.toThrow();
    });

    it("take the place of what a crash left before its row was stored", async () => {
      await put(at.blobs, "slaves", idOf(1), Buffer.from("left"));
      const after = await at.afterCrash();
      await put(after, "slaves", idOf(1), Buffer.from("again"));
      expect((await readAll(await after.source("slaves", idOf(1)))).toString()).toBe("again");
    });

    it("outlast a crash once they are committed, and not before", async () => {
      await put(at.blobs, "mains", idOf(1), Buffer.from("kept"));
      const half = await at.blobs.upload("mains");
      await half.write(Buffer.from("half"));
      const whole = await at.blobs.upload("mains");
      await whole.write(Buffer.from("whole"));
      await whole.finish();
      const after = await at.afterCrash();
      expect((await readAll(await after.source("mains", idOf(1)))).toString()).toBe("kept");
      await expect(after.source("mains", idOf(2))).rejects.toThrow();
      await expect(whole.commit(idOf(2))).rejects.toThrow(); // what was unfinished is cleared away
      await half.discard();
    });

    it("are removed one by one; to remove none is harmless", async () => {
      await put(at.blobs, "extras", idOf(1), Buffer.from("a"));
      await put(at.blobs, "cms", idOf(1), Buffer.from("b"));
      for (let i = 0; i < 2; i++) await at.blobs.remove("extras", idOf(1));
      await expect(at.blobs.source("extras", idOf(1))).rejects.toThrow();
      expect((await readAll(await at.blobs.source("cms", idOf(1)))).toString()).toBe("b");
    });

    it("take ids only, and no paths", async () => {
      for (const id of ["", "../x", `${idOf(1)}0`, "A".repeat(32)])
        await expect(at.blobs.source("mains", id)).rejects.toThrow(RangeError);
    });

    it("can be written at the same time without mixing", async () => {
      const all = Array.from({ length: 8 }, (_, i) => Buffer.alloc(50_000, i));
      await Promise.all(
        all.map((bytes, i) => put(at.blobs, "slaves", idOf(i), bytes.subarray(0, 9), bytes.subarray(9))),
      );
      for (const [i, bytes] of all.entries())
        expect((await readAll(await at.blobs.source("slaves", idOf(i)))).equals(bytes)).toBe(true);
    });

    it("leave nothing of a stream that is too long or breaks off", async () => {
      async function* endless() {
        for (;;) yield new Uint8Array(1000);
      }
      const tooLong = receive(at.blobs, "mains", endless(), 5000, (upload) => upload.commit(idOf(1)));
      await expect(tooLong).rejects.toThrow(Refusal);
      async function* broken() {
        yield new Uint8Array(10);
        throw new Error("gone");
      }
      await expect(receive(at.blobs, "mains", broken(), 5000, (upload) => upload.commit(idOf(1)))).rejects.toThrow(
        "gone",
      );
      await expect(at.blobs.source("mains", idOf(1))).rejects.toThrow();
    });
  });
}
