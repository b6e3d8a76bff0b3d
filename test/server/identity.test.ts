/** The two helpers that other routes use, on routes of the test's own; who may do what is tested over HTTP in roles.test.ts. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CSRF_HEADER, guarded, identify, visitorOf } from "../../server/accounts/identity.ts";
import { DATABASE_FILE } from "../../server/config.ts";
import type { Deps } from "../../server/deps.ts";
import { answerError } from "../../server/http/answer-error.ts";
import { openDeps } from "../../server/open-deps.ts";
import { sameOrigin } from "../../server/security/same-origin.ts";
import { csrfOf } from "../../server/security/session-token.ts";
import { WASM_PATH } from "./harness.ts";

let folder: string;
let deps: Deps;
let app: OpenAPIHono;
let clock = Date.UTC(2026, 0, 1);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cmix-identity-"));
  deps = await openDeps({ dataDir: folder, wasmPath: WASM_PATH, webDir: folder }, { log: () => {}, now: () => clock });
  app = new OpenAPIHono();
  app.onError((error, c) => answerError(c, error, deps.log));
  app.use("*", identify(deps), sameOrigin);
  app.post("/open", async (c) => {
    const { identity, begins } = visitorOf(c);
    if (begins !== undefined) await deps.store.sessions.insert(begins.record);
    begins?.give();
    return c.json(identity);
  });
  const responses = { 200: { description: "Done" } };
  const changing = createRoute({ path: "/visitors", ...guarded("post", ["guest"]), responses });
  app.openapi(changing, (c) => c.json(c.get("identity") ?? null));
  const providers = createRoute({ path: "/providers", ...guarded("get", ["provider"]), responses });
  app.openapi(providers, (c) => c.json(c.get("identity") ?? null));
});
afterAll(async () => {
  await deps.store.close();
  await rm(folder, { recursive: true });
});

const cookieOf = (answer: Response) => (answer.headers.get("Set-Cookie") ?? "").split(";")[0] ?? "";
const send = (path: string, method: string, headers: Record<string, string> = {}) =>
  app.request(path, { method, headers });

describe("S1 a visitor's session", () => {
  it("begins when a route asks for one, stays the same, and its token is nowhere in the database", async () => {
    const first = await send("/open", "POST");
    expect(first.headers.get("Set-Cookie")).toMatch(
      /^cmix=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const identity = (await first.json()) as { sessionId: string };
    expect(identity).toEqual({ role: "guest", sessionId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    const second = await send("/open", "POST", { Cookie: cookieOf(first) });
    expect(await second.json()).toEqual(identity);
    expect(second.headers.get("Set-Cookie")).toBeNull();
    const token = cookieOf(first).slice("cmix=".length);
    for (const file of [DATABASE_FILE, `${DATABASE_FILE}-wal`]) {
      const bytes = await readFile(join(folder, file));
      expect(bytes.includes(token)).toBe(false);
      expect(bytes.includes(Buffer.from(token, "base64url"))).toBe(false);
    }
  });

  it.each([
    ["after 7 days without a request", [7 * 24], false],
    ["not after 7 days with one in between", [4 * 24, 4 * 24], true],
    ["after 30 days however often it is used", [5, 5, 5, 5, 5, 5].map((days) => days * 24), false],
  ])("ends %s", async (_name, hours, lasts) => {
    const first = await send("/open", "POST");
    const { sessionId } = (await first.json()) as { sessionId: string };
    let last = sessionId;
    for (const wait of hours) {
      clock += wait * 3600 * 1000;
      last = ((await (await send("/open", "POST", { Cookie: cookieOf(first) })).json()) as { sessionId: string })
        .sessionId;
    }
    expect(last === sessionId).toBe(lasts);
  });
});

describe("S1 a guarded route", () => {
  it("refuses without a session, with a forged one, without its CSRF token, and a visitor where an account is needed", async () => {
    const cookie = cookieOf(await send("/open", "POST"));
    const csrf = csrfOf(cookie.slice("cmix=".length));
    const cases: [string, string, Record<string, string>, number][] = [
      ["/visitors", "POST", {}, 401],
      ["/visitors", "POST", { Cookie: `cmix=${"A".repeat(43)}`, [CSRF_HEADER]: csrfOf("A".repeat(43)) }, 401],
      ["/visitors", "POST", { Cookie: cookie }, 403],
      ["/visitors", "POST", { Cookie: cookie, [CSRF_HEADER]: `${csrf}x` }, 403],
      ["/visitors", "POST", { Cookie: cookie, [CSRF_HEADER]: csrf }, 200],
      ["/providers", "GET", { Cookie: cookie }, 401],
    ];
    for (const [path, method, headers, status] of cases)
      expect([path, headers, (await send(path, method, headers)).status]).toEqual([path, headers, status]);
  });

  it.each([
    [{ "Sec-Fetch-Site": "cross-site" }, 403],
    [{ "Sec-Fetch-Site": "same-site" }, 403],
    [{ "Sec-Fetch-Site": "same-origin" }, 200],
    [{ Origin: "https://evil.example" }, 403],
    [{ Origin: "null" }, 403],
    [{ Origin: "http://localhost" }, 200],
    [{}, 200],
  ])("takes changes from the service's own pages and from programs only: %o → %i", async (headers, status) => {
    expect((await send("/open", "POST", headers as Record<string, string>)).status).toBe(status);
  });
});
