/** P7: the player in other sites, as the service's answers allow it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../codec/errors.ts";
import { checkEmbedSites } from "../../server/security/embed-sites.ts";
import { makePair, post, startTestServer, type TestPair, type TestServer, uploadPair } from "./harness.ts";

const SITES = ["https://www.example.org", "https://*.example.net"];

let open: TestServer;
let closed: TestServer;
let pair: TestPair;

beforeAll(async () => {
  [open, closed] = await Promise.all([startTestServer({ embedSites: SITES }), startTestServer()]);
  pair = await makePair({ seconds: 1 });
  await uploadPair(open, pair);
});
afterAll(async () => {
  await open?.close();
  await closed?.close();
});

const ancestorsOf = async (url: string) => {
  const { headers } = await fetch(url);
  return {
    ancestors: /frame-ancestors ([^;]+)/.exec(headers.get("Content-Security-Policy") ?? "")?.[1],
    frames: headers.get("X-Frame-Options"),
  };
};

describe("P7 framing", () => {
  it("is allowed to the listed sites, for the player's page", async () => {
    expect(await ancestorsOf(`${open.url}/embed?main=${pair.mainId}`)).toEqual({
      ancestors: `'self' ${SITES.join(" ")}`,
      frames: null,
    });
  });

  it.each(["/", "/watch", "/embed/", "/embed/x", "//embed", "/Embed", "/api/videos", "/admin", "/nothing.js"])(
    "is refused to all for %s",
    async (path) => {
      expect(await ancestorsOf(open.url + path)).toEqual({ ancestors: "'none'", frames: "DENY" });
    },
  );

  it("is refused to all where no site is listed", async () => {
    expect(await ancestorsOf(`${closed.url}/embed`)).toEqual({ ancestors: "'none'", frames: "DENY" });
  });

  it.each([
    "https://www.example.org/path",
    "example.org",
    "*",
    "https://a.example; script-src *",
    "'self'",
    "",
    "https://a b",
  ])("the list takes no %j", (site) => {
    expect(() => checkEmbedSites([site])).toThrow(InputError);
  });

  it.each(["https://www.example.org", "https://*.example.org", "http://localhost:8080", "https://example.org:8443"])(
    "the list takes %s",
    (site) => {
      expect(checkEmbedSites([site])).toEqual([site]);
    },
  );
});

describe("P7 an embedded visitor's session", () => {
  const ask = (headers: Record<string, string>) => post(`${open.url}/api/plays`, { mainIds: [pair.mainId] }, headers);

  it("comes in a cookie that browsers keep apart for each site, and opens that visitor's play", async () => {
    const answer = await ask({ "X-Cmix-Embedded": "1" });
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^cmix-embed=[\w-]{43};/);
    for (const part of ["HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"]) expect(cookie).toContain(part);
    const { place } = (await answer.json()) as { place: { cm: { url: string } } };
    const cm = (headers: Record<string, string>) => fetch(open.url + place.cm.url, { headers });
    expect((await cm({ Cookie: cookie.split(";")[0] ?? "" })).status).toBe(200);
    expect((await cm({})).status).toBe(403);
  });

  it("is an ordinary one in the service's own pages, and another site's script cannot ask for one", async () => {
    expect((await ask({})).headers.get("set-cookie")).toMatch(/^cmix=.*SameSite=Lax/);
    const foreign = await ask({ "X-Cmix-Embedded": "1", "Sec-Fetch-Site": "cross-site" });
    expect(foreign.status).toBe(403);
    expect(foreign.headers.get("set-cookie")).toBeNull();
  });

  it("is no account's: signing in gives the ordinary cookie", async () => {
    const account = { role: "viewer", email: "embedded@example.org", password: "a long password" };
    const answer = await post(`${open.url}/api/accounts`, account, { "X-Cmix-Embedded": "1" });
    expect(answer.headers.get("set-cookie")).toMatch(/^cmix=.*SameSite=Lax/);
  });
});
