/** P7: another site's page shows the player, by the element and by an iframe, in each engine; a site that is not listed does not. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser, Frame, Page } from "playwright";
import { build } from "rolldown";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sourceFromBytes, toHex } from "../../codec/bytes/bytes.ts";
import { MainReader } from "../../codec/format/main-file.ts";
import { type RunningServer, startServer } from "../../server/main.ts";
import type { CmixPlayer } from "../../web/src/embed/cmix-player.d.ts";
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

/** Time to try everything in. */
const CM_SECONDS = 6;

/** media-chrome in one script, as a site's bundler makes it. */
let mediaChrome: string;

/** Another site's own controls around the element, as media-chrome's documentation shows for any media element. */
const withMediaChrome = () => `
  <script type="module" src="/media-chrome.js"></script>
  <script src="${service.url}/embed.js"></script>
  <media-controller style="width: 640px">
    <cmix-player slot="media" main="${mainId}" title="Bay"></cmix-player>
    <media-control-bar>
      <media-play-button></media-play-button>
      <media-mute-button></media-mute-button>
      <media-volume-range></media-volume-range>
      <media-time-range></media-time-range>
      <media-time-display showduration></media-time-display>
      <media-playback-rate-button rates="1 2"></media-playback-rate-button>
    </media-control-bar>
  </media-controller>`;

/** A theme that others made, around the element as around a `<video>`. */
const withTheme = () => `
  <script type="module" src="/theme.js"></script>
  <script src="${service.url}/embed.js"></script>
  <media-theme-minimal style="display: block; width: 640px; aspect-ratio: 16/9">
    <cmix-player slot="media" main="${mainId}" title="Bay"></cmix-player>
  </media-theme-minimal>`;
let theme: string;

/** In one script, as a site's bundler makes it. @param path in node_modules */
async function bundleOf(path: string): Promise<string> {
  const input = join(ROOT, "node_modules", path);
  const built = await build({ input, output: { format: "esm" }, write: false, logLevel: "silent" });
  return built.output[0].code;
}

beforeAll(async () => {
  mediaChrome = await bundleOf("media-chrome/dist/index.js");
  theme = await bundleOf("player.style/themes/minimal/dist/media-theme.js");
  site = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    const module = { "/media-chrome.js": mediaChrome, "/theme.js": theme }[request.url ?? ""];
    if (module !== undefined) {
      response.setHeader("content-type", "text/javascript");
      response.end(module);
      return;
    }
    const byElement = `<script src="${service.url}/embed.js"></script><cmix-player main="${mainId}" title="Bay"></cmix-player>`;
    const byFrame = `<iframe src="${service.url}${request.url}" width="800" height="560"></iframe>`;
    const bodies: Record<string, string> = { "/": byElement, "/chrome": withMediaChrome(), "/theme": withTheme() };
    const body = bodies[request.url ?? ""] ?? byFrame;
    response.end(`<!doctype html><title>A site</title><h1>A site</h1>${body}`);
  });
  await new Promise<void>((resolve) => site.listen(0, resolve));
  folders = [await shortSamples(CM_SECONDS), await mkdtemp(join(tmpdir(), "cmix-embed-"))];
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

