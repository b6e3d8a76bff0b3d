/** What lies on the server's disk is of no use without its key. */
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sourceFromBytes, toHex } from "../../codec/bytes/bytes.ts";
import { SlaveReader } from "../../codec/format/slave-file.ts";
import { KEY_CHECK_FILE, KEY_FILE, MasterKey, openMasterKey } from "../../server/security/master-key.ts";
import { openFileBlobs, sealOlderFiles } from "../../server/storage/folder/file-blobs.ts";
import { FileSealer, openSealed } from "../../server/storage/folder/sealed-file.ts";
import { makePair, startTestServer, type TestPair, type TestServer, uploadPair } from "./harness.ts";

const key = new MasterKey(randomBytes(32));

function sealWhole(plain: Uint8Array, piece = plain.length): Buffer {
  const sealer = new FileSealer(key);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < plain.length; at += piece) parts.push(sealer.push(plain.subarray(at, at + piece)));
  return Buffer.concat([...parts, sealer.end()]);
}

describe("S5 an encrypted file", () => {
  it.each([0, 1, 16383, 16384, 16385, 32768, 100_000])("of %i bytes is read at any place", async (size) => {
    const plain = new Uint8Array(randomBytes(size));
    for (const piece of [1 << 20, 16384, 777]) {
      const stored = sealWhole(plain, piece);
      const source = await openSealed(sourceFromBytes(stored), key);
      expect(source.size).toBe(size);
      expect(Buffer.from(await source.read(0, size)).equals(plain)).toBe(true);
      for (const [offset, length] of [
        [0, 1],
        [16380, 10],
        [16384, 16384],
        [size - 1, 1],
        [1, size - 2],
      ] as const) {
        if (offset < 0 || length < 0 || offset + length > size) continue;
        expect(Buffer.from(await source.read(offset, length)).equals(plain.subarray(offset, offset + length))).toBe(
          true,
        );
      }
      await expect(source.read(size, 1)).rejects.toThrow(RangeError);
    }
  });

  it("that was changed, cut, put in another order or is another key's is not read", async () => {
    const plain = new Uint8Array(randomBytes(40_000));
    const stored = sealWhole(plain);
    const readAll = async (bytes: Uint8Array, by = key) => {
      const source = await openSealed(sourceFromBytes(bytes), by);
      return source.read(0, source.size);
    };
    const [head, chunk] = [40, 16400];
    for (const place of [9, head, head + chunk - 1, stored.length - 1]) {
      const changed = Buffer.from(stored);
      changed[place] = (changed[place] ?? 0) ^ 1;
      await expect(readAll(changed), `byte ${place}`).rejects.toThrow(/was changed/);
    }
    await expect(readAll(stored.subarray(0, head + chunk))).rejects.toThrow(/was changed/);
    await expect(readAll(stored.subarray(0, stored.length - 5))).rejects.toThrow(/was changed/);
    const [first, second] = [stored.subarray(head, head + chunk), stored.subarray(head + chunk, head + 2 * chunk)];
    const swapped = Buffer.concat([stored.subarray(0, head), second, first, stored.subarray(head + 2 * chunk)]);
    await expect(readAll(swapped)).rejects.toThrow(/was changed/);
    await expect(readAll(stored, new MasterKey(randomBytes(32)))).rejects.toThrow(/another key/);
    await expect(readAll(plain)).rejects.toThrow(/not encrypted/);
  });

  it("small secrets open for their own purpose only", () => {
    const sealed = key.seal(Buffer.from("secret"), "play a");
    expect(Buffer.from(key.open(sealed, "play a")).toString()).toBe("secret");
    expect(() => key.open(sealed, "play b")).toThrow();
    expect(() => new MasterKey(randomBytes(32)).open(sealed, "play a")).toThrow();
    expect(key.seal(Buffer.from("secret"), "play a")).not.toEqual(sealed);
  });
});

describe("S5 the key of a data folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "cmix-key-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("is made at the first start, for its owner's eyes only, and found again", async () => {
    const made = await openMasterKey(folder, undefined);
    expect(made.isNew).toBe(true);
    expect((await stat(join(folder, KEY_FILE))).mode & 0o777).toBe(0o600);
    expect((await openMasterKey(folder, undefined)).key.checkValue()).toBe(made.key.checkValue());
  });

  it("that is no key, or that others may read, is refused", async () => {
    await expect(openMasterKey(folder, "secret")).rejects.toThrow(/CMIX_KEY: 64 lowercase/);
    await writeFile(join(folder, KEY_FILE), `${"ab".repeat(32)}\n`, { mode: 0o600 });
    await chmod(join(folder, KEY_FILE), 0o644);
    await expect(openMasterKey(folder, undefined)).rejects.toThrow(/may be read by others: chmod 600/);
  });

  it("encrypts what lay there before it", async () => {
    const blobs = await openFileBlobs(folder, key);
    const [id, plain] = ["ab".repeat(16), randomBytes(50_000)];
    await writeFile(join(folder, "slaves", id), plain);
    for (let time = 0; time < 2; time++) {
      await sealOlderFiles(folder, blobs);
      expect((await readFile(join(folder, "slaves", id))).includes(plain.subarray(1000, 1032))).toBe(false);
      const source = await blobs.source("slaves", id);
      expect(plain.equals(await source.read(0, source.size))).toBe(true);
    }
  });
});

describe("S5 slaves on the server's disk", () => {
  let server: TestServer;
  let pair: TestPair;
  beforeAll(async () => {
    server = await startTestServer();
    pair = await makePair({ seconds: 30 });
    await uploadPair(server, pair);
  });
  afterAll(() => server.close());

  it("show nothing of their secret or their payloads in any file of the data folder", async () => {
    const reader = await SlaveReader.open(sourceFromBytes(pair.slave));
    const secret = Buffer.from(reader.header.secret ?? new Uint8Array(0));
    expect(secret.length).toBe(32);
    const payload = Buffer.from(pair.slave.subarray(5000, 5032));
    let files = 0;
    for (const entry of await readdir(join(server.folder, "data"), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      files++;
      const bytes = await readFile(join(entry.parentPath, entry.name));
      for (const needle of [secret, payload, Buffer.from(toHex(secret))])
        expect(bytes.includes(needle), entry.name).toBe(false);
    }
    expect(files).toBeGreaterThan(3);
  });

  it("cannot be served without the key, or with another one: the start says what to do", async () => {
    const path = join(server.folder, "data", KEY_FILE);
    const right = await readFile(path, "utf8");
    await rm(path);
    await expect(server.restart()).rejects.toThrow(/key .* is missing: put cmix.key back, or set CMIX_KEY/);
    await writeFile(path, "cd".repeat(32), { mode: 0o600 });
    await expect(server.restart()).rejects.toThrow(/is not the key that/);
    await writeFile(path, right, { mode: 0o600 });
    await server.restart();
    expect(await readFile(join(server.folder, "data", KEY_CHECK_FILE), "utf8")).not.toContain(right.trim());
  });
});
