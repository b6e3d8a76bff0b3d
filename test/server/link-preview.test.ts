/** How a link to a video shows in other sites, whatever its provider wrote. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../support/tree.ts";
import { makePair, startTestServer, type TestPair, type TestServer, uploadPair } from "./harness.ts";
import { type Headers, sendJson } from "./test-accounts.ts";

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 1, 2, 3]);
const HOSTILE = `</title><script>alert(1)</script>"' onload=x & $& $1 <b>`;

let server: TestServer;
let pair: TestPair;
let owner: Headers;
beforeAll(async () => {
  server = await startTestServer();
  await writeFile(join(server.webDir, "index.html"), await readFile(join(ROOT, "web/index.html")));
  pair = await makePair({ seconds: 2, title: "A day at the bay", copyright: "Mika", poster: PNG });
  owner = await server.as("provider");
  await uploadPair(server, pair, owner);
});
afterAll(() => server.close());

const plain = () => readFile(join(server.webDir, "index.html"), "utf8");
const change = async (values: object) =>
  expect((await sendJson(`${server.url}/api/videos/${pair.mainId}`, "PATCH", values, owner)).status).toBe(200);
const page = async (mainId = pair.mainId) => (await fetch(`${server.url}/watch?main=${mainId}`)).text();
const oembed = (url: string, more = "") => fetch(`${server.url}/api/oembed?url=${encodeURIComponent(url)}${more}`);
const watch = () => `${server.url}/watch?main=${pair.mainId}`;

/** What a reader of the page's tags finds; only escaped text can have been found whole. */
function tagsOf(html: string): Record<string, string> {
  const open = (text: string) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  const found = [...html.matchAll(/<meta (?:property|name)="([^"]*)" content="([^"]*)" \/>/g)];
  return Object.fromEntries(found.map(([, name = "", content = ""]) => [name, open(content)]));
}

describe("the watch page's tags", () => {
  it("tell title, description, poster and address of a public video, once each", async () => {
    const html = await page();
    expect(tagsOf(html)).toMatchObject({
      description: "Mika",
      "og:title": "A day at the bay",
      "og:type": "video.other",
      "og:description": "Mika",
      "og:url": watch(),
      "og:image": `${server.url}/api/mains/${pair.mainId}/poster`,
      "twitter:card": "summary_large_image",
    });
    expect(html.match(/<title>.*<\/title>/g)).toEqual(["<title>A day at the bay – Cmix</title>"]);
    expect(html.match(/name="description"/g)).toHaveLength(1);
    expect(html).not.toContain("noindex");
    expect((await fetch(tagsOf(html)["og:image"] ?? "")).status).toBe(200);
    const [, address = ""] = /application\/json&#43;oembed|href="([^"]*\/api\/oembed[^"]*)"/.exec(html) ?? [];
    expect(html).toContain('<link rel="alternate" type="application/json+oembed"');
    const answer = await fetch(address.replaceAll("&#38;", "&"));
    expect(await answer.json()).toMatchObject({ type: "video", version: "1.0", title: "A day at the bay" });
  });

  it("are escaped, whatever the provider wrote", async () => {
    await change({ title: HOSTILE, description: `${HOSTILE}\n${"x".repeat(500)}`, copyright: HOSTILE });
    const html = await page();
    expect(html.match(/<script/g)).toEqual((await plain()).match(/<script/g));
    expect(html).not.toContain("<b>");
    const tags = tagsOf(html);
    expect([tags["og:title"], tags["twitter:title"]]).toEqual([HOSTILE, HOSTILE]);
    expect(tags["og:description"]).toMatch(/^<\/title><script>.* x+…$/);
    expect(tags["og:description"]).toHaveLength(300);
    const { html: frame, title } = (await (await oembed(watch())).json()) as { html: string; title: string };
    expect(title).toBe(HOSTILE);
    expect(frame.match(/[<>]/g)).toEqual(["<", ">", "<", ">"]);
    expect(frame).toContain(`src="${server.url}/embed?main=${pair.mainId}"`);
    await change({ title: "A day at the bay", description: "", copyright: "Mika" });
  });

  it("keep an unlisted video out of search engines, and say nothing of drafts, withdrawn and unknown ones", async () => {
    await change({ state: "unlisted" });
    expect(tagsOf(await page())).toMatchObject({ "og:title": "A day at the bay", robots: "noindex" });
    await change({ state: "draft" });
    const asOwner = await fetch(watch(), { headers: owner });
    for (const html of [await page(), await asOwner.text(), await page("0".repeat(32)), await page("x")])
      expect(html).toBe(await plain());
    expect((await oembed(watch())).status).toBe(404);
    await change({ state: "public" });
    expect(await (await fetch(`${server.url}/studio?main=${pair.mainId}`)).text()).toBe(await plain());
  });
});

describe("oEmbed", () => {
  it("fits the room that there is", async () => {
    const sizes = async (more: string) => {
      const { width, height } = (await (await oembed(watch(), more)).json()) as { width: number; height: number };
      return [width, height];
    };
    expect(await sizes("")).toEqual([640, 360]);
    expect(await sizes("&maxwidth=320&format=json")).toEqual([320, 180]);
    expect(await sizes("&maxheight=90")).toEqual([160, 90]);
  });

  it("knows only this service's videos", async () => {
    for (const url of ["https://elsewhere.example/watch?main=1", `${server.url}/studio`, "javascript:alert(1)", "x"])
      expect([url, (await oembed(url)).status]).toEqual([url, 404]);
    expect((await oembed(watch(), "&format=xml")).status).toBe(400);
    const other = await makePair({ seconds: 1 });
    await uploadPair(server, other, owner);
    await sendJson(`${server.url}/api/videos/${other.mainId}`, "DELETE", undefined, owner);
    expect((await oembed(`${server.url}/watch?main=${other.mainId}`)).status).toBe(410);
    expect(await page(other.mainId)).toBe(await plain());
  });
});
