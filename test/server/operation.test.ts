/** Backup and restore, stopping, a full disk, and what the metrics say. */

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, statfs, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "../../codec/bytes/bytes.ts";
import { sha256 } from "../../codec/crypto/primitives.ts";
import { backUp, restore } from "../../server/backup.ts";
import { DATABASE_FILE } from "../../server/config.ts";
import { KEY_FILE } from "../../server/security/master-key.ts";
import { OCTETS, uploadHeaders } from "../support/upload.ts";
import {
  askSecret,
  type ErrorBody,
  getUnits,
  makePair,
  openTestPlay,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadFile,
  uploadPair,
  watchCm,
} from "./harness.ts";

let server: TestServer;
let pair: TestPair;

beforeAll(async () => {
  server = await startTestServer();
  pair = await makePair({ seconds: 10, title: "Kept" });
  await uploadPair(server, pair);
});
afterAll(() => server.close());

describe("S14 backup", () => {
  it("of a running server comes back with every file and row, while uploads and plays go on", async () => {
    const [data, out, back] = ["data", "backup.cmixb", "back"].map((name) => join(server.folder, name)) as [
      string,
      string,
      string,
    ];
    let isBusy = true;
    const busy = (async () => {
      while (isBusy) {
        await uploadPair(server, await makePair({ seconds: 2 }));
        const play = await openTestPlay(server, pair.mainId);
        await watchCm(server, play);
        await askSecret(server, play);
      }
    })();
    const facts = await backUp(data, out, { withKey: false });
    isBusy = false;
    await busy;
    expect(facts.files).toBeGreaterThan(4);
    expect(await restore(out, back)).toEqual(facts);
    expect(existsSync(join(back, KEY_FILE))).toBe(false);
    const database = new Sqlite(join(back, DATABASE_FILE), { readonly: true });
    for (const { slave_id, main_id } of database.prepare("select slave_id, main_id from videos").all() as {
      slave_id: string;
      main_id: string;
    }[]) {
      expect(existsSync(join(back, "slaves", slave_id))).toBe(true);
      const main = database.prepare("select 1 from mains where main_id = ?").get(main_id);
      if (main !== undefined) expect(existsSync(join(back, "mains", main_id))).toBe(true);
    }
    database.close();
    expect((await readFile(join(back, "mains", pair.mainId))).equals(pair.main)).toBe(true);
    await expect(restore(out, back)).rejects.toThrow(/is not empty/);
    await expect(backUp(data, out, { withKey: false })).rejects.toThrow(/is there already/);
  });

  it("runs again with its key, and not without", async () => {
    const [out, data] = [join(server.folder, "with-key.cmixb"), join(server.folder, "data")];
    await backUp(data, out, { withKey: true });
    const key = await readFile(join(data, KEY_FILE), "utf8");
    const other = await startTestServer();
    try {
      const folder = join(other.folder, "data");
      await other.stop();
      await rm(folder, { recursive: true });
      await restore(out, folder);
      await rm(join(folder, KEY_FILE));
      await expect(other.restart()).rejects.toThrow(/key .* is missing/);
      await writeFile(join(folder, KEY_FILE), key, { mode: 0o600 });
      await other.restart();
      const play = await openTestPlay(other, pair.mainId);
      await watchCm(other, play);
      expect((await getUnits(other, play, "start")).status).toBe(200);
    } finally {
      await other.close();
    }
  });

  it("that was cut, changed or made up is refused, and nothing is left of it", async () => {
    const out = join(server.folder, "whole.cmixb");
    await backUp(join(server.folder, "data"), out, { withKey: false });
    const whole = await readFile(out);
    const changed = (place: number) => {
      const bytes = Buffer.from(whole);
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      return bytes;
    };
    const evil = JSON.stringify({ name: "../../evil", bytes: 1, sha256: "0".repeat(64) });
    const target = join(server.folder, "refused");
    for (const [name, bytes] of Object.entries({
      empty: Buffer.alloc(0),
      text: Buffer.from("hello\n"),
      "one byte less": whole.subarray(0, -1),
      "half of it": whole.subarray(0, whole.length >> 1),
      "a byte more": Buffer.concat([whole, Buffer.from([10])]),
      "a changed list": changed(20),
      "a changed database": changed(5000),
      "a changed last file": changed(whole.length - 200),
      "a changed end": changed(whole.length - 3),
      "a path": Buffer.from(`cmix-backup 1\n${evil}\nx`),
      "a long line": Buffer.alloc(10_000, 65),
    })) {
      const path = join(server.folder, "bad.cmixb");
      await writeFile(path, bytes);
      await expect(restore(path, target), name).rejects.toThrow(/damaged|no backup/);
      expect(existsSync(target), name).toBe(false);
    }
    expect((await readdir(server.folder)).filter((name) => name.startsWith("."))).toEqual([]);
  });
});

