/** Requests to addresses that accounts gave, and mains on their provider's own server. */

import { readdir } from "node:fs/promises";
import type { LookupFunction } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "../../codec/bytes/bytes.ts";
import { sha256 } from "../../codec/crypto/primitives.ts";
import { guardedFetch, type OutboundRules } from "../../server/security/guarded-fetch.ts";
import { type ErrorBody, makePair, startTestServer, type TestPair, type TestServer, uploadFile } from "./harness.ts";
import { gives, type Outside, redirect, startOutside } from "./outside-server.ts";
import { sendJson } from "./test-accounts.ts";

let outside: Outside;
let base: string;

beforeAll(async () => {
  outside = await startOutside();
  base = outside.url;
});
afterAll(() => outside.close());

const names: Record<string, string[]> = {
  "inner.example": ["10.1.2.3"],
  "mixed.example": ["93.184.216.34", "127.0.0.1"],
  "mapped.example": ["::ffff:192.168.1.1"],
  "metadata.example": ["169.254.169.254"],
};
const lookup: LookupFunction = (name, options, done) => {
  const found = (names[name] ?? []).map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  if (options.all) done(null, found);
  else done(null, found[0]?.address ?? "", found[0]?.family);
};
const strict: OutboundRules = { allowLoopback: false, lookup };
const get = (url: string, rules: OutboundRules = strict) => guardedFetch(url, { method: "GET", idleSeconds: 2 }, rules);

describe("S13 an address that an account gave", () => {
  it.each([
    "https://127.0.0.1/",
    "https://localhost/",
    "https://2130706433/", // decimal
    "https://0x7f000001/",
    "https://0177.0.0.1/", // octal
    "https://127.1/",
    "https://0/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/", // 6to4 of 127.0.0.1
    "https://10.0.0.1/",
    "https://172.16.5.4/",
    "https://192.168.0.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[ff02::1]/",
    "https://inner.example/",
    "https://mixed.example/",
    "https://mapped.example/",
    "https://metadata.example/",
  ])("%s leads inside and is refused", async (url) => {
    const rules = url.includes("localhost") ? { allowLoopback: false } : strict;
    await expect(get(url, rules)).rejects.toThrow(/is an inner address/);
  });

  it.each([
    "http://example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "gopher://x/",
    "//x",
    "",
    "x".repeat(3000),
  ])("%s is no https address", async (url) => {
    await expect(get(url)).rejects.toThrow(/is not allowed|is no address/);
  });

  it("with a name and password in it is refused", async () => {
    await expect(get("https://me:secret@example.org/")).rejects.toThrow(/name or password/);
  });

  const test: OutboundRules = { allowLoopback: true, lookup };

  it("is followed through three redirects, not four, and each is checked anew", async () => {
    outside.pages["/end"] = (_, response) => void response.end("here");
    for (const step of [1, 2, 3, 4]) outside.pages[`/step${step}`] = redirect(step === 1 ? "/end" : `/step${step - 1}`);
    const answer = await get(`${base}/step3`, test);
    expect([answer.status, answer.url.pathname]).toEqual([200, "/end"]);
    answer.body.destroy();
    await expect(get(`${base}/step4`, test)).rejects.toThrow(/more than 3 times/);
    for (const inner of [
      "https://10.0.0.1/",
      "http://0xa000001/",
      "https://inner.example/",
      "https://[fd00::1]/",
      "ftp://x/",
    ]) {
      outside.pages["/inner"] = redirect(inner);
      await expect(get(`${base}/inner`, test), inner).rejects.toThrow(/inner address|not allowed/);
    }
  });

  it("is resolved once: a name that changes between check and connection gains nothing", async () => {
    let asks = 0;
    const changing: LookupFunction = (_name, options, done) => {
      const address = asks++ === 0 ? "127.0.0.1" : "10.0.0.1";
      if (options.all) done(null, [{ address, family: 4 }]);
      else done(null, address, 4);
    };
    const { port } = new URL(base);
    const answer = await get(`http://rebinding.example:${port}/end`, { allowLoopback: true, lookup: changing });
    answer.body.destroy();
    expect([answer.status, asks]).toEqual([200, 1]);
  });

  it("that is silent is given up", async () => {
    outside.pages["/silent"] = () => {};
    await expect(get(`${base}/silent`, test)).rejects.toThrow(/silent for 2 s/);
  });
});

