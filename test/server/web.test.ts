import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { get, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../server/app.ts";
import { openDeps } from "../../server/open-deps.ts";
import { startTestServer, type TestServer, WASM_PATH } from "./harness.ts";

/** An answer as it goes over the wire. */
async function rawGet(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: Buffer }> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers }, resolve).once("error", reject);
  });
  return { status: answer.statusCode, headers: answer.headers, body: await buffer(answer) };
}

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe("P3 the web app", () => {
  it.each(["/", "/watch", "/studio", "/admin/videos"])("gives its page at %s", async (path) => {
    const answer = await fetch(`${server.url}${path}`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("<title>Cmix</title>");
    expect(answer.headers.get("Cache-Control")).toBe("no-cache");
  });

  it("gives its files with their types", async () => {
    const answer = await fetch(`${server.url}/assets/main-1a2b3c.js`);
    expect(answer.headers.get("Content-Type")).toContain("text/javascript");
    expect(answer.headers.get("Cache-Control")).toContain("immutable");
  });

  it("gives a file in the smallest form that the asker takes, and says which it is", async () => {
    const plain = "export const text = 'the same again and again';\n".repeat(100);
    const file = join(server.webDir, "assets/large-4d5e6f.js");
    await writeFile(file, plain);
    await writeFile(`${file}.br`, brotliCompressSync(plain));
    await writeFile(`${file}.gz`, gzipSync(plain));
    const get = async (accepted: string, more: Record<string, string> = {}) => {
      // fetch sends its own Accept-Encoding and opens the answer.
      const answer = await rawGet(`${server.url}/assets/large-4d5e6f.js`, { ...more, "Accept-Encoding": accepted });
      const { headers } = answer;
      expect([headers["content-type"], headers.vary, headers["cache-control"]]).toEqual([
        "text/javascript; charset=utf-8",
        "Accept-Encoding",
        "public, max-age=31536000, immutable",
      ]);
      expect(headers["content-length"]).toBe(String(answer.body.length));
      return answer;
    };
    const tags = new Set<string | undefined>();
    for (const [accepted, coding, open] of [
      ["gzip, deflate, br, zstd", "br", brotliDecompressSync],
      ["gzip;q=1.0, br;q=0", "gzip", gunzipSync],
      ["GZIP", "gzip", gunzipSync],
      ["*", "br", brotliDecompressSync],
      ["*;q=0, gzip;q=0.5", "gzip", gunzipSync],
      ["identity", undefined, (bytes: Buffer) => bytes],
      ["br;q=0, gzip;q=0", undefined, (bytes: Buffer) => bytes],
      ["", undefined, (bytes: Buffer) => bytes],
    ] as const) {
      const { headers, body } = await get(accepted);
      expect([accepted, headers["content-encoding"], open(body).toString()]).toEqual([accepted, coding, plain]);
      tags.add(headers.etag);
    }
    expect(tags.size).toBe(3);
    const { headers, status } = await rawGet(`${server.url}/assets/large-4d5e6f.js`, {
      ...{ "Accept-Encoding": "br", "If-None-Match": [...tags].find((tag) => tag?.includes("br")) ?? "" },
    });
    expect([status, headers["content-encoding"]]).toEqual([304, undefined]);
  });

  it("gives no form of an earlier build, and no file that only has one", async () => {
    const file = join(server.webDir, "assets/newer-4d5e6f.js");
    await writeFile(`${file}.br`, brotliCompressSync("old"));
    expect((await rawGet(`${server.url}/assets/newer-4d5e6f.js`, { "Accept-Encoding": "br" })).status).toBe(404);
    expect((await rawGet(`${server.url}/assets/newer-4d5e6f.js.br`, {})).status).toBe(404);
    await writeFile(file, "new");
    await utimes(`${file}.br`, new Date(1000), new Date(1000));
    const { headers, body } = await rawGet(`${server.url}/assets/newer-4d5e6f.js`, { "Accept-Encoding": "br" });
    expect([headers["content-encoding"], body.toString()]).toEqual([undefined, "new"]);
  });

  it.each(["/assets/missing.js", "/api/nothing", "/favicon.ico", "/.hidden.txt", "/assets/%2e%2e/%2ehidden.txt"])(
    "has nothing at %s",
    async (path) => {
      const answer = await fetch(`${server.url}${path}`);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ error: { code: "not_found" } });
    },
  );

  it.each(["/", "/api/videos", "/api/nothing", "/healthz"])("sends strict headers with %s", async (path) => {
    const { headers } = await fetch(`${server.url}${path}`);
    const policy = headers.get("Content-Security-Policy") ?? "";
    for (const part of [
      "default-src 'self'",
      "'wasm-unsafe-eval'",
      "worker-src 'self' blob:",
      "media-src 'self' blob:",
      "object-src 'none'",
    ])
      expect(policy).toContain(part);
    expect(policy).not.toContain("'unsafe-inline'");
    expect(policy).not.toContain("'unsafe-eval'");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("X-Frame-Options")).toBe("DENY");
  });
});

