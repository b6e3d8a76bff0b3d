/** The page that goes beside a .cmx and leads its finder to a player (Cmix patent [0190]-[0193]). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { companionName, companionPage } from "../../codec/format/companion-page.ts";
import { MAIN_MAGIC, SLAVE_MAGIC } from "../../codec/format/layout.ts";
import { ROOT } from "../support/tree.ts";
import { makePair, startTestServer, type TestServer, uploadPair } from "./harness.ts";
import { sendJson } from "./test-accounts.ts";

const HOSTILE = `</title><script>alert(1)</script>"'&<img src=x onerror=y>`;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe("P9 a companion page", () => {
  const about = { title: "Bay", copyright: "Mika", mainName: "bay.cmx" };

  it("names the video and leads to player and service, in both languages", () => {
    const page = companionPage({ ...about, service: "https://s.example/", player: "https://p.example/?a=1&b=2" });
    for (const text of ["<h1>Bay</h1>", "Mika", "bay.cmx", 'lang="en"', 'lang="ja"', "Play it now", "今すぐ再生"])
      expect(page).toContain(text);
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href?.replaceAll("&#38;", "&"));
    const [player, service] = ["https://p.example/?a=1&b=2", "https://s.example/"];
    expect(links).toEqual([player, player, service, player, player, service]);
    expect(companionPage({ ...about, service: "http://localhost:8484" })).toContain('href="http://localhost:8484"');
  });

  it("runs nothing and loads nothing, whatever stands in it", () => {
    const page = companionPage({
      ...{ title: HOSTILE, copyright: HOSTILE, mainName: `${HOSTILE}.cmx` },
      service: `https://s.example/"onclick="x`,
    });
    expect(page).not.toMatch(/<(script|img|link|iframe|object)/i);
    expect(page).not.toMatch(/<[^>]* on\w+=/i);
    expect(page).not.toMatch(/<[^>]* src=/);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page.length).toBeLessThan(5000);
  });

  it("leads to web addresses only", () => {
    for (const player of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "bay.html", ""])
      expect(() => companionPage({ ...about, player }), player).toThrow(TypeError);
    expect(() => companionPage(about)).toThrow("neither a service nor a player");
    expect([companionName("bay.cmx"), companionName("Bay.CMX"), companionName("bay")]).toEqual([
      "bay.html",
      "Bay.html",
      "bay.html",
    ]);
  });

  it("is had from the service by everyone who may have the main", async () => {
    const owner = await server.as("provider");
    const pair = await makePair({ seconds: 1, title: HOSTILE, mainName: "夏 の海.cmx" });
    await uploadPair(server, pair, owner);
    const url = `${server.url}/api/mains/${pair.mainId}/companion`;
    const answer = await fetch(url);
    expect(answer.headers.get("Content-Type")).toMatch(/^text\/html; charset=utf-8$/i);
    expect(answer.headers.get("Content-Disposition")).toBe(
      `attachment; filename="_ __.html"; filename*=UTF-8''${encodeURIComponent("夏 の海.html")}`,
    );
    const page = await answer.text();
    expect(page).toContain(`href="${server.url}/watch?main=${pair.mainId}"`);
    expect(page).toContain("夏 の海.cmx");
    expect(page).not.toContain("<script");
    const change = (state: string) =>
      sendJson(`${server.url}/api/videos/${pair.mainId}`, "PATCH", { state }, owner).then(({ status }) => status);
    expect([await change("draft"), (await fetch(url)).status]).toEqual([200, 404]);
    expect((await fetch(url, { headers: owner })).headers.get("Cache-Control")).toBe("private, no-store");
    expect((await fetch(`${server.url}/api/mains/${"0".repeat(32)}/companion`)).status).toBe(404);
  });
});

describe("the media type", () => {
  it("is told to Linux desktops by ending and first bytes", async () => {
    const xml = await readFile(join(ROOT, "web/public/cmix-mime.xml"), "utf8");
    const magics = [...xml.matchAll(/offset="0" value="([^"]*)"/g)].map(([, value = ""]) =>
      Buffer.from(
        value.replace(/\\x(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
        "latin1",
      ),
    );
    expect(magics).toEqual([Buffer.from(MAIN_MAGIC), Buffer.from(SLAVE_MAGIC)]);
    expect(xml).toContain('<glob pattern="*.cmx"');
    const { file_handlers } = JSON.parse(await readFile(join(ROOT, "web/public/app.webmanifest"), "utf8"));
    const [type = ""] = Object.keys(file_handlers[0].accept);
    expect(xml).toContain(`<mime-type type="${type}">`);
  });
});