it("P7: media-chrome's controls drive <cmix-player>, and a CM is neither sought through nor sped up by them", async () => {
  await withSite("/chrome", async (page, problems) => {
    const player = page.locator("cmix-player");
    const value = <K extends keyof CmixPlayer>(name: K) =>
      player.evaluate((element, key) => (element as unknown as Record<string, unknown>)[key], name);
    await player.evaluate((element) => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      for (const name of [
        ...[
          "loadedmetadata",
          "durationchange",
          "play",
          "playing",
          "pause",
          "seeking",
          "seeked",
          "timeupdate",
          "waiting",
        ],
        ...[
          "volumechange",
          "ratechange",
          "cmchange",
          "cmrefused",
          "cmtimeupdate",
          "progress",
          "ended",
          "emptied",
          "error",
        ],
      ])
        element.addEventListener(name, () => seen.push(name));
    });
    const seen = () => page.evaluate(() => (window as unknown as { seen: string[] }).seen);
    const range = (name: "seekable" | "buffered" | "played") =>
      player.evaluate((element, key) => {
        const ranges = (element as CmixPlayer)[key];
        return Array.from({ length: ranges.length }, (_, i) => [ranges.start(i), ranges.end(i)]);
      }, name);

    await expect.poll(() => value("readyState")).toBe(1);
    const duration = (await value("duration")) as number;
    expect(duration).toBeCloseTo(10, 0);
    expect(await page.locator("media-controller").getAttribute("mediaduration")).toBe(String(duration));
    const frame = await embedded(page);
    expect(await frame.locator(".controls").count()).toBe(0);

    // ---- The CM ----
    await page.locator("media-play-button").click();
    await expect.poll(() => player.getAttribute("cm")).not.toBeNull();
    expect(await page.locator("media-controller").getAttribute("mediapaused")).toBeNull();
    expect(await value("cm")).toMatchObject({ number: 1, duration: expect.closeTo(CM_SECONDS, 0) });
    expect(await range("seekable")).toEqual([]);
    const box = await page.locator("media-time-range").boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) * 0.8, (box?.y ?? 0) + (box?.height ?? 0) / 2);
    await frame.getByText("The commercial cannot be skipped").waitFor();
    await page.locator("media-playback-rate-button").click();
    await page.locator("media-play-button").click(); // a CM is not paused
    await expect.poll(seen).toContain("cmrefused");
    expect(await value("currentTime")).toBe(0);
    expect(await value("playbackRate")).toBe(1);
    expect(await value("paused")).toBe(false);
    expect(await frame.locator("video.cm-video").evaluate((video: HTMLVideoElement) => video.playbackRate)).toBe(1);

    // ---- The video ----
    await expect.poll(() => player.getAttribute("cm"), { timeout: 20_000 }).toBeNull();
    await expect.poll(() => value("currentTime")).toBeGreaterThan(0.3);
    expect(await range("seekable")).toEqual([[0, duration]]);
    expect((await range("buffered"))[0]?.[1]).toBeGreaterThan(1);
    await page.locator("media-play-button").click();
    await expect.poll(() => value("paused")).toBe(true);
    await frame.locator('.stage[data-state="paused"]').waitFor();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) * 0.8, (box?.y ?? 0) + (box?.height ?? 0) / 2);
    await expect.poll(() => value("currentTime")).toBeGreaterThan(duration * 0.6);
    await expect.poll(() => value("seeking")).toBe(false);
    const shown = () =>
      frame.locator(".video-canvas").evaluate((canvas: HTMLCanvasElement) => Number(canvas.dataset.pictureSeconds));
    await expect.poll(shown).toBeGreaterThan(duration * 0.6);
    await page.locator("media-mute-button").click();
    await expect.poll(() => value("muted")).toBe(true);
    await page.locator("media-playback-rate-button").click();
    await expect.poll(() => value("playbackRate")).toBe(2);
    await player.evaluate((element) => (element as CmixPlayer).play());
    expect(await value("paused")).toBe(false);
    await expect.poll(async () => (await range("played")).length).toBeGreaterThan(0);
    await screenshot(page, "embedded-media-chrome");

    // ---- Behind the video comes the last CM, then the end ----
    await expect.poll(() => player.getAttribute("cm"), { timeout: 20_000 }).not.toBeNull();
    expect(await value("ended")).toBe(false);
    await expect.poll(() => value("ended"), { timeout: 20_000 }).toBe(true);
    const names = await seen();
    const order = ["loadedmetadata", "play", "cmchange", "playing", "cmrefused", "pause", "seeking", "seeked", "ended"];
    expect(order.map((name) => names.indexOf(name))).toEqual(
      order.map((name) => names.indexOf(name)).toSorted((a, b) => a - b),
    );
    expect(names).toEqual(expect.arrayContaining([...order, "volumechange", "ratechange", "timeupdate", "progress"]));

    // ---- Another source ----
    await player.evaluate((element) => (element as CmixPlayer).load());
    await expect.poll(seen).toContain("emptied");
    await expect.poll(() => value("readyState")).toBe(1);
    expect(await player.evaluate((element) => (element as CmixPlayer).src)).toBe(`${service.url}/api/mains/${mainId}`);
    expect(problems).toEqual([]);
  });
});

it("P7: a player.style theme on a plain page plays, pauses, seeks and sets the volume, and obeys the CM", async () => {
  await withSite("/theme", async (page, problems) => {
    const player = page.locator("cmix-player");
    const value = <K extends keyof CmixPlayer>(name: K) =>
      player.evaluate((element, key) => (element as unknown as Record<string, unknown>)[key], name);
    const seekable = () => player.evaluate((element) => (element as CmixPlayer).seekable.length);
    const control = (name: string) => page.locator(`media-theme-minimal ${name}`).first();
    const clickAt = async (name: string, share: number) => {
      const box = await control(name).boundingBox();
      await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) * share, (box?.y ?? 0) + (box?.height ?? 0) / 2);
    };
    await expect.poll(() => value("readyState"), { timeout: 20_000 }).toBe(1);
    const frame = await embedded(page);
    expect(await frame.locator(".controls").count()).toBe(0);

    await control("media-play-button").click();
    await expect.poll(() => player.getAttribute("cm"), { timeout: 10_000 }).not.toBeNull();
    expect(await seekable()).toBe(0);
    await clickAt("media-time-range", 0.8);
    await frame.getByText("The commercial cannot be skipped").waitFor();
    await player.evaluate((element) => {
      (element as CmixPlayer).playbackRate = 2;
    });
    await control("media-play-button").click(); // a CM is not paused
    expect([await value("playbackRate"), await value("currentTime"), await value("paused")]).toEqual([1, 0, false]);
    expect(await frame.locator("video.cm-video").evaluate((video: HTMLVideoElement) => video.playbackRate)).toBe(1);

    await expect.poll(() => player.getAttribute("cm"), { timeout: 20_000 }).toBeNull();
    await expect.poll(() => value("currentTime"), { timeout: 10_000 }).toBeGreaterThan(0.3);
    expect(await seekable()).toBe(1);
    await page.mouse.move(300, 200);
    await control("media-play-button").click();
    await expect.poll(() => value("paused")).toBe(true);
    await clickAt("media-time-range", 0.7);
    await expect.poll(() => value("currentTime")).toBeGreaterThan(5);
    await control("media-mute-button").hover();
    await clickAt("media-volume-range", 0.4);
    await expect.poll(() => value("volume")).toBeLessThan(0.9);
    await control("media-mute-button").click();
    await expect.poll(() => value("muted")).toBe(true);
    await control("media-play-button").click();
    await expect.poll(() => value("paused")).toBe(false);
    await frame.locator('.stage[data-state="playing"]').waitFor();
    await screenshot(page, "embedded-theme");
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