describe("S14 a server that is stopping", () => {
  it("is not ready any more, takes requests until its drain time is over, and is gone then", async () => {
    const stopping = await startTestServer({ drainSeconds: 2 });
    try {
      const { url } = stopping;
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      const stopped = stopping.stop();
      const answer = await fetch(`${url}/readyz`);
      expect(answer.status).toBe(503);
      expect(((await answer.json()) as ErrorBody).error).toMatchObject({
        code: "unavailable",
        message: expect.stringMatching(/is stopping/),
      });
      for (const path of ["/healthz", "/api/videos"]) expect((await fetch(url + path)).status).toBe(200);
      await stopped;
      await expect(fetch(`${url}/readyz`)).rejects.toThrow();
    } finally {
      await stopping.close();
    }
  });
});

describe("S14 a full disk", () => {
  it("is answered with 507, nothing half is kept, and uploads work again when there is room", async () => {
    const full = await startTestServer();
    try {
      const another = await makePair({ seconds: 5 });
      await full.as("provider");
      // /dev/full stands in for the disk: every byte that is written there is refused with ENOSPC.
      const uploads = join(full.folder, "data/uploads");
      await mkdir(uploads, { recursive: true });
      const begun = await beginUpload(full, another);
      const stored = join(uploads, new URL(begun).pathname.split("/").at(-1) ?? "");
      await rename(stored, `${stored}.aside`);
      await symlink("/dev/full", stored);
      const refused = await sendAll(full, begun, another.slave);
      expect(refused.status).toBe(507);
      expect(((await refused.json()) as ErrorBody).error.message).toMatch(/disk is full/);
      await rm(stored);
      await rename(`${stored}.aside`, stored);
      expect((await sendAll(full, begun, another.slave)).status).toBe(201);
      expect((await fetch(`${full.url}/readyz`)).status).toBe(200);
    } finally {
      await full.close();
    }
  });
});

async function beginUpload(at: TestServer, of: TestPair): Promise<string> {
  const about = { kind: "slave", id: of.slaveId, sha256: toHex(await sha256(of.slave)) };
  const answer = await fetch(`${at.url}/api/uploads`, {
    method: "POST",
    headers: { ...uploadHeaders(about, of.slave.length), ...(await at.as("provider")) },
  });
  return `${at.url}${answer.headers.get("Location")}`;
}

async function sendAll(at: TestServer, url: string, bytes: Uint8Array): Promise<Response> {
  return fetch(url, {
    method: "PATCH",
    headers: { "Tus-Resumable": "1.0.0", "Upload-Offset": "0", ...OCTETS, ...(await at.as("provider")) },
    body: bytes as BodyInit,
  });
}

describe("S14 a disk that is nearly full", () => {
  it("makes the server not ready, in words that say how full", async () => {
    const room = await startTestServer({ limits: { freeBytesLeast: 2 ** 50 } });
    try {
      const answer = await fetch(`${room.url}/readyz`);
      expect(answer.status).toBe(503);
      const { message } = ((await answer.json()) as ErrorBody).error;
      expect(message).toMatch(/^the disk is full: \d+ bytes are free, 1125899906842624 are needed$/);
      const { bavail, bsize } = await statfs(room.folder);
      const told = Number(/(\d+) bytes are free/.exec(message)?.[1]);
      expect(Math.abs(told / (bavail * bsize) - 1)).toBeLessThan(0.2); // others write there too
      expect((await fetch(`${room.url}/healthz`)).status).toBe(200);
    } finally {
      await room.close();
    }
  });
});

describe("S14 the metrics", () => {
  it("are for this machine without a proxy, and for whoever has the token", async () => {
    const token = "a token of the administrator's";
    const open = await startTestServer({ trustProxy: ["127.0.0.1"], metricsToken: token });
    try {
      const ask = async (headers: Record<string, string>, at = open) =>
        (await fetch(`${at.url}/metrics`, { headers })).status;
      expect(await ask({})).toBe(200);
      for (const name of ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"]) {
        const proxied = { [name]: "203.0.113.7" };
        expect(await ask(proxied), name).toBe(403);
        expect(await ask({ ...proxied, Authorization: "Bearer another" }), name).toBe(403);
        expect(await ask({ ...proxied, Authorization: "Bearer undefined" }, server), name).toBe(403);
        expect(await ask({ ...proxied, Authorization: `Bearer ${token}` }), name).toBe(200);
      }
    } finally {
      await open.close();
    }
  });

  it("count requests by route, without ids or addresses, with the process's own", async () => {
    const before = await makePair({ seconds: 2 });
    await uploadFile(server, "slave", before.slaveId, before.slave);
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(
      /^cmix_http_request_seconds_bucket\{le="0.025",method="GET",route="\/api\/mains\/:mainId"\}|^cmix_http_request_seconds_count\{method="POST",route="\/api\/uploads"\} \d+$/m,
    );
    expect(text).toMatch(/^process_cpu_user_seconds_total /m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    expect(text).toMatch(/^cmix_unfinished_uploads 0$/m);
    expect(text).toMatch(/^cmix_waiting_reports 0$/m);
    expect(text).not.toMatch(/[0-9a-f]{32}/);
    expect(JSON.stringify(server.logged.filter(({ event }) => event === "request"))).not.toMatch(/[0-9a-f]{32}|@/);
  });
});
