/** Resumable uploads over real HTTP, by hand and with the client library that the Studio uses. */

import { readdir, readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import * as tus from "tus-js-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "../../codec/bytes/bytes.ts";
import { sha256 } from "../../codec/crypto/primitives.ts";
import { OCTETS, uploadHeaders } from "../support/upload.ts";
import {
  type ErrorBody,
  makePair,
  startTestServer,
  type TestPair,
  type TestServer,
  uploadFile,
  uploadPair,
} from "./harness.ts";
import { BUSINESS, browserHeaders, type Headers, PASSWORD, sendJson } from "./test-accounts.ts";

let server: TestServer;
let provider: Headers;
let pair: TestPair;

beforeAll(async () => {
  server = await startTestServer({
    limits: { slaveFileMaxBytes: 2 << 20, uploadsPerAccount: 4, accountMaxBytes: 3 << 20, uploadLifetimeSeconds: 3600 },
    openRegistration: true,
  });
  provider = await server.as("provider");
  pair = await makePair({ seconds: 100, withheldBytes: 4000 });
});
afterAll(() => server.close());

const uploadsFolder = () => readdir(join(server.folder, "data/uploads"));
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.code];

async function begin(bytes: Uint8Array, about: Record<string, string>, headers = provider): Promise<string> {
  const answer = await fetch(`${server.url}/api/uploads`, {
    method: "POST",
    headers: { ...uploadHeaders(about, bytes.length), ...headers },
  });
  expect(answer.status).toBe(201);
  return `${server.url}${answer.headers.get("Location")}`;
}

const aboutSlave = async (of: TestPair, bytes = of.slave) => ({
  kind: "slave",
  id: of.slaveId,
  sha256: toHex(await sha256(bytes)),
});

const append = (url: string, offset: number, bytes: Uint8Array, headers = provider) =>
  fetch(url, {
    method: "PATCH",
    headers: { "Tus-Resumable": "1.0.0", "Upload-Offset": String(offset), ...OCTETS, ...headers },
    body: bytes as BodyInit,
  });