describe("S7 watching the server", () => {
  it("is alive and ready", async () => {
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: "ok" });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });

  it("counts for Prometheus", async () => {
    await fetch(`${server.url}/healthz`);
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/^cmix_http_requests_total\{method="GET",route="\/healthz",status="200"\} \d+$/m);
    expect(text).toMatch(/^cmix_cms 1$/m);
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^(|# (HELP|TYPE) \w+ .+|\w+(\{.*\})? (NaN|[\d.]+(e-?\d+)?))$/);
  });
});

interface Operation {
  responses: Record<string, unknown>;
  parameters?: { name: string; in: string; required?: boolean }[];
}

describe("S3 /openapi.json", () => {
  it("names every route, with its parameters and answers, and has no open end", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "cmix-openapi-"));
    const deps = await openDeps({ dataDir, wasmPath: WASM_PATH, webDir: dataDir }, { log: () => {} });
    try {
      const app = createApp(deps);
      const document = (await (await app.request("/openapi.json")).json()) as {
        openapi: string;
        info: { title: string; version: string };
        paths: Record<string, Record<string, Operation>>;
      };
      expect(document.openapi).toMatch(/^3\.1\./);
      expect(document.info.title).toBe("Cmix");
      const served = app.routes
        .filter(({ method, path }) => method !== "ALL" && !path.includes("*"))
        .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, "{$1}")}`);
      const described = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method} ${path}`),
      );
      served.push("get /api/plays/{playId}/units"); // on node:http itself, and in every test of plays
      // Hono finds HEAD as GET; of an upload it is the only one that is answered.
      const asked = served.map((route) => route.replace(/^get (.*\/uploads\/\{uploadId\})$/, "head $1"));
      expect([...new Set(asked)].sort()).toEqual(described.sort());
      expect(described).toContain("post /api/plays/{playId}/secret");
      for (const [path, methods] of Object.entries(document.paths)) {
        for (const [method, operation] of Object.entries(methods)) {
          expect(
            Object.keys(operation.responses).some((status) => status.startsWith("2")),
            `${method} ${path}`,
          ).toBe(true);
          const inPath = (operation.parameters ?? [])
            .filter((parameter) => parameter.in === "path")
            .map(({ name }) => `{${name}}`);
          expect(inPath, `${method} ${path}`).toEqual(path.match(/\{\w+\}/g) ?? []);
        }
      }
      for (const [, pointer] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
        const found = pointer
          ?.split("/")
          .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);
        expect(found, pointer).toBeDefined();
      }
    } finally {
      await deps.store.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it("is not ready without a house CM", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "cmix-empty-"));
    const deps = await openDeps({ dataDir, wasmPath: WASM_PATH, webDir: dataDir }, { log: () => {} });
    try {
      expect((await createApp(deps).request("/readyz")).status).toBe(503);
    } finally {
      await deps.store.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
