/** P7: another site's page shows the player, by the element and by an iframe, in each engine; a site that is not listed does not. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser, Frame, Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sourceFromBytes, toHex } from "../../codec/bytes/bytes.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { type RunningServer, startServer } from "../../server/main.ts";
import { ROOT } from "../support/tree.ts";
import { launchChromium, screenshot } from "./support/app.ts";
import { shortSamples } from "./support/clips.ts";
import { ENGINES, waitUntil } from "./support/engines.ts";

let folders: string[];
let site: Server;
let service: RunningServer;
let browser: Browser;
let mainId: string;

/** The embedding site is `localhost`, the service `127.0.0.1`: sites of their own to a browser. */
const siteUrl = () => `http://localhost:${(site.address() as AddressInfo).port}`;

beforeAll(async () => {
  site = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    const byElement = `<script src="${service.url}/embed.js"></script><cmix-player main="${mainId}" title="Bay"></cmix-player>`;
    const byFrame = `<iframe src="${service.url}${request.url}" width="800" height="560"></iframe>`;
    response.end(`<!doctype html><title>A site</title><h1>A site</h1>${request.url === "/" ? byElement : byFrame}`);
  });
  await new Promise<void>((resolve) => site.listen(0, resolve));
  folders = [await shortSamples(), await mkdtemp(join(tmpdir(), "cmix-embed-"))];
  const [samplesDir = "", dataDir = ""] = folders;
  const [tlsKey, tlsCert] = [join(dataDir, "key.pem"), join(dataDir, "certificate.pem")];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const files = ["-keyout", tlsKey, "-out", tlsCert, "-subj", "/CN=127.0.0.1", "-days", "2"];
  await promisify(execFile)("openssl", ["req", "-x509", ...kind, ...files]);
  service = await startServer({
    port: 0,
    tlsCert,
    tlsKey,
    host: "127.0.0.1",
    dataDir,
    samplesDir,
    webDir: join(ROOT, "dist/web"),
    wasmPath: join(ROOT, "dist/wasm/kernels.wasm"),
    embedSites: [siteUrl()],
    log: () => {},
  });
  const { header } = await MainReader.open(sourceFromBytes(await readFile(join(samplesDir, "scene.cmx"))));
  mainId = toHex(header.id);
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await service?.close();
  site?.close();
  for (const folder of folders ?? []) await rm(folder, { recursive: true, force: true });
});

async function withSite(path: string, use: (page: Page, problems: string[]) => Promise<void>): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 900, height: 700 },
    locale: "en-GB",
    ignoreHTTPSErrors: true,
  });
  try {
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("console", (message) => void (message.type() === "error" && problems.push(message.text())));
    await page.goto(siteUrl() + path);
    await use(page, problems);
  } finally {
    await context.close();
  }
}

async function embedded(page: Page): Promise<Frame> {
  const frame = await (await page.waitForSelector("iframe")).contentFrame();
  if (frame === null) throw new Error("the frame holds no page");
  return frame;
}

it("P7: <cmix-player> in a listed site plays the CM and the video, with a session kept for that site", async () => {
  await withSite("/", async (page, problems) => {
    const frame = await embedded(page);
    await frame.locator('.stage[data-state="ready"]').waitFor();
    await frame.locator(".play-large").click();
    await frame.locator('.stage[data-state="cm"]').waitFor();
    expect(await frame.getByRole("link", { name: /^Visit / }).getAttribute("target")).toBe("_blank");
    await frame.locator('.stage[data-state="playing"]').waitFor();
    await frame.waitForFunction(
      () => Number(document.querySelector<HTMLCanvasElement>(".video-canvas")?.dataset.pictureSeconds) > 0.5,
    );
    await screenshot(page, "embedded");
    const cookies = await page.context().cookies();
    expect(cookies).toMatchObject([{ name: "__Host-cmix-embed", sameSite: "None", secure: true, httpOnly: true }]);
    expect(cookies[0]).toMatchObject({ partitionKey: expect.stringContaining("localhost") });
    const inOwnPage = await frame.getByRole("link", { name: /^Watch in Cmix/ }).getAttribute("href");
    expect(inOwnPage).toBe(`/watch?main=${mainId}`);
    expect(problems).toEqual([]);
  });
});

it("P7: no other page of the service can be framed, and none at all by a site that is not listed", async () => {
  const refused = async (page: Page, problems: string[]) => {
    await expect.poll(() => problems.join(" ")).toMatch(/frame-ancestors/);
    expect(await (await embedded(page)).locator("#app").count()).toBe(0);
  };
  await withSite(`/watch?main=${mainId}`, refused);
  await withSite(`/embed?main=${mainId}`, async (page, problems) => {
    await (await embedded(page)).locator("#app").waitFor(); // listed, by its name
    await page.goto(page.url().replace("localhost", "127.0.0.1"));
    await refused(page, problems);
  });
});

/** WebKitGTK keeps no cookies of pages within other sites, partitioned or not. */
const ENDS = { Firefox: '.stage[data-state="playing"]', WebKit: '.notice-error a[target="_blank"]' } as const;

for (const { name, isHere, open } of ENGINES) {
  if (name === "Chromium" || !isHere()) continue;
  it(`P7: ${name} in a listed site ${name === "WebKit" ? "leads to the video's own window" : "plays it"}`, async () => {
    const page = await open();
    try {
      await page.goto(`${siteUrl()}/embed?main=${mainId}`);
      await page.enterFrame("iframe");
      await waitUntil(page, 15, () => document.querySelector(".play-large") !== null);
      await page.evaluate(() => document.querySelector<HTMLElement>(".play-large")?.click());
      await waitUntil(page, 20, (selector) => document.querySelector(selector) !== null, ENDS[name]);
      if (name !== "WebKit") return;
      expect(
        await page.evaluate(() => document.querySelector('.notice-error [href*="/watch"]')?.getAttribute("href")),
      ).toBe(`/watch?main=${mainId}`);
    } finally {
      await page.close();
    }
  });
}