const offsetOf = async (url: string, headers = provider) => {
  const answer = await fetch(url, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0", ...headers } });
  return answer.ok ? Number(answer.headers.get("Upload-Offset")) : answer.status;
};

const cancel = (url: string, headers = provider) =>
  fetch(url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", ...headers } });

/** Another account of the role, in a browser of its own. */
async function register(email: string): Promise<Headers> {
  const answer = await sendJson(`${server.url}/api/accounts`, "POST", {
    role: "provider",
    email,
    password: PASSWORD,
    ...BUSINESS,
  });
  return browserHeaders(server.url, answer);
}

describe("S2 a resumable upload", () => {
  it("goes on after a break and a restart of the server, and shows nothing of the slave on the disk", async () => {
    const url = await begin(pair.slave, await aboutSlave(pair));
    expect((await append(url, 0, pair.slave.subarray(0, 100_001))).status).toBe(204);
    // A sender that goes away in the middle of a request.
    await new Promise<void>((resolve) => {
      const headers = { "Tus-Resumable": "1.0.0", "Upload-Offset": "100001", ...OCTETS, ...provider };
      const sending = request(url, { method: "PATCH", headers: { ...headers, "Content-Length": "200000" } });
      sending.on("error", () => resolve());
      sending.write(pair.slave.subarray(100_001, 150_000), () =>
        setTimeout(() => sending.destroy(new Error("gone")), 100),
      );
    });
    await expect.poll(() => offsetOf(url)).toBe(150_000);
    const path = new URL(url).pathname;
    await server.restart();
    provider = await server.as("provider");
    const again = `${server.url}${path}`;
    const [name] = (await uploadsFolder()).filter((file) => !file.endsWith(".json"));
    const stored = await readFile(join(server.folder, "data/uploads", name ?? ""));
    expect(stored.length).toBe(150_000);
    expect(stored.includes(Buffer.from(pair.slave.subarray(100_000, 100_016)))).toBe(false);
    expect(await codeOf(await append(again, 149_999, new Uint8Array(1)))).toEqual([409, "conflict"]);
    const last = await append(again, 150_000, pair.slave.subarray(150_000));
    expect(last.status).toBe(201);
    expect(await last.json()).toMatchObject({ slaveId: pair.slaveId, segments: 200 });
    expect(await uploadsFolder()).toEqual([]);
    expect(server.logged.filter(({ event }) => event === "error")).toEqual([]);
  });

  it("by tus-js-client gets over a break by itself", async () => {
    const another = await makePair({ seconds: 20, withheldBytes: 4000 });
    let broken = 0;
    await new Promise<void>((resolve, reject) => {
      const upload = new tus.Upload(Buffer.from(another.slave), {
        endpoint: `${server.url}/api/uploads`,
        chunkSize: 50_000,
        retryDelays: [0, 0],
        metadata: { kind: "slave", id: another.slaveId, sha256: toHex(new Uint8Array(32)) },
        headers: provider,
        onBeforeRequest: (sent) => {
          if (sent.getMethod() === "PATCH" && broken++ === 1) throw new Error("the line broke");
        },
        onSuccess: () => resolve(),
        onError: reject,
      });
      void sha256(another.slave).then((hash) => {
        upload.options.metadata = { ...upload.options.metadata, sha256: toHex(hash) };
        upload.start();
      });
    });
    expect(broken).toBeGreaterThan(2);
    expect((await uploadFile(server, "slave", another.slaveId, another.slave)).status).toBe(200);
  });

  it("is refused at its end where the bytes are others than were announced, and nothing is kept", async () => {
    const another = await makePair({ seconds: 3 });
    const answer = await fetch(`${server.url}/api/uploads`, {
      method: "POST",
      headers: {
        ...uploadHeaders({ kind: "slave", id: another.slaveId, sha256: "0".repeat(64) }, another.slave.length),
        ...OCTETS,
        ...provider,
      },
      body: another.slave as BodyInit,
    });
    expect(await codeOf(answer)).toEqual([422, "format"]);
    expect(await uploadsFolder()).toEqual([]);
    expect(await readdir(join(server.folder, "data/tmp"))).toEqual([]);
  });

  it("may be announced by the hashes of its pieces of 4 MiB, which a browser can make of any length", async () => {
    const large = await startTestServer();
    try {
      const another = await makePair({ seconds: 150, withheldBytes: 30_000 });
      const piece = 4 << 20;
      expect(another.slave.length).toBeGreaterThan(2 * piece);
      const hashes: Uint8Array[] = [];
      for (let at = 0; at < another.slave.length; at += piece)
        hashes.push(await sha256(another.slave.subarray(at, at + piece)));
      const right = toHex(await sha256(Buffer.concat(hashes)));
      for (const [piecesSha256, status] of [
        ["0".repeat(64), 422],
        [right, 201],
      ] as const) {
        const answer = await fetch(`${large.url}/api/uploads`, {
          method: "POST",
          headers: {
            ...uploadHeaders({ kind: "slave", id: another.slaveId, piecesSha256 }, another.slave.length),
            ...OCTETS,
            ...(await large.as("provider")),
          },
          body: another.slave as BodyInit,
        });
        expect(answer.status).toBe(status);
      }
    } finally {
      await large.close();
    }
  });

  it("belongs to the account that began it: others do not find it", async () => {
    const another = await makePair({ seconds: 3 });
    const url = await begin(another.slave, await aboutSlave(another));
    for (const headers of [await register("other@example.org"), await server.as("administrator")]) {
      expect(await offsetOf(url, headers)).toBe(404);
      expect((await append(url, 0, another.slave, headers)).status).toBe(404);
      expect((await cancel(url, headers)).status).toBe(404);
    }
    expect((await append(url, 0, another.slave, {})).status).toBe(401);
    expect((await cancel(url)).status).toBe(204);
    expect(await offsetOf(url)).toBe(404);
    expect(await uploadsFolder()).toEqual([]);
  });

  it("is removed when it is not finished in time", async () => {
    const another = await makePair({ seconds: 3 });
    const url = await begin(another.slave, await aboutSlave(another));
    await server.houseKeep();
    expect(await offsetOf(url)).toBe(0);
    server.advance(3601);
    await server.houseKeep();
    expect(await offsetOf(url)).toBe(404);
    expect(await uploadsFolder()).toEqual([]);
  });
});

describe("S2 limits of uploads", () => {
  it("an account's number of unfinished uploads and its bytes in all", async () => {
    const account = await register("quota@example.org");
    const send = async (length: number, kind = "slave") =>
      fetch(`${server.url}/api/uploads`, {
        method: "POST",
        headers: {
          ...uploadHeaders(
            { kind, id: toHex(crypto.getRandomValues(new Uint8Array(16))), sha256: "0".repeat(64) },
            length,
          ),
          ...account,
        },
      });
    const first = await send(2 << 20);
    expect(first.status).toBe(201);
    expect(await codeOf(await send((1 << 20) + 1))).toEqual([413, "too_large"]);
    expect((await cancel(`${server.url}${first.headers.get("Location")}`, account)).status).toBe(204);
    const all = await Promise.all(Array.from({ length: 6 }, () => send(1000)));
    const statuses = all.map(({ status }) => status).sort();
    expect(statuses.filter((status) => status === 201).length).toBeLessThanOrEqual(4);
    expect(statuses.at(-1)).toBe(429);
    for (const { headers } of all.filter(({ status }) => status === 201))
      await cancel(`${server.url}${headers.get("Location")}`, account);
    const begun = [await send(1000), await send(1000), await send(1000), await send(1000)];
    expect(begun.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(await codeOf(await send(1000))).toEqual([429, "too_many"]);
    const list = async (headers: Headers) => {
      const answer = await fetch(`${server.url}/api/uploads`, { headers });
      expect(answer.status).toBe(200);
      return ((await answer.json()) as { uploads: Record<string, unknown>[] }).uploads;
    };
    const own = await list(account);
    expect(own.map(({ url }) => url).sort()).toEqual(begun.map(({ headers }) => headers.get("Location")).sort());
    expect(own[0]).toMatchObject({ kind: "slave", bytes: 1000, offsetBytes: 0 });
    expect(Date.parse(String(own[0]?.removedAt)) - Date.parse(String(own[0]?.createdAt))).toBe(3600_000);
    expect(await list(provider)).toEqual([]);
    await append(`${server.url}${own[0]?.url}`, 0, new Uint8Array(10), account);
    expect(await list(account)).toContainEqual({ ...own[0], offsetBytes: 10 });
    expect((await cancel(`${server.url}${own[0]?.url}`, account)).status).toBe(204);
    expect(await list(account)).toHaveLength(3);
    expect((await send(1000)).status).toBe(201);
    for (const { url } of await list(account)) await cancel(`${server.url}${url}`, account);
    for (const { headers } of begun) await cancel(`${server.url}${headers.get("Location")}`, account);
  });

  it("a main needs its slave, and both the same account", async () => {
    const another = await makePair({ seconds: 3 });
    expect((await uploadFile(server, "main", another.mainId, another.main)).status).toBe(409);
    expect((await uploadFile(server, "slave", another.slaveId, another.slave)).status).toBe(201);
    const other = await register("thief@example.org");
    expect(await codeOf(await uploadFile(server, "main", another.mainId, another.main, other))).toEqual([
      403,
      "forbidden",
    ]);
    expect(await codeOf(await uploadFile(server, "slave", another.slaveId, another.slave, other))).toEqual([
      403,
      "forbidden",
    ]);
    expect((await uploadFile(server, "main", another.mainId, another.main)).status).toBe(201);
  });

  it("what the protocol has and this server has not is refused as a mistake of the request", async () => {
    const about = uploadHeaders({ kind: "slave", id: "1".repeat(32), sha256: "0".repeat(64) }, 1000);
    for (const extension of [
      { "Upload-Concat": "partial" },
      { "Upload-Concat": "final;/api/uploads/a /api/uploads/b" },
      { "Upload-Concat": "x" },
      { "Upload-Defer-Length": "1" },
      { "Upload-Checksum": "sha1 x" },
      { "X-HTTP-Method-Override": "TRACE" },
      { "Tus-Resumable": "9.9.9" },
    ]) {
      const answer = await fetch(`${server.url}/api/uploads`, {
        method: "POST",
        headers: { ...about, ...extension, ...provider },
      });
      const what = JSON.stringify(extension);
      expect(answer.status, what).toBeLessThan(500);
      if (answer.status === 201) await cancel(`${server.url}${answer.headers.get("Location")}`);
      else expect(((await answer.json()) as ErrorBody).error.message, what).toMatch(/^[^\n]{10,}$/);
    }
    expect(server.logged.filter(({ event }) => event === "error")).toEqual([]);
    expect(await uploadsFolder()).toEqual([]);
  });

  it("more bytes than announced are refused, and so is a length that is none", async () => {
    const another = await makePair({ seconds: 3 });
    const url = await begin(another.slave, await aboutSlave(another));
    expect((await append(url, 0, new Uint8Array(another.slave.length + 1))).status).toBe(413);
    await cancel(url);
    for (const length of ["-1", "1e3", "x", "", "99999999999999999999"]) {
      const about = uploadHeaders(await aboutSlave(another), 1);
      const answer = await fetch(`${server.url}/api/uploads`, {
        method: "POST",
        headers: { ...about, "Upload-Length": length, ...provider },
      });
      expect(answer.status, length).toBeGreaterThanOrEqual(400);
      expect(answer.status, length).toBeLessThan(500);
    }
    expect(await uploadsFolder()).toEqual([]);
  });

  it.each(["../../cmix.key", "%2e%2e%2fcmix.key", "..", "cmix.key", "%00", `${"a".repeat(32)}.json`, "a".repeat(32)])(
    "an address like %s leads nowhere",
    async (id) => {
      for (const method of ["HEAD", "PATCH", "DELETE"]) {
        const answer = await fetch(`${server.url}/api/uploads/${id}`, {
          method,
          headers: { "Tus-Resumable": "1.0.0", "Upload-Offset": "0", ...OCTETS, ...provider },
        });
        expect([400, 404, 405], method).toContain(answer.status);
      }
      expect(await readdir(join(server.folder, "data"))).toContain("cmix.key");
    },
  );

  it("a thousand malformed requests (seed 7) get a 4xx, leave nothing, and the next upload works", async () => {
    let state = 7;
    const random = (most: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * most);
    };
    const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
    const junk = () => Array.from({ length: random(40) }, () => String.fromCharCode(33 + random(94))).join("");
    const hex = (length: number) => Array.from({ length }, () => random(16).toString(16)).join("");
    for (let i = 0; i < 1000; i++) {
      const about: Record<string, string> = {};
      for (const name of ["kind", "id", "sha256"])
        if (random(4) > 0)
          about[name] = pick([junk(), hex(32), hex(64), "slave", "main", "../x", "'; drop table videos; --"]);
      const headers: Headers = { ...uploadHeaders(about, random(3000)), ...provider };
      for (const name of Object.keys(headers))
        if (/^(Upload|Tus)/.test(name) && random(5) === 0) headers[name] = junk();
      if (random(2) === 0) headers["Content-Type"] = pick([OCTETS["Content-Type"], "text/plain", junk() || "x"]);
      const method = pick(["POST", "PATCH", "DELETE"]);
      const path = method === "POST" ? "" : `/${pick([hex(32), encodeURIComponent(junk()) || "x", "%2e%2e"])}`;
      const body = random(2) === 0 ? Buffer.from(junk()) : undefined;
      const answer = await fetch(`${server.url}/api/uploads${path}`, { method, headers, ...(body && { body }) });
      const context = JSON.stringify({ i, method, path, headers, status: answer.status });
      if (answer.status === 201) await cancel(`${server.url}${answer.headers.get("Location")}`);
      else {
        expect(answer.status, context).toBeGreaterThanOrEqual(400);
        expect(answer.status, context).toBeLessThan(500);
      }
    }
    expect((await uploadsFolder()).length).toBeLessThanOrEqual(8);
    expect(server.logged.filter(({ event }) => event === "error")).toEqual([]);
    server.advance(3601);
    await server.houseKeep();
    expect(await uploadsFolder()).toEqual([]);
    await uploadPair(server, await makePair({ seconds: 2 }), provider);
  });
});