describe("S13 a main on its provider's own server", () => {
  let server: TestServer;
  let pair: TestPair;
  let hash: string;

  beforeAll(async () => {
    server = await startTestServer({ outbound: { allowLoopback: true }, limits: { mainFileMaxBytes: 200_000 } });
    pair = await makePair({ seconds: 20, title: "Elsewhere", genre: "Travel" });
    hash = toHex(await sha256(pair.main));
    await uploadFile(server, "slave", pair.slaveId, pair.slave);
  });
  afterAll(() => server.close());

  const register = async (url: string, sha256 = hash, role: "provider" | "viewer" = "provider") =>
    sendJson(
      `${server.url}/api/mains/${pair.mainId}/address`,
      "PUT",
      { url, sha256, state: "public" },
      await server.as(role),
    );
  const refusal = async (answer: Response) => [answer.status, ((await answer.json()) as ErrorBody).error.message];

  it("is checked whole, and then given by the library without a copy here", async () => {
    outside.pages["/main.cmx"] = gives(pair.main);
    const answer = await register(`${base}/main.cmx`);
    expect(await answer.json()).toEqual({ url: `${base}/main.cmx`, bytes: pair.main.length, playsInBrowser: false });
    for (const kind of ["mains", "tmp"]) expect(await readdir(join(server.folder, "data", kind))).toEqual([]);
    const { videos } = (await (await fetch(`${server.url}/api/videos?q=elsewhere`)).json()) as { videos: unknown[] };
    expect(videos).toMatchObject([
      { mainBytes: pair.main.length, mainSha256: hash, genre: "Travel", playsInBrowser: false },
    ]);
    const download = await fetch(`${server.url}/api/mains/${pair.mainId}`, { redirect: "manual" });
    expect([download.status, download.headers.get("Location")]).toEqual([302, `${base}/main.cmx`]);
    const own = await fetch(`${server.url}/api/videos?mine=1`, { headers: await server.as("provider") });
    expect(((await own.json()) as { videos: unknown[] }).videos).toMatchObject([{ downloads: 1 }]);
    expect((await fetch(`${server.url}/`)).headers.get("Content-Security-Policy")).not.toContain(base);
  });

  it("plays in the browser where its server lets this service's pages read ranges, and only that server's", async () => {
    const headers = {
      "Access-Control-Allow-Origin": server.url,
      "Access-Control-Expose-Headers": "Content-Range, ETag",
      "Accept-Ranges": "bytes",
    };
    outside.pages["/open.cmx"] = gives(pair.main, headers);
    expect(await (await register(`${base}/open.cmx`)).json()).toMatchObject({ playsInBrowser: true });
    const policy = (await fetch(`${server.url}/`)).headers.get("Content-Security-Policy");
    expect(policy).toContain(`connect-src 'self' blob: ${base}`);
    await server.restart();
    expect((await fetch(`${server.url}/`)).headers.get("Content-Security-Policy")).toBe(policy);
  });

  it("is refused where it is another file, too large, cut, missing or inside, and the address before stays", async () => {
    const damaged = pair.main.with(pair.main.length - 3, 1);
    outside.pages["/other.cmx"] = gives((await makePair({ seconds: 2 })).main);
    outside.pages["/damaged.cmx"] = gives(damaged);
    outside.pages["/large.cmx"] = gives(new Uint8Array(200_001));
    outside.pages["/endless.cmx"] = (_, response) => {
      response.writeHead(200);
      const more = () => {
        if (!response.destroyed) response.write(new Uint8Array(64_000), () => setTimeout(more, 1));
      };
      more();
    };
    outside.pages["/broken.cmx"] = (_, response) => {
      response.writeHead(200, { "Content-Length": pair.main.length });
      response.write(pair.main.subarray(0, 1000), () => setTimeout(() => response.destroy(), 50));
    };
    outside.pages["/inside.cmx"] = redirect("https://192.168.1.1/main.cmx");
    for (const [page, given, status, words] of [
      ["/other.cmx", hash, 422, /has SHA-256/],
      ["/damaged.cmx", toHex(await sha256(damaged)), 422, /./],
      ["/large.cmx", hash, 413, /at most 200000/],
      ["/endless.cmx", hash, 413, /at most 200000/],
      ["/broken.cmx", hash, 400, /broke off/],
      ["/none.cmx", hash, 400, /status 404/],
      ["/inside.cmx", hash, 400, /inner address/],
    ] as const) {
      expect(await refusal(await register(`${base}${page}`, given)), page).toEqual([
        status,
        expect.stringMatching(words),
      ]);
    }
    expect((await register(`${base}/main.cmx`, hash, "viewer")).status).toBe(403);
    const download = await fetch(`${server.url}/api/mains/${pair.mainId}`, { redirect: "manual" });
    expect(download.headers.get("Location")).toBe(`${base}/open.cmx`);
    expect(await readdir(join(server.folder, "data/tmp"))).toEqual([]);
    expect(server.logged.filter(({ event }) => event === "error")).toEqual([]);
  });

  it("on this machine is not even asked without the tests' setting", async () => {
    const usual = await startTestServer();
    try {
      await uploadFile(usual, "slave", pair.slaveId, pair.slave);
      outside.asked.length = 0;
      for (const url of [`${base}/main.cmx`, base.replace("http", "https")]) {
        const answer = await sendJson(
          `${usual.url}/api/mains/${pair.mainId}/address`,
          "PUT",
          { url, sha256: hash },
          await usual.as("provider"),
        );
        expect((await refusal(answer))[0]).toBe(400);
      }
      expect(outside.asked).toEqual([]);
    } finally {
      await usual.close();
    }
  });
});
