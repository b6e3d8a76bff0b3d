/** Every route that takes a body has a limit: all of them are found in /openapi.json, so that a new one cannot be without. */
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SMALL_BODY_BYTES } from "../../server/http/route.ts";
import { startTestServer, type TestServer } from "./harness.ts";

/** More than the longest file that can be sent. */
const ENDLESS_BYTES = 2 ** 40;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

interface Operation {
  method: string;
  path: string;
  requestBody?: { content: Record<string, unknown> };
}

async function operations(): Promise<Operation[]> {
  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Omit<Operation, "method" | "path">>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== "get" && method !== "head")
      .map(([method, operation]) => ({
        ...operation,
        method: method.toUpperCase(),
        path: path.replace(/\{\w+\}/g, "0".repeat(32)),
      })),
  );
}

const isStreamed = ({ requestBody, path }: Operation): boolean =>
  path.startsWith("/api/uploads") ||
  Object.keys(requestBody?.content ?? {}).some((type) => type.includes("octet-stream"));

/** Announces so many bytes, and sends `sent`. */
function ask({ method, path }: Operation, announced: number, sent?: Buffer): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asking = request(`${server.url}${path}`, {
      method,
      agent: false,
      headers: { "Content-Type": "application/json", "Content-Length": String(announced) },
    });
    asking.on("response", (answer) => {
      let body = "";
      answer.on("data", (chunk) => {
        body += chunk;
      });
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, body });
        asking.destroy();
      });
    });
    asking.on("error", reject);
    if (sent === undefined) asking.flushHeaders();
    else asking.end(sent);
  });
}

describe("a body that is too large", () => {
  it("is refused by every route with 413, whoever asks, before anything else", async () => {
    const all = await operations();
    expect(all.length).toBeGreaterThan(40);
    for (const operation of all) {
      const { status, body } = await ask(operation, ENDLESS_BYTES);
      const name = `${operation.method} ${operation.path}`;
      expect([name, status]).toEqual([name, 413]);
      expect(JSON.parse(body), name).toMatchObject({ error: { code: "too_large" } });
    }
  });

  it("is one over 64 KiB unless it is a file", async () => {
    const all = (await operations()).filter((operation) => !isStreamed(operation));
    expect(all.length).toBeGreaterThan(30);
    for (const operation of all) {
      const name = `${operation.method} ${operation.path}`;
      const large = Buffer.alloc(SMALL_BODY_BYTES + 1, 32);
      expect([name, (await ask(operation, large.length, large)).status]).toEqual([name, 413]);
      const most = Buffer.alloc(SMALL_BODY_BYTES, 32);
      expect([name, (await ask(operation, most.length, most)).status]).not.toEqual([name, 413]);
    }
  });
});
